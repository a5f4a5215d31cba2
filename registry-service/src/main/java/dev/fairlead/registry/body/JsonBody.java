package dev.fairlead.registry.body;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.runtime.http.Json;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The JSON object in the body of a device's message.
public final class JsonBody {

  private static final Optional<String> CHARACTER =
      Optional.of("holds a character that cannot be kept");

  private JsonBody() {}

  /// Reads it.
  ///
  /// @throws MalformedRecordException when the body is of another type, is no JSON object, or holds
  ///     what PostgreSQL cannot keep: a NUL, half a surrogate pair, a number beyond a double
  public static ObjectNode object(DeviceMessage message) {
    if (!isJson(message.contentType())) {
      throw new MalformedRecordException("the body is " + message.contentType() + ", not JSON");
    }
    JsonNode tree;
    try {
      tree = Json.mapper().readTree(message.body());
    } catch (IOException e) {
      throw new MalformedRecordException("the body is not JSON", e);
    }
    if (!(tree instanceof ObjectNode object)) {
      throw new MalformedRecordException("the body is not a JSON object");
    }
    Optional<String> objection = objection(object);
    if (objection.isPresent()) {
      throw new MalformedRecordException("the body " + objection.get());
    }
    return object;
  }

  /// Whether a content type says JSON: `application/json` or anything ending in `+json`, with or
  /// without parameters.
  static boolean isJson(String contentType) {
    int parameters = contentType.indexOf(';');
    String type =
        (parameters < 0 ? contentType : contentType.substring(0, parameters))
            .strip()
            .toLowerCase(Locale.ROOT);
    return type.equals("application/json") || type.endsWith("+json");
  }

  /// Why PostgreSQL could not keep a document: a NUL, half a surrogate pair, a number beyond a
  /// double. The depth is bounded by the parser.
  ///
  /// @return words that can follow "the body"; empty when it can be kept
  public static Optional<String> objection(JsonNode node) {
    if (node.isTextual() && !isKept(node.textValue())) {
      return CHARACTER;
    }
    if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
      return Optional.of("holds a number that is too large");
    }
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      if (!isKept(property.getKey())) {
        return CHARACTER;
      }
    }
    for (JsonNode inner : node) {
      Optional<String> objection = objection(inner);
      if (objection.isPresent()) {
        return objection;
      }
    }
    return Optional.empty();
  }

  private static boolean isKept(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (c == 0 || Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }
}
