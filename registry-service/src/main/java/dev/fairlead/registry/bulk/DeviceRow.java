package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.registry.body.JsonBody;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A row of an import.
///
/// @param line on which it begins
/// @param document what it says about the device: a merge patch without the id
record DeviceRow(long line, DeviceId id, ObjectNode document) {

  private static final int NAME_MAX = 200;
  private static final int TYPE_MAX = 64;
  private static final int TAG_KEY_MAX = 64;
  private static final int TAG_MAX = 256;
  private static final int TAGS_MAX = 128;
  private static final double LATITUDE_MAX = 90;
  private static final double LONGITUDE_MAX = 180;

  /// Checks a document as the contract does the bodies of `createDevice` and, where there may be
  /// nulls, of `patchDevice`: a validator of schemas would take longer than everything else.
  /// Without an id one is made.
  ///
  /// @throws ProblemException `validation-failed`
  static DeviceRow of(long line, ObjectNode document, boolean nulls) {
    DeviceId id = id(document.remove("id"));
    for (Map.Entry<String, JsonNode> member : document.properties()) {
      check(member.getKey(), member.getValue(), nulls);
    }
    if (JsonBody.objection(document).isPresent()) {
      throw wrong("The row " + JsonBody.objection(document).get() + ".");
    }
    return new DeviceRow(line, id, document);
  }

  /// Whether a device can have this id, whatever else its row says.
  static boolean isId(JsonNode id) {
    return id.isTextual() && DeviceId.isValid(id.textValue());
  }

  private static DeviceId id(@Nullable JsonNode id) {
    if (id == null) {
      return new DeviceId(UUID.randomUUID().toString());
    }
    if (!isId(id)) {
      throw wrong("'" + id.asText() + "' cannot be a device's id.");
    }
    return new DeviceId(id.textValue());
  }

  private static void check(String member, JsonNode value, boolean nulls) {
    if (value.isNull() && nulls) {
      return;
    }
    switch (member) {
      case "name" -> require(isText(value, 1, NAME_MAX), "name", text(1, NAME_MAX));
      case "type" -> require(isText(value, 1, TYPE_MAX), "type", text(1, TYPE_MAX));
      case "tags" -> checkTags(value, nulls);
      case "location" ->
          require(
              isLocation(value),
              "location",
              "a latitude from -90 to 90 and a longitude from -180 to 180");
      default -> throw wrong("'" + member + "' is not known here.");
    }
  }

  private static void checkTags(JsonNode tags, boolean nulls) {
    require(tags.isObject() && tags.size() <= TAGS_MAX, "tags", "texts under keys");
    for (Map.Entry<String, JsonNode> tag : tags.properties()) {
      String place = "tags/" + tag.getKey();
      require(
          isWord(tag.getKey(), 1, TAG_KEY_MAX) && tag.getKey().indexOf(':') < 0,
          place,
          "under a key without a colon, " + text(1, TAG_KEY_MAX));
      require(
          tag.getValue().isNull() ? nulls : isText(tag.getValue(), 0, TAG_MAX),
          place,
          text(0, TAG_MAX));
    }
  }

  private static boolean isLocation(JsonNode value) {
    return value.isObject()
        && value.size() == 2
        && isDegrees(value.path("latitude"), LATITUDE_MAX)
        && isDegrees(value.path("longitude"), LONGITUDE_MAX);
  }

  /// Written so that what is no number is refused as well.
  private static boolean isDegrees(JsonNode value, double max) {
    return value.isNumber() && Math.abs(value.doubleValue()) <= max;
  }

  private static boolean isText(JsonNode value, int shortest, int longest) {
    return value.isTextual() && isWord(value.textValue(), shortest, longest);
  }

  private static boolean isWord(String text, int shortest, int longest) {
    for (int index = 0; index < text.length(); index++) {
      char at = text.charAt(index);
      if (at < ' ' || at == '\u007f') {
        return false;
      }
    }
    int length = text.codePointCount(0, text.length());
    return length >= shortest && length <= longest;
  }

  private static String text(int shortest, int longest) {
    return "a text of " + shortest + " to " + longest + " characters on one line";
  }

  private static void require(boolean right, String member, String expected) {
    if (!right) {
      throw wrong("'" + member + "' must be " + expected + ".");
    }
  }

  private static ProblemException wrong(String why) {
    return Problem.of(ProblemType.VALIDATION_FAILED, why).exception();
  }
}
