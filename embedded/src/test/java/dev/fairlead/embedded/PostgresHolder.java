package dev.fairlead.embedded;

import java.io.IOException;
import java.nio.file.Path;

/// A database in a process that a test kills, or runs as another user. Argument: the data
/// directory.
public final class PostgresHolder {
  static final String PASSWORD = "secret";

  private PostgresHolder() {}

  public static void main(String[] arguments) throws IOException {
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.start(EmbeddedPostgresOptions.in(Path.of(arguments[0]), PASSWORD))) {
      postgres.createDatabase("made_by_holder");
      System.out.println("ready: " + postgres.pid());
      while (System.in.read() >= 0) {
        // Only the end of the input means something.
      }
    }
  }
}
