package dev.fairlead.agent.outbox;

import dev.fairlead.protocol.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/// Merge patches (RFC 7396) put together.
final class MergePatch {

  private MergePatch() {}

  /// One patch with the effect of two, one after the other. Members of the first that are no
  /// object give way to the second's.
  static Map<String, Value> compose(Map<String, Value> first, Map<String, Value> second) {
    Map<String, Value> both = new LinkedHashMap<>(first);
    second.forEach((key, value) -> both.merge(key, value, MergePatch::compose));
    return both;
  }

  private static Value compose(Value first, Value second) {
    return first instanceof Value.MapValue(var before) && second instanceof Value.MapValue(var then)
        ? Value.of(compose(before, then))
        : second;
  }
}
