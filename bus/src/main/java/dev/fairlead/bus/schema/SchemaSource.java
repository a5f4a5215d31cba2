package dev.fairlead.bus.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A schema that is being read: its keywords, each with the complaint about what it must not be.
///
/// @param object the schema
/// @param pointer to its place in the document
record SchemaSource(ObjectNode object, String pointer) {

  /// How many members or items a keyword may have.
  static final int ENTRIES_MAX = 1024;

  boolean has(String keyword) {
    return object.has(keyword);
  }

  JsonNode value(String keyword) {
    return object.path(keyword);
  }

  String at(String keyword) {
    return pointer + "/" + Place.escaped(keyword);
  }

  BadSchemaException wrong(String keyword, String message) {
    return new BadSchemaException(at(keyword), message);
  }

  /// A count, or what holds where there is none.
  int count(String keyword, int otherwise) {
    if (!has(keyword)) {
      return otherwise;
    }
    JsonNode value = value(keyword);
    if (!value.isNumber()
        || value.doubleValue() < 0
        || value.doubleValue() > Integer.MAX_VALUE
        || value.doubleValue() != Math.rint(value.doubleValue())) {
      throw wrong(keyword, "it must be a whole number, 0 or more");
    }
    return (int) value.doubleValue();
  }

  JsonNode number(String keyword) {
    JsonNode value = value(keyword);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw wrong(keyword, "it must be a number");
    }
    return value;
  }

  String text(String keyword) {
    if (!value(keyword).isTextual()) {
      throw wrong(keyword, "it must be a text");
    }
    return value(keyword).textValue();
  }

  /// The members of a keyword that is an object.
  Map<String, JsonNode> members(String keyword) {
    if (!(value(keyword) instanceof ObjectNode members)) {
      throw wrong(keyword, "it must be an object");
    }
    bounded(keyword);
    Map<String, JsonNode> found = new LinkedHashMap<>();
    members.properties().forEach(member -> found.put(member.getKey(), member.getValue()));
    return found;
  }

  /// The items of a keyword that is a list.
  List<JsonNode> items(String keyword) {
    if (!value(keyword).isArray() || value(keyword).isEmpty()) {
      throw wrong(keyword, "it must be a list that is not empty");
    }
    bounded(keyword);
    List<JsonNode> found = new ArrayList<>();
    value(keyword).forEach(found::add);
    return found;
  }

  /// The names in a keyword that is a list of names.
  List<String> names(String keyword) {
    return names(value(keyword), at(keyword));
  }

  static List<String> names(JsonNode list, String at) {
    Set<String> found = new HashSet<>();
    for (JsonNode name : list) {
      if (!name.isTextual() || !found.add(name.textValue())) {
        throw new BadSchemaException(at, "it must be a list of names that differ");
      }
    }
    if (!list.isArray() || list.size() > ENTRIES_MAX) {
      throw new BadSchemaException(at, "it must be a list of at most " + ENTRIES_MAX + " names");
    }
    List<String> names = new ArrayList<>();
    list.forEach(name -> names.add(name.textValue()));
    return List.copyOf(names);
  }

  private void bounded(String keyword) {
    if (value(keyword).size() > ENTRIES_MAX) {
      throw wrong(keyword, "it must have at most " + ENTRIES_MAX + " entries");
    }
  }
}
