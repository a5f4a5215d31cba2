package dev.fairlead.bus.message;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a device said: telemetry, an event or a reply, its body as it came.
///
/// @param type what it is, which also decides the topic
/// @param device who said it
/// @param session in which session
/// @param epoch of that session
/// @param timeMillis when the gateway took it, or the device's own time where it gave one; since
///     1970
/// @param correlation the command of a reply, or the id that the device gave an event
/// @param status the outcome in a result, `succeeded`, `failed` or `rejected`, or in an answer to
///     the desired state
/// @param reason the device's words about that outcome
/// @param contentType of the body
/// @param body bytes, passed on untouched and not copied Records are never compared, and a wrapper
///     would cost an object for every event.
@SuppressWarnings("ArrayRecordComponent")
public record DeviceMessage(
    Type type,
    DeviceKey device,
    SessionId session,
    Epoch epoch,
    long timeMillis,
    Optional<String> correlation,
    Optional<String> status,
    Optional<String> reason,
    String contentType,
    byte[] body) {

  /// The kinds of things that devices say.
  public enum Type {
    /// Measurements.
    TELEMETRY("telemetry", Topic.TELEMETRY),
    /// A merge patch of the reported state.
    STATUS("status", Topic.EVENTS),
    /// The reported state: a merge patch, or the whole document ([Headers#FORM]), made from a
    /// version on ([Headers#VERSION]) or from whatever is there.
    REPORTED("reported", Topic.EVENTS),
    /// The answer to a version of the desired state ([Headers#VERSION]), without a body; a word of
    /// [DesiredAnswer] in [#status], none being the first of them.
    DESIRED_ACK("desired-ack", Topic.EVENTS),
    /// A problem raised or cleared.
    ALERT("alert", Topic.EVENTS),
    /// A line of the device's log.
    LOG("log", Topic.EVENTS),
    /// A request for a certificate (PEM); says with which one the session was opened
    /// ([Headers#CERTIFICATE]), where the answer goes ([Headers#REPLY_TO]) and where the device is
    /// ([Headers#FROM]).
    CSR("csr", Topic.EVENTS),
    /// A command has reached the device.
    DELIVERED("delivered", Topic.REPLIES),
    /// A command is under way.
    PROGRESS("progress", Topic.REPLIES),
    /// A command is done.
    RESULT("result", Topic.REPLIES);

    private final String word;
    private final Topic topic;

    Type(String word, Topic topic) {
      this.word = word;
      this.topic = topic;
    }

    /// The word on the wire and on the bus.
    public String word() {
      return word;
    }

    /// Where such messages go.
    public Topic topic() {
      return topic;
    }

    /// The type of a word.
    public static Optional<Type> of(String word) {
      for (Type type : values()) {
        if (type.word.equals(word)) {
          return Optional.of(type);
        }
      }
      return Optional.empty();
    }
  }

  /// The record that carries this message.
  public BusRecord toRecord() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(Headers.TYPE, type.word());
    headers.put(Headers.SESSION, session.value());
    headers.put(Headers.EPOCH, epoch.toString());
    headers.put(Headers.TIME, Long.toString(timeMillis));
    correlation.ifPresent(text -> headers.put(Headers.CORRELATION, text));
    status.ifPresent(text -> headers.put(Headers.STATUS, text));
    reason.ifPresent(text -> headers.put(Headers.REASON, text));
    if (!contentType.equals(Headers.JSON)) {
      headers.put(Headers.CONTENT_TYPE, contentType);
    }
    return BusRecord.keyed(type.topic(), device.toString(), headers, body);
  }

  /// The one that a record is about, of those that its device speaks for; empty where the device
  /// speaks of itself. Whether it may, the gateway does not know.
  ///
  /// @throws IllegalArgumentException when that can be no device
  public static Optional<DeviceKey> subDevice(ReceivedRecord record) {
    return record
        .header(Headers.SUB_DEVICE)
        .map(id -> new DeviceKey(DeviceKey.parse(record.key()).tenant(), new DeviceId(id)));
  }

  /// Reads a record of `fairlead.telemetry`, `fairlead.events` or `fairlead.replies`.
  ///
  /// @throws MalformedRecordException when it is none of these, or a reply without its command
  public static DeviceMessage decode(ReceivedRecord record) {
    return MessageJson.decode(() -> decodeChecked(record));
  }

  private static DeviceMessage decodeChecked(ReceivedRecord record) {
    String word = record.requiredHeader(Headers.TYPE);
    Type type =
        Type.of(word)
            .filter(known -> known.topic() == record.topic())
            .orElseThrow(() -> new MalformedRecordException("unknown type '" + word + "'"));
    if (type.topic() == Topic.REPLIES) {
      record.requiredHeader(Headers.CORRELATION);
    }
    return new DeviceMessage(
        type,
        DeviceKey.parse(record.key()),
        new SessionId(record.requiredHeader(Headers.SESSION)),
        Epoch.parse(record.requiredHeader(Headers.EPOCH)),
        record.timeMillis(),
        record.header(Headers.CORRELATION),
        record.header(Headers.STATUS),
        record.header(Headers.REASON),
        record.header(Headers.CONTENT_TYPE).orElse(Headers.JSON),
        record.requiredValue());
  }
}
