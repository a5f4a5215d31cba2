package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.registry.body.JsonBody;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.util.Map;

/// What a desired document may be: nothing that a device or the database could not take.
final class DesiredDocument {

  /// The largest document, as JSON in UTF-8.
  static final int BYTES_MAX = 64 * 1024;

  /// How deep objects and lists may lie in each other, the document itself being the first.
  static final int DEPTH_MAX = 16;

  /// The longest name of a member, in characters.
  static final int NAME_LENGTH_MAX = 256;

  /// How many members an object may have, and how many items a list.
  static final int ENTRIES_MAX = 1024;

  private DesiredDocument() {}

  /// The document after a merge patch.
  ///
  /// @throws ProblemException `validation-failed` when it is too deep or holds what cannot be kept,
  ///     `payload-too-large` when it is too large
  static ObjectNode patched(ObjectNode document, ObjectNode patch) {
    return checked(MergePatch.apply(document, patch));
  }

  /// Another document in its place. A member that is null is one that is not there: a merge patch
  /// knows no other meaning.
  ///
  /// @throws ProblemException as [#patched]
  static ObjectNode replaced(ObjectNode body) {
    return checked(MergePatch.apply(JsonNodeFactory.instance.objectNode(), body));
  }

  private static ObjectNode checked(ObjectNode document) {
    checkShape(document, 1);
    JsonBody.objection(document)
        .ifPresent(
            objection -> {
              throw refused("The document " + objection + ".");
            });
    if (Json.write(document).length > BYTES_MAX) {
      throw Problem.of(
              ProblemType.PAYLOAD_TOO_LARGE,
              "A desired document has at most " + BYTES_MAX + " bytes as JSON.")
          .with("limit", BYTES_MAX)
          .exception();
    }
    return document;
  }

  private static void checkShape(JsonNode node, int depth) {
    if (node.isContainerNode() && depth > DEPTH_MAX) {
      throw refused("A desired document is at most " + DEPTH_MAX + " levels deep.");
    }
    if (node.size() > ENTRIES_MAX) {
      throw refused(
          "An object or a list in a desired document has at most " + ENTRIES_MAX + " entries.");
    }
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      if (property.getKey().length() > NAME_LENGTH_MAX) {
        throw refused(
            "A name in a desired document has at most " + NAME_LENGTH_MAX + " characters.");
      }
    }
    node.forEach(inner -> checkShape(inner, depth + 1));
  }

  private static ProblemException refused(String why) {
    return Problem.of(ProblemType.VALIDATION_FAILED, why).exception();
  }
}
