package dev.fairlead.registry.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.settings.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/// A database that was there before tenants had limits.
class LimitMigrationIT {

  private static final String SCHEMA = "registry";
  private static final String BEFORE = "0014";

  private final DatabaseSettings database = settingsOf(TestBackends.freshDatabase());

  private static DatabaseSettings settingsOf(TestBackends.Database database) {
    return new DatabaseSettings(
        database.host(),
        database.port(),
        database.database(),
        database.user(),
        Secret.of(database.password()),
        1,
        true);
  }

  private String url() {
    return "jdbc:postgresql://%s:%d/%s"
        .formatted(database.host(), database.port(), database.database());
  }

  private Connection connect() throws SQLException {
    Connection connection =
        DriverManager.getConnection(url(), database.user(), database.password().reveal());
    connection.setSchema(SCHEMA);
    return connection;
  }

  private void migrateToBefore() {
    Flyway.configure()
        .dataSource(url(), database.user(), database.password().reveal())
        .schemas(SCHEMA)
        .locations("classpath:" + SCHEMA + "/migration")
        .target(BEFORE)
        .load()
        .migrate();
  }

  private static long devices(Statement sql) throws SQLException {
    try (ResultSet row =
        sql.executeQuery("select sum(devices) from device_count where tenant = 'acme'")) {
      assertThat(row.next()).isTrue();
      return row.getLong(1);
    }
  }

  private static void make(Statement sql, int from, int to) throws SQLException {
    sql.execute(
        "insert into device (tenant, id, created_at, updated_at)"
            + " select 'acme', 'd' || n, now(), now() from generate_series(%d, %d) n"
                .formatted(from, to));
  }

  @Test
  void countsTheDevicesThatAreThereAndThoseThatComeAndGo() throws SQLException {
    // Given
    migrateToBefore();
    try (Connection connection = connect();
        Statement sql = connection.createStatement()) {
      sql.execute("insert into tenant (id, name, created_at) values ('acme', 'Acme', now())");
      make(sql, 1, 7);

      // When
      Migrations.run(database, SCHEMA);

      // Then
      assertThat(devices(sql)).isEqualTo(7);

      // When
      make(sql, 8, 10);
      sql.execute("delete from device where id in ('d1', 'd10')");

      // Then
      assertThat(devices(sql)).isEqualTo(8);
    }
  }
}
