package dev.fairlead.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fairlead.embedded.testing.OwnPostgres;
import dev.fairlead.embedded.testing.TestBackends.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnPostgresIT {

  @TempDir private Path directory;

  @Test
  void answersOnlyWhenThawed() throws Exception {
    // Given
    try (OwnPostgres postgres = OwnPostgres.start()) {
      Database database = postgres.database("frozen");
      try (Connection patient = connect(database, "20");
          Connection impatient = connect(database, "1")) {
        // When
        postgres.freeze();

        // Then
        assertThatExceptionOfType(SQLException.class).isThrownBy(() -> one(impatient));
        postgres.thaw();
        assertThat(one(patient)).isOne();
      }
    }
  }

  @Test
  void keepsCommitsWhenKilledAndPortWhenRestarted() throws Exception {
    // Given
    try (OwnPostgres postgres = OwnPostgres.start()) {
      Database database = postgres.database("kept");
      execute(database, "CREATE TABLE events (id int); INSERT INTO events VALUES (1), (2)");
      postgres.freeze();

      // When
      postgres.kill();
      postgres.restart();

      // Then
      assertThat(postgres.database("kept")).isEqualTo(database);
      execute(database, "INSERT INTO events VALUES (3)");
      assertThat(events(database)).isEqualTo(3);
    }
  }

  @Test
  void hasInARestoredBackupWhatWasThereWhenItWasTaken() throws Exception {
    // Given
    try (OwnPostgres postgres = OwnPostgres.start()) {
      Database database = postgres.database("kept");
      execute(database, "CREATE TABLE events (id int); INSERT INTO events VALUES (1), (2)");
      postgres.backup(directory.resolve("backup"));
      execute(database, "INSERT INTO events VALUES (3)");

      // When
      postgres.restore(directory.resolve("backup"));

      // Then
      assertThat(postgres.database("kept")).isEqualTo(database);
      assertThat(events(database)).isEqualTo(2);
    }
  }

  private static int events(Database database) throws SQLException {
    try (Connection connection = connect(database, "20");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT count(*) FROM events")) {
      result.next();
      return result.getInt(1);
    }
  }

  private static void execute(Database database, String sql) throws SQLException {
    try (Connection connection = connect(database, "20");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int one(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT 1")) {
      result.next();
      return result.getInt(1);
    }
  }

  private static Connection connect(Database database, String timeoutSeconds) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("socketTimeout", timeoutSeconds);
    return DriverManager.getConnection(database.jdbcUrl(), properties);
  }
}
