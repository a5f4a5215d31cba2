package dev.fairlead.bus.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The schemas of a type of devices, ready to check documents.
///
/// @param telemetry of what devices measure, record by record
/// @param reported of the document of what they report, as it would be
/// @param desired of the document of what they are to be like, as it would be
/// @param commands of the bodies of commands, by their kinds
public record TypeSchemas(
    Optional<JsonSchema> telemetry,
    Optional<JsonSchema> reported,
    Optional<JsonSchema> desired,
    Map<String, JsonSchema> commands) {

  /// A type that asks nothing of its devices.
  public static final TypeSchemas NONE =
      new TypeSchemas(Optional.empty(), Optional.empty(), Optional.empty(), Map.of());

  /// How many kinds of commands a type may have schemas for.
  public static final int KINDS_MAX = 200;

  /// The longest kind, in characters.
  public static final int KIND_LENGTH_MAX = 128;

  /// How large all schemas of a type may be together, as JSON in UTF-8: they travel as one record.
  public static final int BYTES_MAX = 256 * 1024;

  private static final String COMMANDS = "commands";
  private static final Set<String> PARTS = Set.of("telemetry", "reported", "desired", COMMANDS);

  public TypeSchemas {
    commands = Map.copyOf(commands);
  }

  /// Reads the document `{telemetry?, reported?, desired?, commands?: {<kind>: …}}`.
  ///
  /// @throws BadSchemaException where it is not that, or beyond the bounds
  public static TypeSchemas compile(JsonNode source) {
    if (!(source instanceof ObjectNode object)) {
      throw new BadSchemaException("", "it must be an object");
    }
    if (source.toString().getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
      throw new BadSchemaException(
          "", "all schemas together have at most " + BYTES_MAX + " bytes as JSON");
    }
    for (Map.Entry<String, JsonNode> part : object.properties()) {
      if (!PARTS.contains(part.getKey())) {
        throw new BadSchemaException(
            "/" + Place.escaped(part.getKey()), "nothing of that name is checked");
      }
    }
    return new TypeSchemas(
        part(object, "telemetry"),
        part(object, "reported"),
        part(object, "desired"),
        commands(object.path(COMMANDS)));
  }

  /// The schema for a kind of commands.
  public Optional<JsonSchema> command(String kind) {
    return Optional.ofNullable(commands.get(kind));
  }

  private static Optional<JsonSchema> part(ObjectNode source, String name) {
    return source.has(name)
        ? Optional.of(compile("/" + name, source.path(name)))
        : Optional.empty();
  }

  private static Map<String, JsonSchema> commands(JsonNode source) {
    if (source.isMissingNode()) {
      return Map.of();
    }
    if (!(source instanceof ObjectNode kinds)) {
      throw new BadSchemaException("/" + COMMANDS, "it must be an object");
    }
    if (kinds.size() > KINDS_MAX) {
      throw new BadSchemaException(
          "/" + COMMANDS, "a type has schemas for at most " + KINDS_MAX + " kinds of commands");
    }
    Map<String, JsonSchema> found = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> kind : kinds.properties()) {
      String pointer = "/" + COMMANDS + "/" + Place.escaped(kind.getKey());
      if (kind.getKey().isEmpty() || kind.getKey().length() > KIND_LENGTH_MAX) {
        throw new BadSchemaException(pointer, "a kind has 1 to " + KIND_LENGTH_MAX + " characters");
      }
      found.put(kind.getKey(), compile(pointer, kind.getValue()));
    }
    return found;
  }

  private static JsonSchema compile(String pointer, JsonNode source) {
    try {
      return JsonSchema.compile(source);
    } catch (BadSchemaException e) {
      throw new BadSchemaException(pointer + e.violation().pointer(), e.violation().message());
    }
  }

  /// What is wrong with a document where there is a schema for it.
  ///
  /// @return nothing when there is none
  public static List<Violation> check(Optional<JsonSchema> schema, JsonNode document) {
    return schema.map(known -> known.check(document)).orElse(List.of());
  }
}
