package dev.fairlead.protocol;

import java.time.Duration;

/// The gateway will close soon (control, `goaway`).
///
/// @param reason why, for people
/// @param reconnectAfter how long to wait before connecting again, in milliseconds
public record GoAway(String reason, Duration reconnectAfter) {

  /// Reads the message.
  ///
  /// @throws ProtocolException if a prop is missing
  public static GoAway from(Message message) {
    Header header = message.header();
    Props.requireType(header, NativeProtocol.PROTO_CONTROL, NativeProtocol.TYPE_GOAWAY);
    return new GoAway(
        Props.text(header, NativeProtocol.PROP_REASON),
        Props.millis(header, NativeProtocol.PROP_RECONNECT_AFTER));
  }

  /// The message that carries it.
  public Message toMessage() {
    return Message.of(NativeProtocol.PROTO_CONTROL, NativeProtocol.TYPE_GOAWAY, Body.EMPTY)
        .withProp(NativeProtocol.PROP_REASON, Value.of(reason))
        .withProp(NativeProtocol.PROP_RECONNECT_AFTER, Value.of(reconnectAfter.toMillis()));
  }
}
