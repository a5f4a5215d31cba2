package dev.fairlead.protocol;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Collects the fields of `hdr` as they come, in any order, and judges them once for both wires.
/// A field that is nil or null is as good as absent, except `proto`.
final class HeaderFields {

  private @Nullable Value proto;
  private @Nullable Value type;
  private @Nullable Value sid;
  private @Nullable Value props;

  static boolean knows(String key) {
    return switch (key) {
      case Keys.PROTO, Keys.TYPE, Keys.SID, Keys.PROPS -> true;
      default -> false;
    };
  }

  void put(String key, Value value) {
    switch (key) {
      case Keys.PROTO -> {
        Keys.requireFirst(proto);
        proto = value;
      }
      case Keys.TYPE -> {
        Keys.requireFirst(type);
        type = value;
      }
      case Keys.SID -> {
        Keys.requireFirst(sid);
        sid = value;
      }
      case Keys.PROPS -> {
        Keys.requireFirst(props);
        props = value;
      }
      default -> throw new IllegalArgumentException(key);
    }
  }

  Header toHeader() {
    return new Header(protoNumber(), text(type).orElse(""), text(sid), propsMap());
  }

  private int protoNumber() {
    long number = proto == null ? -1 : proto.asLong().orElse(-1);
    if (number < 0 || number > NativeProtocol.PROTO_MAX) {
      throw ProtocolException.malformed("hdr.proto is missing or no number of 16 bits");
    }
    return (int) number;
  }

  private static Optional<String> text(@Nullable Value value) {
    return switch (value) {
      case null -> Optional.empty();
      case Value.Null _ -> Optional.empty();
      case Value.Text text -> Optional.of(text.value());
      default -> throw ProtocolException.malformed("hdr.typ or hdr.sid is no text");
    };
  }

  private Map<String, Value> propsMap() {
    return switch (props) {
      case null -> OrderedMap.EMPTY;
      case Value.Null _ -> OrderedMap.EMPTY;
      case Value.MapValue map -> map.entries();
      default -> throw ProtocolException.malformed("hdr.props is no map");
    };
  }
}
