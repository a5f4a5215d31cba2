package dev.fairlead.bus.message;

import java.util.Optional;

/// What a device answers to a version of its desired state.
public enum DesiredAnswer {
  /// It has that version.
  ACCEPTED("accepted"),
  /// It will not have that version, and stays with the one before.
  REJECTED("rejected"),
  /// It was sent a patch of another version than the one it has, which it names: it needs the whole
  /// document.
  UNKNOWN_BASE("unknown-base");

  private final String word;

  DesiredAnswer(String word) {
    this.word = word;
  }

  /// The word on the wire and on the bus.
  public String word() {
    return word;
  }

  /// The answer of a word.
  public static Optional<DesiredAnswer> of(String word) {
    for (DesiredAnswer answer : values()) {
      if (answer.word.equals(word)) {
        return Optional.of(answer);
      }
    }
    return Optional.empty();
  }
}
