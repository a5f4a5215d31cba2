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

  /// The patch that makes one document of another: `apply(from, between(from, to))` equals `to`.
  ///
  /// @param to without members that are null, which no patch can bring about
  public static ObjectNode between(ObjectNode from, ObjectNode to) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> before : from.properties()) {
      if (!to.has(before.getKey())) {
        patch.putNull(before.getKey());
      }
    }
    for (Map.Entry<String, JsonNode> after : to.properties()) {
      String name = after.getKey();
      JsonNode value = after.getValue();
      if (from.get(name) instanceof ObjectNode inner && value instanceof ObjectNode nested) {
        ObjectNode deeper = between(inner, nested);
        if (!deeper.isEmpty()) {
          patch.set(name, deeper);
        }
      } else if (!value.equals(from.get(name))) {
        patch.set(name, value.deepCopy());
      }
    }
    return patch;
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
