package dev.fairlead.agent.connection;

import java.io.IOException;
import java.io.Serial;

/// There is no token yet, and the source of tokens knows why, and so for how long to wait.
public final class NoTokenException extends IOException {

  @Serial private static final long serialVersionUID = 1L;

  private final transient Ending ending;

  /// Carries what the wait depends on.
  public NoTokenException(Ending ending) {
    super(ending.reason());
    this.ending = ending;
  }

  /// Why there is none.
  public Ending ending() {
    return ending;
  }
}
