package dev.fairlead.runtime.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The part of a contract that requests are held against: all but the content of responses. Vert.x
/// knows a fixed list of media types there, without `application/problem+json`, and refuses a whole
/// contract for any other; and responses are never validated.
final class RequestContract {
  private static final String RESPONSES = "responses";
  private static final String CONTENT = "content";

  private RequestContract() {}

  /// Reads a contract.
  ///
  /// @param yaml the document
  /// @throws org.yaml.snakeyaml.error.YAMLException when it is no YAML
  static JsonObject of(String yaml) {
    Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
    return document instanceof Map<?, ?> fields ? object(fields, false) : new JsonObject();
  }

  private static Object value(Object value, boolean inResponses) {
    return switch (value) {
      case Map<?, ?> fields -> object(fields, inResponses);
      case Collection<?> items -> {
        JsonArray array = new JsonArray();
        items.forEach(item -> array.add(value(item, false)));
        yield array;
      }
      case null, default -> value;
    };
  }

  /// @param ofResponses whether these are responses by their status or name
  private static JsonObject object(Map<?, ?> fields, boolean ofResponses) {
    JsonObject object = new JsonObject();
    fields.forEach(
        (key, field) -> {
          String name = String.valueOf(key);
          object.put(
              name,
              ofResponses && field instanceof Map<?, ?> response
                  ? withoutContent(response)
                  : value(field, name.equals(RESPONSES)));
        });
    return object;
  }

  private static JsonObject withoutContent(Map<?, ?> response) {
    JsonObject object = object(response, false);
    object.remove(CONTENT);
    return object;
  }
}
