package dev.fairlead.registry.mail;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Events put into words.
///
/// @param subject one line
/// @param text plain text
record ChangeMail(String subject, String text) {

  private static final String TYPE = "dev.fairlead.";
  private static final int SUBJECT_LENGTH_MAX = 150;

  /// @param events of one tenant, at least one, as the feed tells them
  static ChangeMail of(List<JsonNode> events) {
    StringBuilder text = new StringBuilder();
    for (JsonNode event : events) {
      text.append(paragraph(event)).append("\n");
    }
    JsonNode first = events.getFirst();
    text.append("-- \nFairlead, ").append(first.path("source").asText()).append("\n");
    String subject =
        events.size() == 1
            ? subject(first)
            : "%d changes, the first: %s".formatted(events.size(), subject(first));
    return new ChangeMail(line(subject), text.toString());
  }

  private static String subject(JsonNode event) {
    String device = event.path("subject").asText();
    JsonNode data = event.path("data");
    return switch (kind(event)) {
      case "alert.raised" ->
          "[%s] %s: %s"
              .formatted(
                  data.path("severity").asText().toUpperCase(Locale.ROOT),
                  device,
                  data.path("code").asText());
      case "alert.cleared" -> "[over] %s: %s".formatted(device, data.path("code").asText());
      case String other -> device.isEmpty() ? other : other + ": " + device;
    };
  }

  private static String paragraph(JsonNode event) {
    StringBuilder text = new StringBuilder();
    text.append(line(subject(event))).append("\n");
    text.append("  at: ").append(event.path("time").asText()).append("\n");
    for (Map.Entry<String, JsonNode> member : event.path("data").properties()) {
      String value =
          member.getValue().isTextual()
              ? member.getValue().textValue()
              : member.getValue().toString();
      text.append("  ").append(member.getKey()).append(": ").append(folded(value)).append("\n");
    }
    return text.toString();
  }

  private static String kind(JsonNode event) {
    String type = event.path("type").asText();
    return type.startsWith(TYPE) ? type.substring(TYPE.length()) : type;
  }

  private static String folded(String value) {
    return value.strip().replaceAll("\\R", "\n    ");
  }

  private static String line(String text) {
    String one = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return one.length() <= SUBJECT_LENGTH_MAX
        ? one
        : one.substring(0, SUBJECT_LENGTH_MAX - 1) + "\u2026";
  }
}
