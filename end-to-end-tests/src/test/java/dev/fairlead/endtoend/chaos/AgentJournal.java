package dev.fairlead.endtoend.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The journal of an agent that has been closed, and what must hold of it. One that was opened
/// again after a crash says of what was before only how it ended.
final class AgentJournal {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> TAKEN_BACK = Set.of("cancelled", "expired");

  private AgentJournal() {}

  /// What is wrong with a journal. What was taken back while it was on its way has no place in the
  /// order any more: it may come beside what was sent after it.
  ///
  /// @param ordered the ordered commands and their final states, by id
  static List<String> violations(Path file, Map<String, String> ordered) {
    List<String> wrong = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    Set<String> ended = new HashSet<>();
    Set<String> open = new LinkedHashSet<>();
    for (JsonNode line : lines(file)) {
      String id = line.path("id").asText();
      switch (line.path("state").asText()) {
        case "accepted" -> {
          if (!taken.add(id) || ended.contains(id)) {
            wrong.add(id + " was taken twice, says " + file);
          }
          if (hasPlace(id, ordered)) {
            open.forEach(
                other ->
                    wrong.add(
                        "%s (%s) came while %s (%s) was not done, says %s"
                            .formatted(id, ordered.get(id), other, ordered.get(other), file)));
            open.add(id);
          }
        }
        case "finished" -> {
          if (!ended.add(id)) {
            wrong.add(id + " ended twice, says " + file);
          }
          open.remove(id);
        }
        default -> {}
      }
    }
    return wrong;
  }

  private static boolean hasPlace(String id, Map<String, String> ordered) {
    return ordered.containsKey(id) && !TAKEN_BACK.contains(ordered.getOrDefault(id, ""));
  }

  private static List<JsonNode> lines(Path file) {
    try {
      List<JsonNode> lines = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        lines.add(JSON.readTree(line));
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
