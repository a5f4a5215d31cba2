package dev.fairlead.protocol;

import java.util.Map;

/// Holds what is about to be written to the limits by which it will be read. Checking depth first
/// also keeps the recursion of the writers within the stack.
final class LimitCheck {

  private LimitCheck() {}

  static void check(Header header, ProtocolLimits limits) {
    limits.checkTextBytes(Utf8.encodedLength(header.type()));
    header.sid().ifPresent(sid -> limits.checkTextBytes(Utf8.encodedLength(sid)));
    checkMap(header.props(), limits, 1);
  }

  static void check(Value value, ProtocolLimits limits) {
    check(value, limits, 0);
  }

  private static void check(Value value, ProtocolLimits limits, int depth) {
    switch (value) {
      case Value.Text text -> limits.checkTextBytes(Utf8.encodedLength(text.value()));
      case Value.Bytes bytes -> limits.checkTextBytes(bytes.content().length());
      case Value.Extension extension -> limits.checkTextBytes(extension.content().length());
      case Value.ListValue list -> {
        limits.checkDepth(depth + 1);
        limits.checkEntries(list.items().size());
        list.items().forEach(item -> check(item, limits, depth + 1));
      }
      case Value.MapValue map -> checkMap(map.entries(), limits, depth + 1);
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _ -> {}
    }
  }

  private static void checkMap(Map<String, Value> entries, ProtocolLimits limits, int depth) {
    limits.checkDepth(depth);
    limits.checkEntries(entries.size());
    entries.forEach(
        (key, value) -> {
          limits.checkKeyBytes(Utf8.encodedLength(key));
          check(value, limits, depth);
        });
  }
}
