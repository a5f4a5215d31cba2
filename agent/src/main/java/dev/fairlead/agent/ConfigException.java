package dev.fairlead.agent;

import java.io.Serial;
import java.util.List;

/// The agent cannot run as it is configured.
public final class ConfigException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  ConfigException(List<String> problems) {
    super(String.join("; ", problems), null, false, false);
    this.problems = List.copyOf(problems);
  }

  /// All that is wrong, each with the setting's name. No secret is among it.
  public List<String> problems() {
    return List.copyOf(problems);
  }
}
