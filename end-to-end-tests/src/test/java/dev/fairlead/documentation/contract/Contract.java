package dev.fairlead.documentation.contract;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// An OpenAPI document.
///
/// @param service whose it is
/// @param document all of it
public record Contract(String service, JsonNode document) {

  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch");
  private static final String SCHEMAS = "#/components/schemas/";

  /// Reads a document.
  ///
  /// @throws IllegalArgumentException for what is not YAML
  public static Contract parse(String service, String yaml) {
    try {
      return new Contract(service, YAML.readTree(yaml));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("the contract of " + service + " is not YAML", e);
    }
  }

  /// Reads the document of a service of this checkout.
  public static Contract ofSources(String service) {
    // Maven runs tests in the directory of their module.
    Path file =
        Path.of("../%s-service/src/main/resources/%s/openapi.yaml".formatted(service, service));
    try {
      return parse(service, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What a node stands for: that which it refers to, if it is a reference.
  ///
  /// @throws IllegalArgumentException when there is nothing at the other end
  public JsonNode resolve(JsonNode node) {
    String reference = node.path("$ref").asText();
    if (reference.isEmpty()) {
      return node;
    }
    JsonNode target = document.at(reference.substring(1));
    if (!reference.startsWith("#/") || target.isMissingNode()) {
      throw new IllegalArgumentException(service + ": nothing at " + reference);
    }
    return resolve(target);
  }

  /// Every operation, in the order of the document.
  public List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue().properties().stream()
                    .filter(member -> METHODS.contains(member.getKey()))
                    .forEach(
                        member ->
                            operations.add(
                                new Operation(
                                    this,
                                    member.getKey(),
                                    path.getKey(),
                                    path.getValue().path("parameters"),
                                    member.getValue()))));
    return operations;
  }

  /// The names of the properties whose values are made by the service, so that no example can tell
  /// them: those that are marked `x-generated: true`.
  public Set<String> generated() {
    Set<String> names = new HashSet<>();
    collectGenerated(document, names);
    return names;
  }

  private static void collectGenerated(JsonNode node, Set<String> names) {
    node.path("properties").properties().stream()
        .filter(property -> property.getValue().path("x-generated").asBoolean())
        .map(Map.Entry::getKey)
        .forEach(names::add);
    node.forEach(member -> collectGenerated(member, names));
  }

  /// In what a value does not fit a schema of this document; nothing if it does.
  public List<String> violations(JsonNode schema, JsonNode value) {
    ObjectNode root = schema.deepCopy();
    root.set("$defs", document.path("components").path("schemas"));
    JsonSchemaOptions options =
        new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("https://fairlead.dev/");
    JsonSchema rules = JsonSchema.of(new JsonObject(root.toString().replace(SCHEMAS, "#/$defs/")));
    // Wrapped, so that a document that is no object is read as well.
    Object plain =
        new JsonObject(JsonNodeFactory.instance.objectNode().set("value", value).toString())
            .getValue("value");
    OutputUnit output = Validator.create(rules, options).validate(plain);
    return Boolean.TRUE.equals(output.getValid())
        ? List.of()
        : Stream.ofNullable(output.getErrors())
            .flatMap(List::stream)
            .map(error -> error.getInstanceLocation() + ": " + error.getError())
            .toList();
  }
}
