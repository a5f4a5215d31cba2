package dev.fairlead.bus.schema;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.schema.Applicators.Matching;
import dev.fairlead.bus.schema.Assertions.Bound;
import dev.fairlead.bus.schema.Assertions.JsonType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes rules of a schema. Each schema within it is made once, however many references lead to it,
/// and from a list of what is still to be made: a chain of references costs no stack.
final class SchemaCompiler {

  /// How many schemas there may be in one.
  static final int SCHEMAS_MAX = 4_000;

  private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";
  private static final String ID = "$id";

  private static final Set<String> ANNOTATIONS =
      Set.of(
          "$schema",
          ID,
          "$comment",
          "$defs",
          "title",
          "description",
          "default",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly",
          "format",
          "contentEncoding",
          "contentMediaType",
          "contentSchema");
  private static final Set<String> RULES =
      Set.of(
          "$ref",
          "type",
          "enum",
          "const",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf",
          "minLength",
          "maxLength",
          "pattern",
          "minItems",
          "maxItems",
          "uniqueItems",
          "contains",
          "minContains",
          "maxContains",
          "minProperties",
          "maxProperties",
          "required",
          "dependentRequired",
          "properties",
          "patternProperties",
          "additionalProperties",
          "propertyNames",
          "prefixItems",
          "items",
          "allOf",
          "anyOf",
          "oneOf",
          "not",
          "if",
          "then",
          "else",
          "dependentSchemas");

  private final JsonNode document;
  private final Patterns patterns = new Patterns();
  private final Map<String, SchemaNode> nodes = new HashMap<>();
  private final Deque<SchemaNode> open = new ArrayDeque<>();

  SchemaCompiler(JsonNode document) {
    this.document = document;
  }

  SchemaNode compile() {
    checkDepth(document, 1);
    if (document.toString().getBytes(StandardCharsets.UTF_8).length > JsonSchema.BYTES_MAX) {
      throw new BadSchemaException(
          "", "a schema has at most " + JsonSchema.BYTES_MAX + " bytes as JSON");
    }
    SchemaNode root = node("");
    if (document.path("$defs") instanceof ObjectNode definitions) {
      // Also what nothing refers to yet must be schemas.
      definitions.fieldNames().forEachRemaining(name -> node("/$defs/" + Place.escaped(name)));
    }
    while (!open.isEmpty()) {
      fill(open.remove());
    }
    for (SchemaNode node : nodes.values()) {
      // One that is known already is not looked into again, so that its own depth is asked as well.
      if (node.inPlaceDepth(0) > SchemaNode.IN_PLACE_MAX) {
        throw new BadSchemaException(
            node.pointer(),
            "more than "
                + SchemaNode.IN_PLACE_MAX
                + " schemas are applied within each other to one value");
      }
    }
    return root;
  }

  private static void checkDepth(JsonNode node, int depth) {
    if (depth > JsonSchema.DEPTH_MAX) {
      throw new BadSchemaException("", "a schema is at most " + JsonSchema.DEPTH_MAX + " deep");
    }
    node.forEach(inner -> checkDepth(inner, depth + 1));
  }

  private SchemaNode node(String pointer) {
    @Nullable SchemaNode known = nodes.get(pointer);
    if (known != null) {
      return known;
    }
    if (nodes.size() == SCHEMAS_MAX) {
      throw new BadSchemaException(pointer, "it holds more than " + SCHEMAS_MAX + " schemas");
    }
    SchemaNode made = new SchemaNode(pointer);
    nodes.put(pointer, made);
    open.add(made);
    return made;
  }

  private void fill(SchemaNode node) {
    JsonNode source = document.at(JsonPointer.compile(node.pointer()));
    if (source.isBoolean()) {
      if (!source.booleanValue()) {
        node.add((value, place, run) -> run.wrong(place, "it must not be there"));
      }
    } else if (source instanceof ObjectNode object) {
      SchemaSource schema = new SchemaSource(object, node.pointer());
      checkKeywords(schema);
      addAssertions(node, schema);
      addAboutObjects(node, schema);
      addAboutArrays(node, schema);
      addInPlace(node, schema);
    } else {
      throw new BadSchemaException(node.pointer(), "a schema is an object, true or false");
    }
  }

