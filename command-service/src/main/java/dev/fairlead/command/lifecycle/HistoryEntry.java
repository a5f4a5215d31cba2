package dev.fairlead.command.lifecycle;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Optional;

/// One line in the history of a command.
///
/// @param state that the command came to, or that a late reply would have led to
/// @param at when, by the record that says so or by the database
/// @param attempt which sending it was about, from 1; 0 before the first
/// @param session the device's session
/// @param gateway the gateway that held it
/// @param reason in a few words
/// @param late whether the command had ended before
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record HistoryEntry(
    CommandState state,
    Instant at,
    int attempt,
    Optional<String> session,
    Optional<String> gateway,
    Optional<String> reason,
    boolean late) {

  /// Longer reasons are cut.
  public static final int REASON_LENGTH_MAX = 1000;

  /// Cuts a long reason.
  public HistoryEntry {
    reason = reason.map(HistoryEntry::shortened);
  }

  static String shortened(String text) {
    return text.length() <= REASON_LENGTH_MAX ? text : text.substring(0, REASON_LENGTH_MAX);
  }
}
