package dev.fairlead.runtime.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.database.PgPools.Planning;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.settings.SettingsException;
import io.vertx.pgclient.PgConnectOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseSettingsTest {
  private static final String PASSWORD = "FAIRLEAD_DATABASE_PASSWORD";

  private static DatabaseSettings of(String url) {
    return DatabaseSettings.from(Settings.of(Map.of("FAIRLEAD_DATABASE_URL", url, PASSWORD, "p")));
  }

  @Test
  void hasDefaults() {
    // Given
    Settings settings = Settings.of(Map.of(PASSWORD, "p"));

    // When
    DatabaseSettings database = DatabaseSettings.from(settings);

    // Then
    settings.finish();
    assertThat(database)
        .isEqualTo(
            new DatabaseSettings(
                "localhost", 5432, "fairlead", "fairlead", Secret.of("p"), 8, true));
  }

  @Test
  void mapsEverySetting() {
    // Given
    Settings settings =
        Settings.of(
            Map.of(
                "FAIRLEAD_DATABASE_URL",
                "postgresql://db.example:6543/live",
                "FAIRLEAD_DATABASE_USER",
                "u",
                PASSWORD,
                "p",
                "FAIRLEAD_DATABASE_POOL_SIZE",
                "3",
                "FAIRLEAD_MIGRATE_ON_START",
                "false"));

    // When
    DatabaseSettings database = DatabaseSettings.from(settings);

    // Then
    settings.finish();
    assertThat(database)
        .isEqualTo(new DatabaseSettings("db.example", 6543, "live", "u", Secret.of("p"), 3, false));
    assertThat(database.toString()).contains("password=(secret)");
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://h:1/d,jdbc:postgresql://h:1/d",
    "postgres://h/d,jdbc:postgresql://h:5432/d",
    "postgresql://[::1]:5433/d,jdbc:postgresql://[::1]:5433/d"
  })
  void readsUrl(String url, String jdbc) {
    // Then
    assertThat(of(url).jdbcUrl()).isEqualTo(jdbc);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://h/d",
        "postgresql://h",
        "postgresql://u:p@h/d",
        "postgresql://h/d?x=y",
        "postgresql://h:0/d",
        "postgresql://h:65536/d"
      })
  void refusesOtherUrl(String url) {
    // Given
    Settings settings = Settings.of(Map.of("FAIRLEAD_DATABASE_URL", url, PASSWORD, "p"));

    // When
    DatabaseSettings.from(settings);

    // Then
    assertThatThrownBy(settings::finish)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("FAIRLEAD_DATABASE_URL must be postgresql://host:port/database");
  }

  @Test
  void opensSessionsInSchemaOfService() {
    // When
    PgConnectOptions options =
        PgPools.connectOptions(
            of("postgresql://h:1/d"), "registry-1", "registry", Planning.BY_INDEX);

    // Then
    assertThat(options.getProperties())
        .containsEntry("search_path", "registry")
        .containsEntry("application_name", "registry-1")
        .containsEntry("statement_timeout", "30000")
        .containsEntry("max_parallel_workers_per_gather", "0")
        .containsEntry("plan_cache_mode", "force_generic_plan");
    assertThat(PgPools.poolOptions(of("postgresql://h:1/d"), "registry").getMaxWaitQueueSize())
        .isEqualTo(512);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Registry", "a b", "a;b", "1a", "a\"b"})
  void refusesSchemaThatNeedsQuotes(String schema) {
    // Given
    DatabaseSettings settings = of("postgresql://h:1/d");

    // Then
    assertThatThrownBy(() -> PgPools.connectOptions(settings, "x", schema, Planning.BY_STATISTICS))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
