package dev.fairlead.bus.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.settings.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/// A version starts on the schema that the next one has migrated, as it must while both run.
class NewerSchemaIT {

  private static final String SCHEMA = "bustest";

  @Test
  void startsOnASchemaThatHasMigrationsOfTheNextVersion() throws Exception {
    // Given
    Database database = TestBackends.freshDatabase();
    DatabaseSettings settings =
        new DatabaseSettings(
            database.host(),
            database.port(),
            database.database(),
            database.user(),
            Secret.of(database.password()),
            1,
            true);
    assertThat(Migrations.run(settings, SCHEMA)).isPositive();
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into %s.flyway_schema_history
          values (99, '9999', 'of the next version', 'SQL', 'V9999__of_the_next_version.sql', 1,
            'somebody', now(), 1, true)
          """
              .formatted(SCHEMA));
    }

    // When
    int migrations = Migrations.run(settings, SCHEMA);

    // Then
    assertThat(migrations).isZero();
  }
}
