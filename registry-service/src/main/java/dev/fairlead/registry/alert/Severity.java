package dev.fairlead.registry.alert;

import java.util.Locale;
import java.util.Optional;

/// How bad an alert is.
public enum Severity {
  /// Worth knowing.
  INFO,
  /// Worth acting on soon.
  WARNING,
  /// Worth acting on now.
  CRITICAL;

  /// The word on the bus, in the table and in documents.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The severity with this word; empty for none.
  public static Optional<Severity> of(String word) {
    for (Severity severity : values()) {
      if (severity.word().equals(word)) {
        return Optional.of(severity);
      }
    }
    return Optional.empty();
  }
}
