package dev.fairlead.endtoend.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What the interface says of a command.
///
/// @param finals the final states of its history, but for late ones
/// @param reason of its end; empty if there is none
record Found(String id, int number, String state, int attempt, List<String> finals, String reason) {

  static final Set<String> FINAL =
      Set.of("succeeded", "failed", "rejected", "expired", "cancelled");

  static Found of(JsonNode command) {
    List<String> finals = new ArrayList<>();
    String reason = "";
    for (JsonNode entry : command.path("history")) {
      String state = entry.path("state").asText();
      if (FINAL.contains(state) && !entry.path("late").asBoolean()) {
        finals.add(state);
        reason = entry.path("reason").asText("");
      }
    }
    return new Found(
        command.path("id").asText(),
        command.path("body").path("number").asInt(-1),
        command.path("state").asText(),
        command.path("attempt").asInt(),
        finals,
        reason);
  }

  boolean isFinal() {
    return FINAL.contains(state);
  }
}