  private static void checkKeywords(SchemaSource schema) {
    for (Map.Entry<String, JsonNode> entry : schema.object().properties()) {
      String keyword = entry.getKey();
      if (!RULES.contains(keyword) && !ANNOTATIONS.contains(keyword) && !keyword.startsWith("x-")) {
        throw schema.wrong(keyword, "it is no keyword that is known here");
      }
      if (keyword.equals(ID) && !schema.pointer().isEmpty()) {
        throw schema.wrong(keyword, "only the whole schema may have an id");
      }
      if (keyword.equals("$schema") && !schema.text(keyword).equals(DIALECT)) {
        throw schema.wrong(keyword, "only " + DIALECT + " is understood");
      }
    }
  }

  private void addAssertions(SchemaNode node, SchemaSource schema) {
    if (schema.has("type")) {
      addType(node, schema);
    }
    if (schema.has("enum")) {
      Set<String> allowed = new HashSet<>();
      schema.items("enum").forEach(value -> allowed.add(Canonical.text(value)));
      node.add(
          Assertions.isOneOf(Set.copyOf(allowed), "it must be one of " + schema.value("enum")));
    }
    if (schema.has("const")) {
      JsonNode only = schema.value("const");
      node.add(Assertions.isOneOf(Set.of(Canonical.text(only)), "it must be " + only));
    }
    addBound(node, schema, "minimum", Bound.MINIMUM);
    addBound(node, schema, "maximum", Bound.MAXIMUM);
    addBound(node, schema, "exclusiveMinimum", Bound.EXCLUSIVE_MINIMUM);
    addBound(node, schema, "exclusiveMaximum", Bound.EXCLUSIVE_MAXIMUM);
    if (schema.has("multipleOf")) {
      if (schema.number("multipleOf").doubleValue() <= 0) {
        throw schema.wrong("multipleOf", "it must be more than 0");
      }
      node.add(Assertions.multipleOf(schema.number("multipleOf")));
    }
    if (schema.has("minLength") || schema.has("maxLength")) {
      node.add(
          Assertions.length(
              schema.count("minLength", 0), schema.count("maxLength", Integer.MAX_VALUE)));
    }
    if (schema.has("pattern")) {
      node.add(Assertions.pattern(patterns.compile(schema.text("pattern"), schema.at("pattern"))));
    }
  }

  private static void addType(SchemaNode node, SchemaSource schema) {
    JsonNode value = schema.value("type");
    List<String> words = value.isTextual() ? List.of(value.textValue()) : schema.names("type");
    if (words.isEmpty()) {
      throw schema.wrong("type", "it must name at least one type");
    }
    List<JsonType> types = new ArrayList<>();
    for (String word : words) {
      types.add(type(word).orElseThrow(() -> schema.wrong("type", "'" + word + "' is no type")));
    }
    node.add(Assertions.type(List.copyOf(types), String.join(" or ", words)));
  }

