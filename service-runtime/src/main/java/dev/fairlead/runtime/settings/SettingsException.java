package dev.fairlead.runtime.settings;

import java.util.List;

/// Everything that is wrong with the settings, one sentence a problem. No sentence contains the
/// value of a secret.
public final class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  SettingsException(List<String> problems) {
    super("settings: " + String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  /// The problems in the order in which the settings were read; unknown names come last.
  public List<String> problems() {
    return problems;
  }
}
