package dev.fairlead.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The data directory of a PostgreSQL server: made once, then only checked.
final class PostgresData {
  private static final Duration MAKING_TIMEOUT = Duration.ofMinutes(2);

  private PostgresData() {}

  /// @throws EmbeddedException if the data was written by another major version
  static void check(Path data) throws IOException {
    if (!Files.exists(data)) {
      return;
    }
    String found = Files.readString(data.resolve("PG_VERSION")).strip();
    String needed = PostgresBinaries.majorVersion();
    if (!found.equals(needed)) {
      throw new EmbeddedException(
          "%s was written by PostgreSQL %s and cannot be read by PostgreSQL %s: dump it there and load it here."
              .formatted(data, found, needed));
    }
  }

  /// Makes the directory for one user with a password, who may do everything.
  static void make(Path data, EmbeddedPostgresOptions options, PostgresProgram program)
      throws IOException, InterruptedException {
    PostgresAccount account = program.account();
    // Under its own name only when complete: an earlier attempt may have been cut short.
    Path making = data.resolveSibling("data-making");
    Directories.remove(making);
    Directories.makePrivate(making);
    account.own(making);
    Path password = passwordFile(data.resolveSibling("password-making"), options.password());
    account.own(password);
    try {
      program.run("initdb", arguments(making, password, options.durable()), MAKING_TIMEOUT);
    } finally {
      Files.deleteIfExists(password);
    }
    Files.move(making, data, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path passwordFile(Path file, String password) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, password + "\n");
  }

  /// The built-in provider sorts by code point and knows the case of all of Unicode, the same way
  /// on every system.
  private static List<String> arguments(Path data, Path password, boolean durable) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--pgdata=" + data,
                "--username=" + EmbeddedPostgres.USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions"));
    if (!durable) {
      arguments.add("--no-sync");
    }
    return arguments;
  }
}
