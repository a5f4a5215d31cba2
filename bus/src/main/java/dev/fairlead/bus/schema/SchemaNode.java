package dev.fairlead.bus.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// A schema within a schema. It is made empty and filled later: references may be circular.
final class SchemaNode implements Rule {

  /// How many schemas may be applied within each other to one value.
  static final int IN_PLACE_MAX = 16;

  private static final int UNKNOWN = -1;

  private final String pointer;
  private final List<Rule> rules = new ArrayList<>();

  /// Those that are applied to the same value as this one.
  private final List<SchemaNode> inPlace = new ArrayList<>();

  private int inPlaceDepth = UNKNOWN;

  /// @param pointer to its place in the document
  SchemaNode(String pointer) {
    this.pointer = pointer;
  }

  String pointer() {
    return pointer;
  }

  void add(Rule rule) {
    rules.add(rule);
  }

  /// Notes a schema that one of the rules applies to the very value that it is given.
  void appliesInPlace(SchemaNode node) {
    inPlace.add(node);
  }

  /// How many schemas are applied within each other to one value.
  ///
  /// @param above how many are applied around this one, on the way that is followed
  /// @throws BadSchemaException when they are too many, or one leads back to itself, so that a
  ///     check would never end
  int inPlaceDepth(int above) {
    if (above > IN_PLACE_MAX) {
      throw new BadSchemaException(
          pointer,
          "more than "
              + IN_PLACE_MAX
              + " schemas are applied within each other to one value, or one to itself");
    }
    if (inPlaceDepth == UNKNOWN) {
      int deepest = 0;
      for (SchemaNode applied : inPlace) {
        deepest = Math.max(deepest, applied.inPlaceDepth(above + 1));
      }
      inPlaceDepth = deepest + 1;
    }
    return inPlaceDepth;
  }

  @Override
  public boolean check(JsonNode value, Place place, Run run) {
    if (!run.enter()) {
      run.leave();
      return false;
    }
    boolean valid = true;
    for (Rule rule : rules) {
      valid &= rule.check(value, place, run);
      if (!valid && run.isSilent()) {
        break;
      }
    }
    run.leave();
    return valid;
  }
}
