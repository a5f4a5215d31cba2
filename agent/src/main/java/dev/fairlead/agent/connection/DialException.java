package dev.fairlead.agent.connection;

import java.io.Serial;

/// There was no connection to be had.
final class DialException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  private final transient Ending ending;

  DialException(Ending ending) {
    super(ending.reason(), null, false, false);
    this.ending = ending;
  }

  Ending ending() {
    return ending;
  }
}
