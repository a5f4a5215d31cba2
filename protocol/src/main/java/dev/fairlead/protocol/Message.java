package dev.fairlead.protocol;

import java.time.Instant;
import java.util.Objects;

/// One message between a device and a gateway: what a single WebSocket frame holds, on either
/// wire.
public record Message(Header header, Body body) {

  /// What a body is if `props.ct` does not name it.
  public static final String CONTENT_TYPE_DEFAULT = "application/json";

  public Message {
    Objects.requireNonNull(header);
    Objects.requireNonNull(body);
  }

  /// A message without props.
  public static Message of(int proto, String type, Body body) {
    return new Message(Header.of(proto, type), body);
  }

  /// The media type of the body: `props.ct`, or JSON.
  public String contentType() {
    return header.textProp(NativeProtocol.PROP_CONTENT_TYPE).orElse(CONTENT_TYPE_DEFAULT);
  }

  /// This message with one prop set.
  public Message withProp(String name, Value value) {
    return new Message(header.withProp(name, value), body);
  }

  /// This message with `props.id`. On what a device sends, it asks for an ack.
  public Message withId(String id) {
    return withProp(NativeProtocol.PROP_ID, Value.of(id));
  }

  /// This message with the media type of its body.
  public Message withContentType(String contentType) {
    return withProp(NativeProtocol.PROP_CONTENT_TYPE, Value.of(contentType));
  }

  /// This message with the time its content is of, sent as milliseconds since 1970.
  public Message withTime(Instant time) {
    return withProp(NativeProtocol.PROP_TIME, Value.of(time.toEpochMilli()));
  }
}
