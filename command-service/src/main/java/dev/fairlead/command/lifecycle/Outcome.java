package dev.fairlead.command.lifecycle;

import java.util.Optional;

/// What a device says has become of a command.
public enum Outcome {
  /// Done.
  SUCCEEDED(CommandState.SUCCEEDED),
  /// Tried, and not done.
  FAILED(CommandState.FAILED),
  /// Not tried: the device does not know or does not allow it.
  REJECTED(CommandState.REJECTED);

  private final CommandState state;

  Outcome(CommandState state) {
    this.state = state;
  }

  /// The final state that this outcome leads to.
  public CommandState state() {
    return state;
  }

  /// The outcome with this word.
  public static Optional<Outcome> of(String word) {
    for (Outcome outcome : values()) {
      if (outcome.state.word().equals(word)) {
        return Optional.of(outcome);
      }
    }
    return Optional.empty();
  }
}
