package dev.fairlead.command.lifecycle;

/// What an event does to a command.
public sealed interface Step {

  /// The command goes to another state.
  record Moved(CommandState to) implements Step {}

  /// The command stays where it is and is sent once more.
  record SentAgain() implements Step {}

  /// The command had ended before: what the device says is kept in the history and changes nothing.
  ///
  /// @param said the state that the reply would have led to
  record Late(CommandState said) implements Step {}

  /// Nothing: a repetition, or something that no longer matters.
  record Nothing() implements Step {}
}
