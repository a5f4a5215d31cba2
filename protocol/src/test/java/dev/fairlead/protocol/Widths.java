package dev.fairlead.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

/// What of a message the JSON wire carries: numbers without the width they had.
final class Widths {

  private Widths() {}

  static Message forget(Message message) {
    Header header = message.header();
    return new Message(
        new Header(header.proto(), header.type(), header.sid(), forget(header.props())),
        message.body());
  }

  private static Map<String, Value> forget(Map<String, Value> entries) {
    Map<String, Value> result = new LinkedHashMap<>();
    entries.forEach((key, value) -> result.put(key, forget(value)));
    return result;
  }

  static Value forget(Value value) {
    return switch (value) {
      case Value.Int number when !number.exceedsLong() -> Value.of(number.value());
      case Value.Float number when number.single() ->
          Value.of(Double.parseDouble(Float.toString((float) number.value())));
      case Value.ListValue list -> Value.of(list.items().stream().map(Widths::forget).toList());
      case Value.MapValue map -> Value.of(forget(map.entries()));
      default -> value;
    };
  }
}
