package dev.fairlead.embedded;

import dev.fairlead.embedded.EmbeddedPostgres.AccountChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/// The way from options to a server that takes connections. Whoever walks it holds the directory.
final class PostgresStart {
  private static final int ATTEMPTS_MAX = 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration LAST_LINES_TIMEOUT = Duration.ofSeconds(2);
  private static final long POLL_MILLIS = 10;
  private static final String WRONG_PASSWORD = "28P01";

  /// A server that takes connections with the password of the options.
  record Started(Process process, Postmaster postmaster, int port) {}

  private final EmbeddedPostgresOptions options;
  private final Path data;
  private final PostgresProgram program;

  private PostgresStart(EmbeddedPostgresOptions options, Path data, PostgresProgram program) {
    this.options = options;
    this.data = data;
    this.program = program;
  }

  static Started run(EmbeddedPostgresOptions options, AccountChoice accounts)
      throws IOException, InterruptedException {
    Path home = options.dataDirectory().toRealPath();
    Path data = home.resolve("data");
    PostgresData.check(data);
    PostgresAccount account = accounts.choose(data);
    account.letPass(home);
    Path binaries = PostgresBinaries.unpackBelow(home, options.progress());
    var start = new PostgresStart(options, data, new PostgresProgram(binaries, account, home));
    start.makeDataIfAbsent();
    start.stopLeftOver();
    options.progress().accept("starting PostgreSQL " + PostgresBinaries.majorVersion() + "…");
    return start.startOnFreePort();
  }

  private void makeDataIfAbsent() throws IOException, InterruptedException {
    if (!Files.exists(data)) {
      options.progress().accept("making the database…");
      PostgresData.make(data, options, program);
    }
  }

  private void stopLeftOver() throws IOException, InterruptedException {
    Optional<Postmaster> leftOver = Postmaster.leftOver(data, program);
    if (leftOver.isPresent()) {
      long pid = leftOver.get().pid();
      options
          .progress()
          .accept("stopping PostgreSQL left over from an earlier run (pid " + pid + ")…");
      leftOver.get().stop();
    }
  }

  private Started startOnFreePort() throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      int port = options.port() == 0 ? Loopback.freePort() : options.port();
      if (!Loopback.isFree(port)) {
        throw new EmbeddedException("Port " + port + " of " + Loopback.HOST + " is taken.");
      }
      Optional<Started> started = startOn(port, attempt == ATTEMPTS_MAX);
      if (started.isPresent()) {
        return started.get();
      }
    }
  }

  /// @return nothing if the port, chosen as free, was taken before the server could bind it
  private Optional<Started> startOn(int port, boolean last)
      throws IOException, InterruptedException {
    Process process = program.start("postgres", PostgresSettings.arguments(data, options, port));
    var log = new PostgresLog();
    Thread reading =
        Thread.ofPlatform()
            .daemon()
            .name("postgres-log")
            .start(() -> log.drain(process.getInputStream()));
    var postmaster = new Postmaster(process.pid(), data, program);
    try {
      if (becomesReady(postmaster, process)) {
        tryPassword(port);
        return Optional.of(new Started(process, postmaster, port));
      }
      postmaster.stopAtOnce();
      reading.join(LAST_LINES_TIMEOUT);
      if (last || options.port() != 0 || Loopback.isFree(port)) {
        throw new EmbeddedException("PostgreSQL did not start: " + log.lastLines());
      }
      return Optional.empty();
    } catch (IOException | InterruptedException | RuntimeException e) {
      // Its children follow by themselves, and the next start makes up for the rest.
      process.destroyForcibly();
      throw e;
    }
  }

  private static boolean becomesReady(Postmaster postmaster, Process process)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    while (!postmaster.isReady()) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }

  private void tryPassword(int port) {
    try (Connection connection = connect(options, port)) {
      connection.isValid(0);
    } catch (SQLException e) {
      String reason =
          WRONG_PASSWORD.equals(e.getSQLState())
              ? "it was made with another password."
              : "it refuses connections: " + e.getMessage();
      throw new EmbeddedException(
          "The database in " + options.dataDirectory() + " cannot be used: " + reason, e);
    }
  }

  static Connection connect(EmbeddedPostgresOptions options, int port) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", EmbeddedPostgres.USER);
    properties.setProperty("password", options.password());
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "60");
    return DriverManager.getConnection(jdbcUrl(port, "postgres"), properties);
  }

  static String jdbcUrl(int port, String database) {
    return "jdbc:postgresql://" + Loopback.HOST + ":" + port + "/" + database;
  }
}