  private static Optional<JsonType> type(String word) {
    for (JsonType type : JsonType.values()) {
      if (type.name().toLowerCase(Locale.ROOT).equals(word)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  private static void addBound(SchemaNode node, SchemaSource schema, String keyword, Bound bound) {
    if (schema.has(keyword)) {
      node.add(Assertions.bound(bound, schema.number(keyword)));
    }
  }

  private void addAboutObjects(SchemaNode node, SchemaSource schema) {
    if (schema.has("minProperties") || schema.has("maxProperties")) {
      node.add(
          Assertions.members(
              schema.count("minProperties", 0), schema.count("maxProperties", Integer.MAX_VALUE)));
    }
    if (schema.has("required")) {
      node.add(Assertions.required(schema.names("required")));
    }
    if (schema.has("dependentRequired")) {
      Map<String, List<String>> byName = new LinkedHashMap<>();
      schema
          .members("dependentRequired")
          .forEach(
              (name, list) ->
                  byName.put(name, SchemaSource.names(list, schema.at("dependentRequired"))));
      node.add(Assertions.dependentRequired(byName));
    }
    if (schema.has("propertyNames")) {
      node.add(Applicators.names(single(schema, "propertyNames")));
    }
    if (schema.has("properties")
        || schema.has("patternProperties")
        || schema.has("additionalProperties")) {
      node.add(
          Applicators.members(
              named(schema, "properties"),
              matching(schema),
              optional(schema, "additionalProperties")));
    }
  }

  private void addAboutArrays(SchemaNode node, SchemaSource schema) {
    if (schema.has("minItems") || schema.has("maxItems")) {
      node.add(
          Assertions.items(
              schema.count("minItems", 0), schema.count("maxItems", Integer.MAX_VALUE)));
    }
    if (schema.has("uniqueItems")) {
      if (!schema.value("uniqueItems").isBoolean()) {
        throw schema.wrong("uniqueItems", "it must be true or false");
      }
      if (schema.value("uniqueItems").booleanValue()) {
        node.add(Assertions.unique());
      }
    }
    if (schema.has("prefixItems") || schema.has("items")) {
      node.add(Applicators.items(list(schema, "prefixItems"), optional(schema, "items")));
    }
    int min = schema.count("minContains", 1);
    int max = schema.count("maxContains", Integer.MAX_VALUE);
    if (schema.has("contains")) {
      node.add(Applicators.contains(single(schema, "contains"), min, max));
    }
  }

  private void addInPlace(SchemaNode node, SchemaSource schema) {
    if (schema.has("$ref")) {
      SchemaNode target = inPlace(node, target(schema));
      node.add(target);
    }
    if (schema.has("allOf")) {
      node.add(Applicators.allOf(inPlace(node, list(schema, "allOf"))));
    }
    if (schema.has("anyOf")) {
      node.add(Applicators.anyOf(inPlace(node, list(schema, "anyOf"))));
    }
    if (schema.has("oneOf")) {
      node.add(Applicators.oneOf(inPlace(node, list(schema, "oneOf"))));
    }
    if (schema.has("not")) {
      node.add(Applicators.not(inPlace(node, single(schema, "not"))));
    }
    Optional<SchemaNode> then = optional(schema, "then").map(one -> inPlace(node, one));
    Optional<SchemaNode> otherwise = optional(schema, "else").map(one -> inPlace(node, one));
    if (schema.has("if")) {
      node.add(Applicators.condition(inPlace(node, single(schema, "if")), then, otherwise));
    }
    if (schema.has("dependentSchemas")) {
      Map<String, SchemaNode> byName = named(schema, "dependentSchemas");
      byName.values().forEach(node::appliesInPlace);
      node.add(Applicators.dependent(byName));
    }
  }

  private static SchemaNode inPlace(SchemaNode node, SchemaNode applied) {
    node.appliesInPlace(applied);
    return applied;
  }

  private static List<SchemaNode> inPlace(SchemaNode node, List<SchemaNode> applied) {
    applied.forEach(node::appliesInPlace);
    return applied;
  }

  private SchemaNode target(SchemaSource schema) {
    String reference = schema.text("$ref");
    if (!reference.equals("#") && !reference.startsWith("#/")) {
      throw schema.wrong(
          "$ref", "only references within the schema are followed, such as #/$defs/x");
    }
    String pointer = reference.substring(1);
    if (pointer.indexOf('%') >= 0 || document.at(JsonPointer.compile(pointer)).isMissingNode()) {
      throw schema.wrong("$ref", "it leads to nothing");
    }
    return node(pointer);
  }

  private SchemaNode single(SchemaSource schema, String keyword) {
    return node(schema.at(keyword));
  }

  private Optional<SchemaNode> optional(SchemaSource schema, String keyword) {
    return schema.has(keyword) ? Optional.of(single(schema, keyword)) : Optional.empty();
  }

  private List<SchemaNode> list(SchemaSource schema, String keyword) {
    if (!schema.has(keyword)) {
      return List.of();
    }
    List<SchemaNode> found = new ArrayList<>();
    for (int i = 0; i < schema.items(keyword).size(); i++) {
      found.add(node(schema.at(keyword) + "/" + i));
    }
    return List.copyOf(found);
  }

  private Map<String, SchemaNode> named(SchemaSource schema, String keyword) {
    if (!schema.has(keyword)) {
      return Map.of();
    }
    Map<String, SchemaNode> found = new LinkedHashMap<>();
    schema
        .members(keyword)
        .forEach(
            (name, inner) -> found.put(name, node(schema.at(keyword) + "/" + Place.escaped(name))));
    return found;
  }

  private List<Matching> matching(SchemaSource schema) {
    List<Matching> found = new ArrayList<>();
    named(schema, "patternProperties")
        .forEach(
            (source, node) ->
                found.add(new Matching(patterns.compile(source, node.pointer()), node)));
    return List.copyOf(found);
  }
}
