package dev.fairlead.registry.alert;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An alert as the API shows it.
///
/// @param source `device`, or `rule:` with the id of a rule
/// @param suggestion what would help: as whoever raised it says, else as the knowledge base does
/// @param suggestionFrom `device`, `rule` or `knowledge`
/// @param title what the knowledge base calls it
/// @param explanation what the knowledge base says of it
/// @param state `open`, `acknowledged` or `closed`
public record AlertDocument(
    String id,
    String deviceId,
    String code,
    String source,
    String severity,
    String text,
    Optional<String> suggestion,
    Optional<String> suggestionFrom,
    Optional<String> title,
    Optional<String> explanation,
    String state,
    Instant raisedAt,
    Instant lastRaisedAt,
    int occurrences,
    Optional<Acknowledgement> acknowledged,
    Optional<Closure> closed) {

  /// That somebody has seen to it.
  record Acknowledgement(Instant at, String by) {}

  /// Its end.
  ///
  /// @param reason `cleared`, `by-hand` or `rule-ended`
  /// @param by whose hand
  record Closure(Instant at, String reason, Optional<String> by) {}

  /// What somebody has to say about it.
  record Comment(String id, Instant at, String by, String text) {}

  /// The alert with what was said about it, the oldest first.
  record Details(@JsonUnwrapped AlertDocument alert, List<Comment> comments) {
    Details {
      comments = List.copyOf(comments);
    }
  }
}
