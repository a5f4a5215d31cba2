package dev.fairlead.command.submission;

import dev.fairlead.command.dispatch.Delivery;
import dev.fairlead.command.lifecycle.Command;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.runtime.problem.ProblemException;
import java.util.List;
import java.util.Optional;

/// What became of a command that somebody wanted to send.
public sealed interface Submission {

  /// What its sender is told.
  sealed interface Answer extends Submission {}

  /// The command is kept.
  ///
  /// @param command as it was written down
  /// @param delivery to be sent now, where the device is there and nothing stands before it
  /// @param superseded whose place it took
  record Accepted(Command command, Optional<Delivery> delivery, List<CommandId> superseded)
      implements Answer {

    /// Copies the ids.
    public Accepted {
      superseded = List.copyOf(superseded);
    }
  }

  /// The same request came before and made this command.
  record Repeated(CommandId id) implements Answer {}

  /// Of several together, this one's device is not free at the moment, or not known; to be tried
  /// alone.
  record Postponed() implements Submission {}

  /// It cannot be: `device-not-found`, `too-many-requests`, `idempotency-conflict` or
  /// `schema-violation`.
  record Refused(ProblemException problem) implements Answer {}
}
