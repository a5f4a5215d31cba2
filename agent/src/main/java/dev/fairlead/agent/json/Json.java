package dev.fairlead.agent.json;

import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.JsonCodec;
import dev.fairlead.protocol.ProtocolException;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.Value;
import java.util.Map;
import java.util.Optional;

/// Reads and writes JSON documents of up to 1 MiB.
public final class Json {

  private static final JsonCodec CODEC = new JsonCodec(ProtocolLimits.DEFAULT);

  private Json() {}

  /// An object with those fields, in their order.
  ///
  /// @throws ProtocolException if it crosses a limit or holds what JSON has no form for
  public static Body write(Map<String, Value> fields) {
    return CODEC.encodeValue(Value.of(fields));
  }

  /// The value a text holds; empty if it is not exactly one JSON value.
  public static Optional<Value> read(Body text) {
    try {
      return Optional.of(CODEC.decodeValue(text));
    } catch (ProtocolException e) {
      return Optional.empty();
    }
  }

  /// The fields of the object a text holds; empty if it is not exactly one JSON object.
  public static Optional<Map<String, Value>> readObject(Body text) {
    return read(text).flatMap(Value::asMap);
  }

  /// The field of that name.
  public static Optional<Value> field(Map<String, Value> fields, String name) {
    return Optional.ofNullable(fields.get(name));
  }

  /// The field of that name if it is a text.
  public static Optional<String> text(Map<String, Value> fields, String name) {
    return field(fields, name).flatMap(Value::asText);
  }
}
