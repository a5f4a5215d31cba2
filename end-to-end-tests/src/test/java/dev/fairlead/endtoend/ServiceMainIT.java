package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.embedded.testing.OwnPostgres;
import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.endtoend.harness.ServiceJar;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The services' mains, as an operator runs them from their jars.
class ServiceMainIT {

  private static final String PASSWORD = "a-password-that-nobody-may-see";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  private static Map<String, String> settings(String module) {
    Map<String, String> settings = new HashMap<>();
    settings.put("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1");
    settings.put("FAIRLEAD_KAFKA_PASSWORD", PASSWORD);
    if (!module.startsWith("gateway")) {
      settings.put("FAIRLEAD_DATABASE_URL", "postgresql://127.0.0.1:1/fairlead");
      settings.put("FAIRLEAD_DATABASE_PASSWORD", PASSWORD);
    }
    if (module.startsWith("registry")) {
      settings.put("FAIRLEAD_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    }
    return settings;
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway-service", "registry-service", "command-service"})
  void checksItsSettingsAndShowsNoSecret(String module) {
    // When
    ServiceJar.Ended ended = ServiceJar.run(module, settings(module), directory, "--check");

    // Then
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.out()).contains("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1");
    assertThat(ended.out()).anyMatch(line -> line.startsWith("FAIRLEAD_KAFKA_PASSWORD="));
    assertThat(ended.out()).noneMatch(line -> line.contains(PASSWORD));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway-service", "registry-service", "command-service"})
  void tellsEverySettingThatIsWrong(String module) {
    // Given
    Map<String, String> settings = settings(module);
    settings.put("FAIRLEAD_HTTP_PROT", "8080");
    settings.put("FAIRLEAD_MANAGEMENT_PORT", "many");

    // When
    ServiceJar.Ended ended = ServiceJar.run(module, settings, directory, "--check");

    // Then
    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(ended.err())
        .anyMatch(line -> line.contains("FAIRLEAD_HTTP_PROT"))
        .anyMatch(line -> line.contains("FAIRLEAD_MANAGEMENT_PORT"));
  }

  @ParameterizedTest
  @CsvSource({"registry-service, device", "command-service, command"})
  void migratesItsSchemaAndEndsAlsoTheSecondTime(String module, String table) throws Exception {
    try (OwnPostgres postgres = OwnPostgres.start()) {
      // Given
      Database database = postgres.database("fairlead");
      Map<String, String> settings = settings(module);
      settings.putAll(place(database));

      // When
      ServiceJar.Ended first = ServiceJar.run(module, settings, directory, "--migrate");
      ServiceJar.Ended second = ServiceJar.run(module, settings, directory, "--migrate");

      // Then
      assertThat(first.exitCode()).isZero();
      assertThat(second.exitCode()).isZero();
      String schema = module.replace("-service", "");
      try (Connection connection =
              DriverManager.getConnection(
                  database.jdbcUrl(), database.user(), database.password());
          ResultSet tables = connection.getMetaData().getTables(null, schema, table, null)) {
        assertThat(tables.next()).isTrue();
      }
    }
  }

  private static Map<String, String> place(Database database) {
    return Map.of(
        "FAIRLEAD_DATABASE_URL",
        "postgresql://" + database.host() + ":" + database.port() + "/" + database.database(),
        "FAIRLEAD_DATABASE_USER",
        database.user(),
        "FAIRLEAD_DATABASE_PASSWORD",
        database.password());
  }

  @Test
  void logsAsJsonWhenAsked() throws Exception {
    try (OwnPostgres postgres = OwnPostgres.start()) {
      // Given
      Map<String, String> settings = settings("registry-service");
      settings.putAll(place(postgres.database("fairlead")));
      settings.put("FAIRLEAD_LOG_FORMAT", "json");

      // When
      ServiceJar.Ended ended = ServiceJar.run("registry-service", settings, directory, "--migrate");

      // Then
      assertThat(ended.out()).hasSizeGreaterThan(1).last().isEqualTo("registry: migrated");
      for (String line : ended.out().subList(0, ended.out().size() - 1)) {
        JsonNode entry = JSON.readTree(line);
        assertThat(entry.path("level").asText()).isNotEmpty();
        assertThat(entry.path("message").asText()).isNotEmpty();
      }
    }
  }
}
