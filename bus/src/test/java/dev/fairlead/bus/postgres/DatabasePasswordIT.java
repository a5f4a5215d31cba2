package dev.fairlead.bus.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.settings.Settings;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The password of a service's role is replaced while the service runs.
class DatabasePasswordIT {

  private static final String ROLE = "rotated";

  @TempDir private Path directory;

  private final Database database = TestBackends.freshDatabase();
  private final Vertx vertx = Vertx.vertx();
  private Path file;
  private Pool pool;

  @BeforeEach
  void start() throws Exception {
    file = Files.writeString(directory.resolve("password"), "first");
    asSuperuser("create role " + ROLE + " login password 'first'");
    Settings settings =
        Settings.of(
            Map.of(
                "FAIRLEAD_DATABASE_URL",
                "postgresql://%s:%d/%s"
                    .formatted(database.host(), database.port(), database.database()),
                "FAIRLEAD_DATABASE_USER",
                ROLE,
                "FAIRLEAD_DATABASE_PASSWORD_FILE",
                file.toString(),
                "FAIRLEAD_DATABASE_POOL_SIZE",
                "1"));
    pool = PgPools.create(vertx, DatabaseSettings.from(settings), "test", "public");
  }

  @AfterEach
  void stop() throws Exception {
    pool.close().await();
    vertx.close().await();
    asSuperuser("drop role " + ROLE);
  }

  private void asSuperuser(String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long session() {
    return pool.query("select pg_backend_pid()").execute().await().iterator().next().getLong(0);
  }

  private void cut(long session) throws SQLException {
    asSuperuser("select pg_terminate_backend(" + session + ", 5000)");
  }

  @Test
  void connectsWithThePasswordThatItsFileHoldsByThen() throws Exception {
    // Given
    long before = session();

    // When
    asSuperuser("alter role " + ROLE + " password 'second'");
    long stillOpen = session();
    cut(before);

    // Then
    assertThat(stillOpen).isEqualTo(before);
    assertThatThrownBy(this::session).hasMessageContaining("password");
    Files.writeString(file, "second\n");
    assertThat(session()).isNotEqualTo(before);
  }
}
