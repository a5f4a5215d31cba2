package dev.fairlead.protocol;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The gateway's first message (control, `hello`): the session stands and what the device sends
/// is read from now on.
///
/// @param sessionId names the session
/// @param address the gateway's inbox; the device gives it back, with the session, when it
///     connects again
/// @param serverTime the gateway's clock, in milliseconds
/// @param keepalive between the gateway's pings; it closes after one and a half of it in silence
/// @param limits what the gateway accepts, by name, in the order made
public record Hello(
    String sessionId,
    String address,
    Instant serverTime,
    Duration keepalive,
    Map<String, Long> limits) {

  /// In [#limits]: bytes of one frame.
  public static final String LIMIT_MESSAGE_BYTES = "messageBytes";

  /// In [#limits]: bytes of a header.
  public static final String LIMIT_HEADER_BYTES = "headerBytes";

  public Hello {
    limits = Collections.unmodifiableMap(new LinkedHashMap<>(limits));
  }

  /// Reads the message; a limit that is no integer is left out.
  ///
  /// @throws ProtocolException if a prop other than `limits` is missing
  public static Hello from(Message message) {
    Header header = message.header();
    Props.requireType(header, NativeProtocol.PROTO_CONTROL, NativeProtocol.TYPE_HELLO);
    Map<String, Long> limits = new LinkedHashMap<>();
    header
        .prop(NativeProtocol.PROP_LIMITS)
        .flatMap(Value::asMap)
        .orElse(Map.of())
        .forEach((name, limit) -> limit.asLong().ifPresent(number -> limits.put(name, number)));
    return new Hello(
        Props.text(header, NativeProtocol.PROP_SESSION),
        Props.text(header, NativeProtocol.PROP_ADDRESS),
        Instant.ofEpochMilli(Props.integer(header, NativeProtocol.PROP_SERVER_TIME)),
        Props.millis(header, NativeProtocol.PROP_KEEPALIVE),
        limits);
  }

  /// The message that carries it.
  public Message toMessage() {
    Map<String, Value> limitValues = new LinkedHashMap<>();
    limits.forEach((name, limit) -> limitValues.put(name, Value.of(limit)));
    return Message.of(NativeProtocol.PROTO_CONTROL, NativeProtocol.TYPE_HELLO, Body.EMPTY)
        .withProp(NativeProtocol.PROP_SESSION, Value.of(sessionId))
        .withProp(NativeProtocol.PROP_ADDRESS, Value.of(address))
        .withProp(NativeProtocol.PROP_SERVER_TIME, Value.of(serverTime.toEpochMilli()))
        .withProp(NativeProtocol.PROP_KEEPALIVE, Value.of(keepalive.toMillis()))
        .withProp(NativeProtocol.PROP_LIMITS, Value.of(limitValues));
  }
}
