package dev.fairlead.gateway.session;

import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.runtime.tracing.TraceContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A way of putting things to a device and of reading what it says. Shared by all connections that
/// speak it; holds nothing of any of them.
public interface DeviceWire {

  /// The wire's name as sessions carry it on the bus.
  String name();

  /// Reads a frame. Never throws: what cannot be read is [Said.Malformed].
  Said read(byte[] frame);

  /// What a session begins with.
  byte[] hello(SessionId session, InboxAddress address, Instant serverTime, Duration keepalive);

  /// The bus has the events of those ids.
  byte[] acknowledged(List<String> ids);

  /// A command; empty when it has no form on this wire, as one for a sub-device where the wire
  /// cannot name it, or is too large for it.
  ///
  /// @param trace that it is a step of, where the wire can say so
  Optional<byte[]> command(
      InboxMessage.Deliver command, Duration timeLeft, Optional<TraceContext> trace);

  /// A command is no longer wanted.
  byte[] cancelled(InboxMessage.Cancel cancel);

  /// What the device is to be like; empty when it has no form on this wire, or is too large for it.
  ///
  /// @param trace that it is a step of, where the wire can say so
  Optional<byte[]> desired(InboxMessage.Desired desired, Optional<TraceContext> trace);

  /// A new token; empty when it has no form on this wire.
  Optional<byte[]> credential(String token);

  /// A new certificate; empty when it has no form on this wire, or is too large for it.
  Optional<byte[]> certificate(InboxMessage.Certificate certificate);

  /// There is no certificate; empty when that has no form on this wire.
  Optional<byte[]> noCertificate(InboxMessage.NoCertificate refusal);

  /// A request for a certificate is not passed on; empty when that has no form on this wire.
  ///
  /// @param requestId what the device called it
  /// @param code what HTTP would answer
  /// @param text why, for people
  Optional<byte[]> requestRefused(Optional<String> requestId, int code, String text);

  /// The gateway is about to close.
  byte[] goAway(String reason, Duration reconnectAfter);
}
