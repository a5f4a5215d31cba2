package dev.fairlead.benchmarks;

import dev.fairlead.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The registry's database, from behind. Its server writes plans into a file when it is told to.
///
/// @param postgres the server
/// @param directory of its data
record Database(EmbeddedPostgres postgres, Path directory) {

  private static final String PLANS = "plans";

  /// What the server is started with: memory as a small machine of its own would have, and the
  /// means to tell plans.
  static final Map<String, String> SETTINGS =
      Map.of(
          "shared_buffers", "1GB",
          "effective_cache_size", "4GB",
          "max_wal_size", "4GB",
          "random_page_cost", "1.1",
          "session_preload_libraries", "auto_explain",
          "auto_explain.log_analyze", "on",
          "auto_explain.log_buffers", "on",
          "logging_collector", "on",
          "log_directory", PLANS);

  private static final int PAUSE_MILLIS = 100;

  /// Runs statements of the registry's schema, each in a transaction of its own.
  void run(List<String> statements) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("not done", e);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(
        postgres.jdbcUrl("fairlead") + "?currentSchema=registry",
        postgres.user(),
        postgres.password());
  }

  /// Waits until everything that was to be said is on the bus.
  void awaitEmptyOutbox() throws InterruptedException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      while (isFilled(statement)) {
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("not asked", e);
    }
  }

  private static boolean isFilled(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("select exists(select 1 from outbox)")) {
      return rows.next() && rows.getBoolean(1);
    }
  }

  /// What the server writes down of its plans while something is done.
  String explained(Runnable work) throws IOException {
    run(List.of("alter system set auto_explain.log_min_duration = 0", "select pg_reload_conf()"));
    long before = log().length();
    work.run();
    run(List.of("alter system reset auto_explain.log_min_duration", "select pg_reload_conf()"));
    String after = log();
    return after
        .substring((int) before)
        .lines()
        .filter(line -> !line.startsWith("LOG:") || line.contains("duration:"))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private String log() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("data").resolve(PLANS))) {
      StringBuilder all = new StringBuilder();
      List<Path> logs = files.filter(Files::isRegularFile).sorted().toList();
      for (Path log : logs) {
        all.append(Files.readString(log, StandardCharsets.UTF_8));
      }
      return all.toString();
    }
  }
}
