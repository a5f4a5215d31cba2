package dev.fairlead.protocol;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a gateway reads of a message: the `hdr` of ProtoMsg.
///
/// Making one throws `IllegalArgumentException` if `proto` is out of range or a text holds a lone
/// surrogate.
///
/// @param proto which protocol, 0 to 65535; see [NativeProtocol]
/// @param type which message of it (`typ`), possibly empty
/// @param sid the session it belongs to; an empty one is none
/// @param props what the protocol adds, in order
public record Header(int proto, String type, Optional<String> sid, Map<String, Value> props) {

  public Header {
    if (proto < 0 || proto > NativeProtocol.PROTO_MAX) {
      throw new IllegalArgumentException("proto must be 0 to 65535, not " + proto);
    }
    Utf8.requireWellFormed(type);
    sid = sid.filter(text -> !text.isEmpty());
    sid.ifPresent(Utf8::requireWellFormed);
    props = OrderedMap.copyOf(props);
  }

  /// A header without a session and props.
  public static Header of(int proto, String type) {
    return new Header(proto, type, Optional.empty(), OrderedMap.EMPTY);
  }

  /// This header in a session.
  public Header withSid(String newSid) {
    return new Header(proto, type, Optional.of(newSid), props);
  }

  /// This header with one prop set; a prop that is there keeps its place.
  public Header withProp(String name, Value value) {
    return new Header(proto, type, sid, OrderedMap.copyOf(props).with(name, value));
  }

  /// This header without a prop.
  public Header withoutProp(String name) {
    return new Header(proto, type, sid, OrderedMap.copyOf(props).without(name));
  }

  /// The prop of that name.
  public Optional<Value> prop(String name) {
    return Optional.ofNullable(props.get(name));
  }

  /// The prop of that name if it is a text.
  public Optional<String> textProp(String name) {
    return prop(name).flatMap(Value::asText);
  }

  /// The prop of that name if it is an integer that a `long` holds.
  public OptionalLong longProp(String name) {
    @Nullable Value value = props.get(name);
    return value == null ? OptionalLong.empty() : value.asLong();
  }
}
