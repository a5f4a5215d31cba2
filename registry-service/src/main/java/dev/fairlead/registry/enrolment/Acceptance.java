package dev.fairlead.registry.enrolment;

import java.util.Arrays;

/// Who is let in by a provisioning key.
enum Acceptance {
  /// Whoever has the key.
  ALWAYS("always"),
  /// Those whom a person accepts.
  BY_HAND("by-hand"),
  /// Those whom the rule of the key fits.
  BY_RULE("by-rule");

  private final String word;

  Acceptance(String word) {
    this.word = word;
  }

  /// As the API and the database write it.
  String word() {
    return word;
  }

  /// The one of a word that the contract or the database has let through.
  static Acceptance of(String word) {
    return Arrays.stream(values())
        .filter(acceptance -> acceptance.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no acceptance: " + word));
  }
}
