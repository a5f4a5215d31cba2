package dev.fairlead.registry.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.MalformedRecordException;
import java.time.Instant;
import java.util.Optional;

/// What the body of an alert says: `{code, severity, text, suggestion?, state}`.
public sealed interface AlertChange {

  /// The longest code, in characters.
  int CODE_LENGTH_MAX = 128;

  /// The longest text and the longest suggestion, in characters.
  int TEXT_LENGTH_MAX = 2000;

  /// The problem is there.
  record Raised(Alert alert) implements AlertChange {}

  /// The problem is over.
  ///
  /// @param at when, by the record that says so
  record Cleared(String code, Instant at) implements AlertChange {}

  /// Reads a body. Properties that are not known here are passed over.
  ///
  /// @param at the time of the record
  /// @param id of the alert that it raises, if it opens one
  /// @throws MalformedRecordException when it is no such document
  static AlertChange of(ObjectNode body, Instant at, String id) {
    String code = text(body, "code", CODE_LENGTH_MAX);
    String state = text(body, "state", CODE_LENGTH_MAX);
    return switch (state) {
      case "raised" ->
          new Raised(
              Alert.raised(
                  id,
                  code,
                  severity(text(body, "severity", CODE_LENGTH_MAX)),
                  text(body, "text", TEXT_LENGTH_MAX),
                  body.hasNonNull("suggestion")
                      ? Optional.of(text(body, "suggestion", TEXT_LENGTH_MAX))
                      : Optional.empty(),
                  at));
      case "cleared" -> new Cleared(code, at);
      default -> throw new MalformedRecordException("'state' is neither raised nor cleared");
    };
  }

  private static Severity severity(String word) {
    return Severity.of(word)
        .orElseThrow(
            () -> new MalformedRecordException("'severity' is not info, warning or critical"));
  }

  private static String text(ObjectNode body, String name, int lengthMax) {
    JsonNode node = body.path(name);
    if (!node.isTextual() || node.textValue().isEmpty() || node.textValue().length() > lengthMax) {
      throw new MalformedRecordException(
          "'%s' is not a text of 1 to %d characters".formatted(name, lengthMax));
    }
    return node.textValue();
  }
}
