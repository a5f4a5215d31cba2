package dev.fairlead.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.launcher.data.DataDirectory;
import dev.fairlead.runtime.settings.SettingsException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherConfigTest {

  @TempDir private Path temporary;
  private DataDirectory directory;

  @BeforeEach
  void open() {
    directory = DataDirectory.open(temporary.resolve("data"));
  }

  @AfterEach
  void close() {
    directory.close();
  }

  private LauncherConfig read(Map<String, String> environment) {
    return LauncherConfig.read(
        environment,
        new LauncherOptions(temporary.resolve("data"), 8080, true, List.of(), Optional.empty()),
        directory,
        Backends.NOWHERE);
  }

  @Test
  void listensWhereTheOptionsSay() {
    // When
    LauncherConfig config = read(Map.of());

    // Then
    assertThat(config.http().host()).isEqualTo("127.0.0.1");
    assertThat(config.http().port()).isEqualTo(8080);
    assertThat(config.process().managementPort()).isEqualTo(9090);
    assertThat(config.process().stopTimeout()).hasSeconds(20);
    assertThat(config.gateway().http()).isEmpty();
  }

  @Test
  void takesTheSettingsOfAllServicesAndOfTheProcess() {
    // Given
    Map<String, String> environment = new HashMap<>();
    environment.put("FAIRLEAD_MANAGEMENT_PORT", "7001");
    environment.put("FAIRLEAD_STOP_TIMEOUT", "9s");
    environment.put("FAIRLEAD_LOG_FORMAT", "json");
    environment.put("FAIRLEAD_HTTP_IDLE_TIMEOUT", "99s");
    environment.put("FAIRLEAD_KEEPALIVE", "7s");
    environment.put("FAIRLEAD_COMMAND_LEASE", "8s");
    environment.put("FAIRLEAD_DEVICE_TOKEN_LIFETIME", "3d");
    environment.put("FAIRLEAD_JAVA_OPTIONS", "-Xmx1g");
    environment.put("PATH", "/bin");

    // When
    LauncherConfig config = read(environment);

    // Then
    assertThat(config.process().managementPort()).isEqualTo(7001);
    assertThat(config.process().stopTimeout()).hasSeconds(9);
    assertThat(config.http().idleTimeout()).hasSeconds(99);
    assertThat(config.gateway().keepalive()).hasSeconds(7);
  }

  @Test
  void leavesKafkaAndPostgresAndKeysToItself() {
    // Given
    Map<String, String> environment = new HashMap<>();
    environment.put("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", "elsewhere:1");
    environment.put("FAIRLEAD_KAFKA_PASSWORD_FILE", "/nowhere");
    environment.put("FAIRLEAD_DATABASE_URL", "postgresql://elsewhere:1/x");
    environment.put("FAIRLEAD_DATABASE_PASSWORD_FILE", "/nowhere");
    environment.put("FAIRLEAD_ADMIN_KEY", "short");
    environment.put("FAIRLEAD_MASTER_KEY", "short");

    // When
    LauncherConfig config = read(environment);

    // Then
    assertThat(config.gateway().bus().toString()).doesNotContain("elsewhere");
    assertThat(config.registry().toString()).doesNotContain("elsewhere");
  }

  @Test
  void tellsEverythingThatIsWrong() {
    // Given
    Map<String, String> environment =
        Map.of("FAIRLEAD_KEEPALIVE", "often", "FAIRLEAD_LOG_FORMAT", "xml", "FAIRLEAD_TYPO", "1");

    // When
    assertThatThrownBy(() -> read(environment))

        // Then
        .isInstanceOfSatisfying(
            SettingsException.class,
            wrong ->
                assertThat(wrong.problems())
                    .hasSize(3)
                    .anyMatch(problem -> problem.contains("FAIRLEAD_KEEPALIVE"))
                    .anyMatch(problem -> problem.contains("FAIRLEAD_LOG_FORMAT"))
                    .anyMatch(problem -> problem.contains("FAIRLEAD_TYPO is not a setting")));
  }
}
