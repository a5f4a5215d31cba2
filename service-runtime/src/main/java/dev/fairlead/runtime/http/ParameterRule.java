package dev.fairlead.runtime.http;

import io.vertx.core.json.JsonArray;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import io.vertx.json.schema.common.dsl.SchemaType;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Parameter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Checks one parameter of an operation.
///
/// Vert.x has a check of its own, which reads every text as JSON first, so that a device named
/// `1.5` becomes a number, and which decodes query parameters twice.
final class ParameterRule {
  /// Longer numbers are refused before they are parsed, which takes time in the square of their
  /// length.
  private static final int NUMBER_LENGTH_MAX = 40;

  private final Parameter parameter;
  private final SchemaType type;
  private final Validator validator;

  ParameterRule(Parameter parameter, SchemaRepository schemas) {
    this.parameter = parameter;
    this.type = parameter.getSchemaType();
    this.validator = schemas.validator(parameter.getSchema());
    if (type == SchemaType.OBJECT || parameter.getIn() == Location.COOKIE) {
      throw new IllegalStateException(
          "parameters as objects or in cookies are not supported: " + parameter.getName());
    }
  }

  /// Whether it is for what stands in the query under a name.
  boolean isQuery(String name) {
    return parameter.getIn() == Location.QUERY && parameter.getName().equals(name);
  }

  Stream<Violation> check(RequestValues values) {
    String name = parameter.getName();
    List<String> texts =
        switch (parameter.getIn()) {
          case PATH -> Optional.ofNullable(values.path().get(name)).stream().toList();
          case HEADER -> Optional.ofNullable(values.headers().get(name)).stream().toList();
          case QUERY -> values.query().getOrDefault(name, List.of());
          case COOKIE -> List.of();
        };
    String pointer = parameter.getIn().name().toLowerCase(Locale.ROOT) + "/" + name;
    if (texts.isEmpty()) {
      return parameter.isRequired()
          ? Stream.of(new Violation(pointer, "it is missing"))
          : Stream.empty();
    }
    if (texts.size() > 1 && type != SchemaType.ARRAY) {
      return Stream.of(new Violation(pointer, "it is given more than once"));
    }
    OutputUnit output = validator.validate(value(texts));
    return Boolean.TRUE.equals(output.getValid())
        ? Stream.empty()
        : Violation.of(pointer, output).stream();
  }

  private Object value(List<String> texts) {
    return switch (type) {
      case ARRAY -> {
        Stream<String> items =
            parameter.isExplode()
                ? texts.stream()
                : texts.stream().flatMap(text -> Stream.of(text.split(",", -1)));
        yield new JsonArray(items.map(Object.class::cast).toList());
      }
      case INTEGER, NUMBER -> number(texts.getFirst());
      case BOOLEAN ->
          switch (texts.getFirst()) {
            case "true" -> true;
            case "false" -> false;
            default -> texts.getFirst();
          };
      default -> texts.getFirst();
    };
  }

  /// The number, or the text itself, which the schema then refuses.
  private static Object number(String text) {
    if (text.length() > NUMBER_LENGTH_MAX) {
      return text;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notLong) {
      try {
        return new BigDecimal(text).doubleValue();
      } catch (NumberFormatException notNumber) {
        return text;
      }
    }
  }
}
