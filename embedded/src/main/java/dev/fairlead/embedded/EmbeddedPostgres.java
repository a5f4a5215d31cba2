package dev.fairlead.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/// One PostgreSQL server beside this JVM, on 127.0.0.1 and for one user with a password, who is its
/// superuser.
///
/// The first start in a directory unpacks and initialises (three to eight seconds), later ones take
/// about one. Root may start it too. The server is a process of its own in a session of its own: it
/// does not see the Ctrl-C that reaches this process, and it outlives a kill of this process; the
/// next start on the directory stops it first. Thread-safe.
public final class EmbeddedPostgres implements AutoCloseable {
  /// The one user.
  public static final String USER = "fairlead";

  private static final int START_ATTEMPTS_MAX = 3;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 10;
  private static final String WRONG_PASSWORD = "28P01";
  private static final Pattern DATABASE_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  private final EmbeddedPostgresOptions options;
  private final DirectoryLock lock;
  private final Postmaster postmaster;
  private final int port;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CompletableFuture<Void> watch;

  private EmbeddedPostgres(
      EmbeddedPostgresOptions options,
      DirectoryLock lock,
      Postmaster postmaster,
      int port,
      Process process) {
    this.options = options;
    this.lock = lock;
    this.postmaster = postmaster;
    this.port = port;
    this.watch = process.onExit().thenAccept(this::ended);
  }

  /// Starts the server and returns when it serves clients. Blocks.
  ///
  /// @throws DirectoryInUseException if another holder works on the directory
  /// @throws EmbeddedException if the port is taken, the data is of another major version or has
  ///     another password, or the server does not start
  public static EmbeddedPostgres start(EmbeddedPostgresOptions options) {
    return start(options, PostgresAccount::choose);
  }

  /// How the account is found, given the data directory.
  interface AccountChoice {
    PostgresAccount choose(Path data) throws IOException;
  }

  static EmbeddedPostgres start(EmbeddedPostgresOptions options, AccountChoice accounts) {
    DirectoryLock lock = DirectoryLock.acquire(options.dataDirectory());
    try {
      return startLocked(options, accounts, lock);
    } catch (IOException e) {
      lock.close();
      throw new EmbeddedException("PostgreSQL did not start: " + e, e);
    } catch (InterruptedException e) {
      lock.close();
      Thread.currentThread().interrupt();
      throw new EmbeddedException("The start of PostgreSQL was interrupted.", e);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static EmbeddedPostgres startLocked(
      EmbeddedPostgresOptions options, AccountChoice accounts, DirectoryLock lock)
      throws IOException, InterruptedException {
    Path home = options.dataDirectory().toRealPath();
    Path data = home.resolve("data");
    PostgresData.check(data);
    PostgresAccount account = accounts.choose(data);
    account.letPass(home);
    Path binaries = PostgresBinaries.unpackBelow(home, options.progress());
    var program = new PostgresProgram(binaries, account, home);
    if (!Files.exists(data)) {
      options.progress().accept("making the database…");
      PostgresData.make(data, options, program);
    }
    var leftOver = Postmaster.leftOver(data, program);
    if (leftOver.isPresent()) {
      options
          .progress()
          .accept(
              "stopping PostgreSQL left over from an earlier run (pid "
                  + leftOver.get().pid()
                  + ")…");
      leftOver.get().stop();
    }
    options.progress().accept("starting PostgreSQL " + PostgresBinaries.majorVersion() + "…");
    return startOnFreePort(options, lock, data, program);
  }

  private static EmbeddedPostgres startOnFreePort(
      EmbeddedPostgresOptions options, DirectoryLock lock, Path data, PostgresProgram program)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      int port = options.port() == 0 ? Loopback.freePort() : options.port();
      if (!Loopback.isFree(port)) {
        throw new EmbeddedException("Port " + port + " of " + Loopback.HOST + " is taken.");
      }
      Process process = program.start("postgres", PostgresSettings.arguments(data, options, port));
      var log = new PostgresLog();
      var postmaster = new Postmaster(process.pid(), data, program);
      Thread.ofPlatform()
          .daemon()
          .name("postgres-log")
          .start(() -> log.drain(process.getInputStream()));
      if (!becomesReady(postmaster, process)) {
        postmaster.stopAtOnce();
        // A free port may be gone by the time the server binds it.
        if (attempt == START_ATTEMPTS_MAX || options.port() != 0 || Loopback.isFree(port)) {
          throw new EmbeddedException("PostgreSQL did not start: " + log.lastLines());
        }
        continue;
      }
      tryPassword(options, postmaster, port);
      return new EmbeddedPostgres(options, lock, postmaster, port, process);
    }
  }

  private static boolean becomesReady(Postmaster postmaster, Process process)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (!postmaster.isReady()) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }

  private static void tryPassword(EmbeddedPostgresOptions options, Postmaster postmaster, int port)
      throws IOException, InterruptedException {
    try (Connection connection = connect(options, port)) {
      connection.isValid(0);
    } catch (SQLException e) {
      postmaster.stop();
      String reason =
          WRONG_PASSWORD.equals(e.getSQLState())
              ? "it was made with another password."
              : "it refuses connections: " + e.getMessage();
      throw new EmbeddedException(
          "The database in " + options.dataDirectory() + " cannot be used: " + reason, e);
    }
  }

  private void ended(Process process) {
    if (!closed.get()) {
      options
          .onFatal()
          .accept(
              "PostgreSQL (pid %d) ended unexpectedly with status %d."
                  .formatted(process.pid(), process.exitValue()));
    }
  }

  /// The address it listens on.
  public String host() {
    return Loopback.HOST;
  }

  public int port() {
    return port;
  }

  public String user() {
    return USER;
  }

  public String password() {
    return options.password();
  }

  /// The process id of the server's main process.
  public long pid() {
    return postmaster.pid();
  }

  /// The JDBC URL of a database, without user and password.
  public String jdbcUrl(String database) {
    return jdbcUrl(port, database);
  }

  private static String jdbcUrl(int port, String database) {
    return "jdbc:postgresql://" + Loopback.HOST + ":" + port + "/" + database;
  }

  /// Makes a database unless it exists. Blocks.
  ///
  /// @param name 1–63 lower-case letters, digits and underscores, not beginning with a digit
  /// @return whether it was made
  /// @throws IllegalArgumentException for any other name
  /// @throws EmbeddedException if the server refuses or is gone
  public boolean createDatabase(String name) {
    if (!DATABASE_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name for a database: " + name);
    }
    try (Connection connection = connect(options, port)) {
      if (exists(connection, name)) {
        return false;
      }
      try (Statement statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE \"" + name + "\"");
        return true;
      }
    } catch (SQLException e) {
      throw new EmbeddedException("Database " + name + " cannot be made: " + e.getMessage(), e);
    }
  }

  private static boolean exists(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT 1 FROM pg_database WHERE datname = ?")) {
      statement.setString(1, name);
      return statement.executeQuery().next();
    }
  }

  private static Connection connect(EmbeddedPostgresOptions options, int port) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", options.password());
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "60");
    return DriverManager.getConnection(jdbcUrl(port, "postgres"), properties);
  }

  /// Stops the server, which cuts its sessions, and gives the directory back. Takes well below a
  /// second as a rule and at most about 25. Further calls do nothing.
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    watch.cancel(false);
    try {
      if (options.durable()) {
        postmaster.stop();
      } else {
        postmaster.stopAtOnce();
      }
    } catch (IOException e) {
      throw new EmbeddedException("PostgreSQL could not be stopped: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.close();
    }
  }
}
