package dev.fairlead.endtoend.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Compares a document with the one that an example shows: the same members, the same types, the
/// same values but for those that are made by the service. Those are times, UUIDs, and what the
/// contract marks `x-generated`; of a marked array or object the inside is not compared at all.
final class Likeness {

  /// Some have a word before, such as `person-`.
  private static final Pattern UUID =
      Pattern.compile("(?:[a-z]+-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final Set<String> generated;
  private final List<String> differences = new ArrayList<>();

  private Likeness(Set<String> generated) {
    this.generated = generated;
  }

  /// In what a document differs from the one that was shown; nothing if it does not.
  ///
  /// @param generated the names of members that the service makes
  static List<String> differences(JsonNode shown, JsonNode real, Set<String> generated) {
    Likeness likeness = new Likeness(generated);
    likeness.compare("", shown, real);
    return likeness.differences;
  }

  private void compare(String place, JsonNode shown, JsonNode real) {
    if (typeOf(shown) != typeOf(real)) {
      differ(place, shown, real);
      return;
    }
    switch (shown.getNodeType()) {
      case OBJECT -> compareMembers(place, shown, real);
      case ARRAY -> compareItems(place, shown, real);
      default -> {
        if (!isSame(shown, real)) {
          differ(place, shown, real);
        }
      }
    }
  }

  private static JsonNodeType typeOf(JsonNode node) {
    return node.getNodeType();
  }

  private void compareMembers(String place, JsonNode shown, JsonNode real) {
    Set<String> names = new TreeSet<>();
    shown.fieldNames().forEachRemaining(names::add);
    real.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      String inside = place + "/" + name;
      if (!shown.has(name) || !real.has(name)) {
        differ(inside, shown.path(name), real.path(name));
      } else if (!generated.contains(name)) {
        compare(inside, shown.path(name), real.path(name));
      } else if (typeOf(shown.path(name)) != typeOf(real.path(name))) {
        differ(inside, shown.path(name), real.path(name));
      }
    }
  }

  private void compareItems(String place, JsonNode shown, JsonNode real) {
    if (shown.size() != real.size()) {
      differ(place, shown, real);
      return;
    }
    for (int i = 0; i < shown.size(); i++) {
      compare(place + "/" + i, shown.path(i), real.path(i));
    }
  }

  private static boolean isSame(JsonNode shown, JsonNode real) {
    if (shown.isNumber()) {
      return shown.decimalValue().compareTo(real.decimalValue()) == 0;
    }
    return shown.equals(real)
        || (isTime(shown.asText()) && isTime(real.asText()))
        || (isUuid(shown.asText()) && isUuid(real.asText()));
  }

  private static boolean isTime(String text) {
    try {
      return !Instant.parse(text).equals(Instant.MIN);
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static boolean isUuid(String text) {
    return UUID.matcher(text).matches();
  }

  private void differ(String place, JsonNode shown, JsonNode real) {
    differences.add(
        "%s: the contract shows %s, the answer has %s"
            .formatted(place.isEmpty() ? "/" : place, words(shown), words(real)));
  }

  private static String words(JsonNode node) {
    return node.isMissingNode() ? "nothing" : node.toString();
  }
}
