package dev.fairlead.bus.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The rules that look at a value alone. Each passes over values of the types that it is not about,
/// as the standard says.
final class Assertions {

  private static final long CHARACTERS_OF_STEP = 16;

  private Assertions() {}

  /// The types of JSON Schema.
  enum JsonType {
    NULL,
    BOOLEAN,
    OBJECT,
    ARRAY,
    NUMBER,
    INTEGER,
    STRING;

    boolean isThatOf(JsonNode value) {
      return switch (this) {
        case NULL -> value.isNull();
        case BOOLEAN -> value.isBoolean();
        case OBJECT -> value.isObject();
        case ARRAY -> value.isArray();
        case NUMBER -> value.isNumber();
        case INTEGER ->
            value.isIntegralNumber()
                || (value.isNumber() && Canonical.number(value).stripTrailingZeros().scale() <= 0);
        case STRING -> value.isTextual();
      };
    }
  }

  /// A bound of a number.
  enum Bound {
    MINIMUM("it must be at least "),
    MAXIMUM("it must be at most "),
    EXCLUSIVE_MINIMUM("it must be more than "),
    EXCLUSIVE_MAXIMUM("it must be less than ");

    private final String words;

    Bound(String words) {
      this.words = words;
    }

    boolean isKept(int comparison) {
      return switch (this) {
        case MINIMUM -> comparison >= 0;
        case MAXIMUM -> comparison <= 0;
        case EXCLUSIVE_MINIMUM -> comparison > 0;
        case EXCLUSIVE_MAXIMUM -> comparison < 0;
      };
    }
  }

  static Rule type(List<JsonType> types, String words) {
    return (value, place, run) ->
        types.stream().anyMatch(type -> type.isThatOf(value))
            || run.wrong(place, "it must be of the type " + words);
  }

  /// @param allowed values as [Canonical] writes them
  static Rule isOneOf(Set<String> allowed, String words) {
    return (value, place, run) ->
        run.spend(size(value))
            && (allowed.contains(Canonical.text(value)) || run.wrong(place, words));
  }

  static Rule bound(Bound bound, JsonNode limit) {
    BigDecimal number = Canonical.number(limit);
    return (value, place, run) ->
        !value.isNumber()
            || bound.isKept(Canonical.number(value).compareTo(number))
            || run.wrong(place, bound.words + limit.asText());
  }

  static Rule multipleOf(JsonNode divisor) {
    BigDecimal number = Canonical.number(divisor);
    return (value, place, run) ->
        !value.isNumber()
            || (run.spend(CHARACTERS_OF_STEP)
                && (Canonical.number(value).remainder(number).signum() == 0
                    || run.wrong(place, "it must be a multiple of " + divisor.asText())));
  }

  static Rule length(int min, int max) {
    return (value, place, run) -> {
      if (!value.isTextual()) {
        return true;
      }
      String text = value.textValue();
      if (!run.spend(text.length() / CHARACTERS_OF_STEP)) {
        return false;
      }
      int length = text.codePointCount(0, text.length());
      return within(length, min, max, "characters", place, run);
    };
  }

  static Rule items(int min, int max) {
    return (value, place, run) ->
        !value.isArray() || within(value.size(), min, max, "items", place, run);
  }

  static Rule members(int min, int max) {
    return (value, place, run) ->
        !value.isObject() || within(value.size(), min, max, "members", place, run);
  }

  private static boolean within(int count, int min, int max, String what, Place place, Run run) {
    if (count < min) {
      return run.wrong(place, "it must have at least " + min + " " + what);
    }
    return count <= max || run.wrong(place, "it must have at most " + max + " " + what);
  }

  static Rule pattern(Patterns.Compiled pattern) {
    return (value, place, run) ->
        !value.isTextual()
            || pattern.isIn(value.textValue(), run)
            || run.wrong(place, "it does not match the pattern " + pattern.source());
  }

  static Rule unique() {
    return (value, place, run) -> {
      if (!value.isArray()) {
        return true;
      }
      if (!run.spend(size(value))) {
        return false;
      }
      Set<String> seen = HashSet.newHashSet(value.size());
      for (JsonNode item : value) {
        if (!seen.add(Canonical.text(item))) {
          return run.wrong(place, "its items must differ from each other");
        }
      }
      return true;
    };
  }

  static Rule required(List<String> names) {
    return (value, place, run) -> !value.isObject() || has(value, names, place, run);
  }

  /// @param byName for a member, those that must be there where it is
  static Rule dependentRequired(Map<String, List<String>> byName) {
    return (value, place, run) -> {
      boolean valid = true;
      for (Map.Entry<String, List<String>> entry : byName.entrySet()) {
        if (!run.spend(1)) {
          return false;
        }
        if (value.has(entry.getKey())) {
          valid &= has(value, entry.getValue(), place, run);
        }
      }
      return valid;
    };
  }

  private static boolean has(JsonNode value, List<String> names, Place place, Run run) {
    if (!run.spend(names.size())) {
      return false;
    }
    boolean valid = true;
    for (String name : names) {
      if (!value.has(name)) {
        valid = run.wrong(place, "the member '" + name + "' is missing");
      }
    }
    return valid;
  }

  /// How much there is to read of a value: its parts, and its texts by their length.
  private static long size(JsonNode value) {
    long size = 1 + (value.isTextual() ? value.textValue().length() / CHARACTERS_OF_STEP : 0);
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      size += member.getKey().length() / CHARACTERS_OF_STEP;
    }
    for (JsonNode inner : value) {
      size += size(inner);
    }
    return size;
  }
}
