package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// What the feed is told of a document that has changed.
public final class DocumentChange {

  /// A patch that is larger, in characters, is not told; whoever wants it reads the twin.
  private static final int PATCH_LENGTH_MAX = 16 * 1024;

  private DocumentChange() {}

  /// The data of the change: `patch` makes the one document of the other, null where it is too
  /// large.
  public static ObjectNode data(ObjectNode before, ObjectNode after) {
    ObjectNode patch = MergePatch.between(before, after);
    ObjectNode data = JsonNodeFactory.instance.objectNode();
    if (patch.toString().length() > PATCH_LENGTH_MAX) {
      data.putNull("patch");
    } else {
      data.set("patch", patch);
    }
    return data;
  }
}
