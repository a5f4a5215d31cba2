package dev.fairlead.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/// How to run the database. Start from [#in(Path, String)] and change what differs.
///
/// @param dataDirectory where the unpacked binaries and the data lie; made if absent
/// @param password of the one user, [EmbeddedPostgres#USER]; fixed when the data directory is first
///     used
/// @param port on 127.0.0.1; 0 chooses a free one at each start
/// @param durable whether a commit survives the end of the machine; with `false`, for tests, it
///     survives only that of the server
/// @param settings server configuration that wins over what this module chooses
/// @param progress told in short human sentences what takes time
/// @param onFatal told, in one sentence, that the server ended without being asked to; called on a
///     thread of this module
public record EmbeddedPostgresOptions(
    Path dataDirectory,
    String password,
    int port,
    boolean durable,
    Map<String, String> settings,
    Consumer<String> progress,
    Consumer<String> onFatal) {

  /// @throws IllegalArgumentException for a port outside 0–65535 or an empty password
  public EmbeddedPostgresOptions {
    Options.checkPort(port);
    Options.checkPassword(password);
    settings = Map.copyOf(settings);
  }

  /// A durable database on a free port that logs its progress and its end.
  public static EmbeddedPostgresOptions in(Path dataDirectory, String password) {
    return new EmbeddedPostgresOptions(
        dataDirectory, password, 0, true, Map.of(), PostgresLog::progress, PostgresLog::fatal);
  }

  public EmbeddedPostgresOptions withPort(int value) {
    return new EmbeddedPostgresOptions(
        dataDirectory, password, value, durable, settings, progress, onFatal);
  }

  public EmbeddedPostgresOptions withDurable(boolean value) {
    return new EmbeddedPostgresOptions(
        dataDirectory, password, port, value, settings, progress, onFatal);
  }

  public EmbeddedPostgresOptions withSettings(Map<String, String> value) {
    return new EmbeddedPostgresOptions(
        dataDirectory, password, port, durable, value, progress, onFatal);
  }

  public EmbeddedPostgresOptions withProgress(Consumer<String> value) {
    return new EmbeddedPostgresOptions(
        dataDirectory, password, port, durable, settings, value, onFatal);
  }

  public EmbeddedPostgresOptions withOnFatal(Consumer<String> value) {
    return new EmbeddedPostgresOptions(
        dataDirectory, password, port, durable, settings, progress, value);
  }

  /// Leaves the password out.
  @Override
  public String toString() {
    return "EmbeddedPostgresOptions[dataDirectory=%s, password=hidden, port=%d, durable=%s]"
        .formatted(dataDirectory, port, durable);
  }
}
