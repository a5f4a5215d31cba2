package dev.fairlead.runtime.http;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.RequestBody;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Checks the body of an operation: its presence, its media type and, where it is JSON, its shape.
final class BodyRule {
  private final boolean required;

  /// Media types without parameters, each with its validator, which is empty for what is not JSON
  /// or has no schema.
  private final Map<String, Optional<Validator>> mediaTypes = new TreeMap<>();

  BodyRule(RequestBody body, SchemaRepository schemas) {
    required = body.isRequired();
    @Nullable JsonArray unchecked = body.getOpenAPIModel().getJsonArray(Contracts.MEDIA_TYPES_MARK);
    if (unchecked == null) {
      body.getContent()
          .forEach((name, type) -> mediaTypes.put(bare(name), validator(type, schemas)));
    } else {
      unchecked.forEach(name -> mediaTypes.put(bare((String) name), Optional.empty()));
    }
    if (body.getOpenAPIModel().getBoolean(Contracts.MERGE_PATCH_MARK, false)) {
      mediaTypes.put(
          Contracts.MERGE_PATCH, mediaTypes.getOrDefault("application/json", Optional.empty()));
    }
  }

  /// @throws dev.fairlead.runtime.problem.ProblemException `unsupported-media-type`,
  ///     `malformed-json`
  List<Violation> check(@Nullable String contentType, byte[] body) {
    if (body.length == 0) {
      return required ? List.of(new Violation("", "it is missing")) : List.of();
    }
    Optional<Validator> validator = requireMediaType(contentType);
    if (validator.isEmpty()) {
      return List.of();
    }
    OutputUnit output = validator.get().validate(tree(Json.tree(body)));
    return Boolean.TRUE.equals(output.getValid()) ? List.of() : Violation.of("", output);
  }

  /// @return its validator, if it has one
  /// @throws dev.fairlead.runtime.problem.ProblemException `unsupported-media-type`
  Optional<Validator> requireMediaType(@Nullable String contentType) {
    Optional<Validator> validator = contentType == null ? null : mediaTypes.get(bare(contentType));
    if (validator == null) {
      throw Problem.of(
              ProblemType.UNSUPPORTED_MEDIA_TYPE,
              "Send the body as "
                  + String.join(" or ", mediaTypes.keySet())
                  + " and say so in Content-Type.")
          .withHeader("Accept", String.join(", ", mediaTypes.keySet()))
          .exception();
    }
    return validator;
  }

  private static Optional<Validator> validator(MediaType type, SchemaRepository schemas) {
    boolean json = bare(type.getIdentifier()).endsWith("json");
    return Optional.ofNullable(type.getSchema()).filter(_ -> json).map(schemas::validator);
  }

  /// The tree as the validator wants it.
  @SuppressWarnings("unchecked") // objects read as Object have texts as keys
  private static @Nullable Object tree(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> new JsonObject((Map<String, Object>) map);
      case List<?> list -> new JsonArray(list);
      case null, default -> value;
    };
  }

  private static String bare(String contentType) {
    int parameters = contentType.indexOf(';');
    return (parameters < 0 ? contentType : contentType.substring(0, parameters))
        .strip()
        .toLowerCase(Locale.ROOT);
  }
}
