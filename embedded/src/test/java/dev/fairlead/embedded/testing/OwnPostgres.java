package dev.fairlead.embedded.testing;

import dev.fairlead.embedded.EmbeddedPostgres;
import dev.fairlead.embedded.EmbeddedPostgresOptions;
import dev.fairlead.embedded.testing.TestBackends.Database;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A PostgreSQL for one test, which can be frozen, killed and started again on the same port.
/// Always embedded, wherever the shared one runs. Not thread-safe.
public final class OwnPostgres implements AutoCloseable {
  private static final String PASSWORD = "test";
  private static final String DATA = "data";

  private final TemporaryDirectory directory;
  private EmbeddedPostgres postgres;
  private boolean closed;

  private OwnPostgres(TemporaryDirectory directory, EmbeddedPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  /// Starts a server without databases of ours; takes about four seconds.
  public static OwnPostgres start() {
    TemporaryDirectory directory = TemporaryDirectory.create("own-postgres");
    EmbeddedPostgres server = directory.keepIfStarted(path -> start(path, 0));
    var postgres = new OwnPostgres(directory, server);
    AtJvmEnd.close(postgres);
    return postgres;
  }

  private static EmbeddedPostgres start(Path directory, int port) {
    return EmbeddedPostgres.start(
        EmbeddedPostgresOptions.in(directory, PASSWORD)
            .withPort(port)
            .withDurable(false)
            .withOnFatal(_ -> {})); // Ending unexpectedly is what it is for.
  }

  /// The database of this name, made if absent.
  public Database database(String name) {
    postgres.createDatabase(name);
    return Databases.at(postgres.host(), postgres.port(), name, postgres.user(), PASSWORD);
  }

  /// Takes a base backup of all databases while the server works.
  ///
  /// @param target of the copy; must not exist
  public void backup(Path target) {
    BaseBackup.take(database("postgres"), directory.path().resolve(DATA), target);
  }

  /// The process id of the server's main process.
  public long pid() {
    return postgres.pid();
  }

  /// Stops all processes of the server from running; its connections stay open.
  public void freeze() {
    // The main process first: it can then make no further ones.
    Processes.freeze(List.of(pid()));
    Processes.freeze(children());
  }

  /// Lets a frozen server run on.
  public void thaw() {
    Processes.thaw(children());
    Processes.thaw(List.of(pid()));
  }

  /// Ends all processes of the server at once, frozen or not, and waits for that.
  public void kill() {
    Processes.freeze(List.of(pid()));
    List<Long> all = new ArrayList<>(children());
    all.add(pid());
    Processes.signal("KILL", all);
    Processes.awaitEnd(all);
  }

  /// Starts the server again with its data on the same port, killing it first if it still runs;
  /// takes about one second.
  public void restart() {
    kill();
    postgres.close();
    postgres = start(directory.path(), postgres.port());
  }

  /// Kills the server, loses all its data, and starts it again on the same port with those of a
  /// backup.
  ///
  /// @param backup as [#backup] made it; it stays as it is
  public void restore(Path backup) {
    kill();
    postgres.close();
    directory.remove(DATA);
    BaseBackup.restore(backup, directory.path().resolve(DATA));
    postgres = start(directory.path(), postgres.port());
  }

  private List<Long> children() {
    return ProcessHandle.of(pid()).stream()
        .flatMap(ProcessHandle::descendants)
        .map(ProcessHandle::pid)
        .toList();
  }

  /// Ends the server and removes its data.
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      kill();
      postgres.close();
      directory.close();
    }
  }

  @Override
  public String toString() {
    return "OwnPostgres[" + pid() + ", " + directory.path() + "]";
  }
}
