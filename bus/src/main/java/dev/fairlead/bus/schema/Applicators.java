package dev.fairlead.bus.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rules that apply other schemas to a value or to what is in it.
final class Applicators {

  private Applicators() {}

  static Rule allOf(List<SchemaNode> all) {
    return (value, place, run) -> {
      boolean valid = true;
      for (SchemaNode one : all) {
        valid &= one.check(value, place, run);
      }
      return valid;
    };
  }

  static Rule anyOf(List<SchemaNode> some) {
    return (value, place, run) ->
        run.silently(() -> count(some, value, place, run, 1) > 0)
            || run.wrong(place, "it matches none of the alternatives");
  }

  static Rule oneOf(List<SchemaNode> some) {
    return (value, place, run) -> {
      int[] matches = new int[1];
      run.silently(
          () -> {
            matches[0] = count(some, value, place, run, 2);
            return true;
          });
      return matches[0] == 1
          || run.wrong(
              place,
              matches[0] == 0
                  ? "it matches none of the alternatives"
                  : "it matches more than one of the alternatives");
    };
  }

  /// How many of the schemas match, as far as that is asked.
  private static int count(
      List<SchemaNode> some, JsonNode value, Place place, Run run, int enough) {
    int matches = 0;
    for (SchemaNode one : some) {
      if (one.check(value, place, run) && ++matches == enough) {
        break;
      }
    }
    return matches;
  }

  static Rule not(SchemaNode node) {
    return (value, place, run) ->
        !run.silently(() -> node.check(value, place, run))
            || run.wrong(place, "it matches what it must not");
  }

  static Rule condition(
      SchemaNode node, Optional<SchemaNode> then, Optional<SchemaNode> otherwise) {
    return (value, place, run) -> {
      Optional<SchemaNode> next =
          run.silently(() -> node.check(value, place, run)) ? then : otherwise;
      return next.isEmpty() || next.get().check(value, place, run);
    };
  }

  /// @param byName for a member, the schema of the whole object where it is there
  static Rule dependent(Map<String, SchemaNode> byName) {
    return (value, place, run) -> {
      boolean valid = true;
      for (Map.Entry<String, SchemaNode> entry : byName.entrySet()) {
        if (!run.spend(1)) {
          return false;
        }
        if (value.isObject() && value.has(entry.getKey())) {
          valid &= entry.getValue().check(value, place, run);
        }
      }
      return valid;
    };
  }

  /// A schema of the members whose names match.
  record Matching(Patterns.Compiled names, SchemaNode schema) {}

  /// What becomes of the members of an object. Every member is looked up in the schema, and not the
  /// other way round: the work follows the document.
  ///
  /// @param known by their names
  /// @param additional for those that neither a name nor a pattern is for
  static Rule members(
      Map<String, SchemaNode> known, List<Matching> matching, Optional<SchemaNode> additional) {
    return (value, place, run) -> {
      boolean valid = run.spend(value.size());
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        String name = member.getKey();
        Place inner = place.member(name);
        boolean matched = false;
        @Nullable SchemaNode schema = known.get(name);
        if (schema != null) {
          matched = true;
          valid &= schema.check(member.getValue(), inner, run);
        }
        for (Matching pattern : matching) {
          if (pattern.names().isIn(name, run)) {
            matched = true;
            valid &= pattern.schema().check(member.getValue(), inner, run);
          }
        }
        if (!matched && additional.isPresent()) {
          valid &= additional.get().check(member.getValue(), inner, run);
        }
        if (!valid && run.isSilent()) {
          return false;
        }
      }
      return valid;
    };
  }

  static Rule names(SchemaNode schema) {
    return (value, place, run) -> {
      boolean valid = true;
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        JsonNode name = TextNode.valueOf(member.getKey());
        if (!run.silently(() -> schema.check(name, place, run))) {
          valid = run.wrong(place.member(member.getKey()), "a member must not have that name");
        }
      }
      return valid;
    };
  }

  /// @param first for the items at the beginning, one by one
  /// @param rest for all after them
  static Rule items(List<SchemaNode> first, Optional<SchemaNode> rest) {
    return (value, place, run) -> {
      if (!value.isArray()) {
        return true;
      }
      boolean valid = true;
      for (int i = 0; i < value.size(); i++) {
        if (i >= first.size() && rest.isEmpty()) {
          break;
        }
        SchemaNode schema = i < first.size() ? first.get(i) : rest.get();
        valid &= schema.check(value.path(i), place.member(Integer.toString(i)), run);
        if (!valid && run.isSilent()) {
          return false;
        }
      }
      return valid;
    };
  }

  static Rule contains(SchemaNode schema, int min, int max) {
    return (value, place, run) -> {
      if (!value.isArray()) {
        return true;
      }
      int[] matches = new int[1];
      run.silently(
          () -> {
            for (JsonNode item : value) {
              matches[0] += schema.check(item, place, run) ? 1 : 0;
            }
            return true;
          });
      if (matches[0] < min) {
        return run.wrong(place, "it must contain at least " + min + " items of a kind");
      }
      return matches[0] <= max
          || run.wrong(place, "it must contain at most " + max + " items of a kind");
    };
  }
}
