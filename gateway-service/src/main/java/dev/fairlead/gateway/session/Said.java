package dev.fairlead.gateway.session;

import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.runtime.tracing.TraceContext;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What a device said in one frame, whatever its wire.
public sealed interface Said {

  /// Something for the bus.
  ///
  /// @param type what it is
  /// @param ackId the id under which the device wants it acknowledged
  /// @param timeMillis the device's own time for it, since 1970
  /// @param correlation the command of a reply, or the id of an event
  /// @param status the outcome in a result
  /// @param reason the device's words about that
  /// @param headers what else the record is to carry
  /// @param trace that the device says it is a step of; empty where nothing is traced
  /// @param contentType of the body
  /// @param body bytes, given away by the wire
  // Never compared, and a wrapper would cost an object for every event.
  @SuppressWarnings("ArrayRecordComponent")
  record Event(
      DeviceMessage.Type type,
      Optional<String> ackId,
      OptionalLong timeMillis,
      Optional<String> correlation,
      Optional<String> status,
      Optional<String> reason,
      Map<String, String> headers,
      Optional<TraceContext> trace,
      String contentType,
      byte[] body)
      implements Said {}

  /// A request for a certificate.
  ///
  /// @param requestId what the device calls it
  /// @param pem bytes as they came, given away by the wire
  // Never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record CertificateRequest(Optional<String> requestId, byte[] pem) implements Said {}

  /// Something that the wire answers at once and that concerns nobody else.
  ///
  /// @param answer the frame to send
  // Never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Ask(byte[] answer) implements Said {}

  /// Something that this gateway does not know or cannot take, and tells the device so.
  ///
  /// @param reason a word for the count
  /// @param answer the frame to send
  // Never compared.
  @SuppressWarnings("ArrayRecordComponent")
  record Unknown(String reason, byte[] answer) implements Said {}

  /// Something that shows life and calls for nothing.
  record Quiet() implements Said {}

  /// Not a message at all.
  ///
  /// @param closeCode what to close with
  /// @param reason a few words that do not quote the frame
  record Malformed(int closeCode, String reason) implements Said {}
}
