package dev.fairlead.agent.twin;

import dev.fairlead.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Documents and merge patches (RFC 7396) of them.
final class Documents {

  private Documents() {}

  /// The document with the patch in it.
  static Map<String, Value> patched(Map<String, Value> document, Map<String, Value> patch) {
    Map<String, Value> result = new LinkedHashMap<>(document);
    patch.forEach(
        (name, change) -> {
          switch (change) {
            case Value.Null _ -> result.remove(name);
            case Value.MapValue(var nested) ->
                result.put(name, Value.of(patched(inner(result.get(name)), nested)));
            default -> result.put(name, change);
          }
        });
    return result;
  }

  /// The patch that makes one document of another.
  static Map<String, Value> between(Map<String, Value> from, Map<String, Value> to) {
    Map<String, Value> patch = new LinkedHashMap<>();
    from.keySet().stream()
        .filter(name -> !to.containsKey(name))
        .forEach(name -> patch.put(name, Value.ofNull()));
    to.forEach(
        (name, value) -> {
          if (from.get(name) instanceof Value.MapValue(var before)
              && value instanceof Value.MapValue(var after)) {
            Map<String, Value> deeper = between(before, after);
            if (!deeper.isEmpty()) {
              patch.put(name, Value.of(deeper));
            }
          } else if (!value.equals(from.get(name))) {
            patch.put(name, value);
          }
        });
    return patch;
  }

  private static Map<String, Value> inner(@Nullable Value value) {
    return value instanceof Value.MapValue(var entries) ? entries : Map.of();
  }
}
