package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/// JSON merge patch, RFC 7396.
public final class MergePatch {

  private MergePatch() {}

  /// The target with the patch in it; neither of the two is changed.
  ///
  /// @param patch a member that is null removes the target's, an object is merged, anything else
  ///     takes its place
  public static ObjectNode apply(ObjectNode target, ObjectNode patch) {
    ObjectNode result = target.deepCopy();
    merge(result, patch);
    return result;
  }

  /// The patch that makes the one of the other; empty when they are equal. Members that are null in
  /// `after` are as if they were not there.
  public static ObjectNode between(ObjectNode before, ObjectNode after) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    before.fieldNames().forEachRemaining(name -> removed(patch, after, name));
    for (Map.Entry<String, JsonNode> member : after.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      if (value.equals(before.get(name))) {
        continue;
      }
      patch.set(
          name,
          value instanceof ObjectNode now && before.get(name) instanceof ObjectNode then
              ? between(then, now)
              : value.deepCopy());
    }
    return patch;
  }

  private static void removed(ObjectNode patch, ObjectNode after, String name) {
    if (!after.has(name)) {
      patch.putNull(name);
    }
  }

  private static void merge(ObjectNode target, ObjectNode patch) {
    for (Map.Entry<String, JsonNode> change : patch.properties()) {
      String name = change.getKey();
      switch (change.getValue()) {
        case JsonNode gone when gone.isNull() -> target.remove(name);
        case ObjectNode nested -> {
          // RFC 7396 §2: even without a target the nested patch is applied, so that its nulls go.
          ObjectNode inner =
              target.get(name) instanceof ObjectNode present
                  ? present
                  : JsonNodeFactory.instance.objectNode();
          merge(inner, nested);
          target.set(name, inner);
        }
        case JsonNode value -> target.set(name, value.deepCopy());
      }
    }
  }
}
