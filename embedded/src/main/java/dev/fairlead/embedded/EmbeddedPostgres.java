package dev.fairlead.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
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

  private static final Pattern DATABASE_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  private final EmbeddedPostgresOptions options;
  private final DirectoryLock lock;
  private final Postmaster postmaster;
  private final int port;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CompletableFuture<Void> watch;

  private EmbeddedPostgres(
      EmbeddedPostgresOptions options, DirectoryLock lock, PostgresStart.Started started) {
    this.options = options;
    this.lock = lock;
    this.postmaster = started.postmaster();
    this.port = started.port();
    this.watch = started.process().onExit().thenAccept(this::ended);
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
      return new EmbeddedPostgres(options, lock, PostgresStart.run(options, accounts));
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
    return PostgresStart.jdbcUrl(port, database);
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
    try (Connection connection = PostgresStart.connect(options, port)) {
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
