package dev.fairlead.command.lifecycle;

import java.util.Optional;

/// What the device answered.
///
/// @param outcome what has become of the command
/// @param reason in the device's words, at most 1000 characters
/// @param payload the body of the answer; empty when it had none, or one that was too large
public record CommandResult(Outcome outcome, Optional<String> reason, Optional<Payload> payload) {

  /// Cuts a long reason.
  public CommandResult {
    reason = reason.map(HistoryEntry::shortened);
  }
}
