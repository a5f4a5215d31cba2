package dev.fairlead.protocol;

import java.time.Duration;
import java.util.OptionalLong;

/// What a device is to do (proto 257, `command`).
///
/// @param id the same in every sending; what a device has run it does not run again
/// @param kind what is asked for
/// @param timeLeft until the deadline, counted from the sending; whole milliseconds travel
/// @param attempt from 1: which sending this is
/// @param contentType media type of the body
/// @param body the argument, may be empty
public record Command(
    String id, String kind, Duration timeLeft, int attempt, String contentType, Body body) {

  /// A command with a JSON body.
  public static Command json(String id, String kind, Duration timeLeft, int attempt, Body body) {
    return new Command(id, kind, timeLeft, attempt, Message.CONTENT_TYPE_DEFAULT, body);
  }

  /// Reads the message.
  ///
  /// @throws ProtocolException if `id`, `kind` or `deadline` is missing; a missing `attempt` is 1
  public static Command from(Message message) {
    Header header = message.header();
    Props.requireType(header, NativeProtocol.PROTO_COMMAND, NativeProtocol.TYPE_COMMAND);
    OptionalLong attempt = header.longProp(NativeProtocol.PROP_ATTEMPT);
    return new Command(
        Props.text(header, NativeProtocol.PROP_ID),
        Props.text(header, NativeProtocol.PROP_KIND),
        Props.millis(header, NativeProtocol.PROP_DEADLINE),
        Math.clamp(attempt.orElse(1), 1, Integer.MAX_VALUE),
        message.contentType(),
        message.body());
  }

  /// The message that carries it.
  public Message toMessage() {
    Message message =
        Message.of(NativeProtocol.PROTO_COMMAND, NativeProtocol.TYPE_COMMAND, body)
            .withId(id)
            .withProp(NativeProtocol.PROP_KIND, Value.of(kind))
            .withProp(NativeProtocol.PROP_DEADLINE, Value.of(timeLeft.toMillis()))
            .withProp(NativeProtocol.PROP_ATTEMPT, Value.of(attempt));
    return contentType.equals(Message.CONTENT_TYPE_DEFAULT)
        ? message
        : message.withContentType(contentType);
  }
}
