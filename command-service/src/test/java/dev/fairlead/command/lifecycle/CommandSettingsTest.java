package dev.fairlead.command.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.settings.SettingsException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandSettingsTest {

  @Test
  void hasDefaults() {
    // Given
    Settings settings = Settings.of(Map.of());

    // When
    CommandSettings read = CommandSettings.from(settings);

    // Then
    assertThat(read)
        .isEqualTo(
            new CommandSettings(
                Duration.ofSeconds(5),
                Duration.ofHours(24),
                Duration.ofDays(30),
                Duration.ofSeconds(5),
                1000,
                1_000_000,
                2000,
                16,
                Duration.ofDays(30)));
  }

  @Test
  void readsEachSetting() {
    // Given
    Settings settings =
        Settings.of(
            Map.of(
                "FAIRLEAD_COMMAND_LEASE", "7s",
                "FAIRLEAD_COMMAND_DEADLINE_DEFAULT", "1h",
                "FAIRLEAD_COMMAND_DEADLINE_MAX", "2h",
                "FAIRLEAD_COMMAND_EXPIRY_GRACE", "3s",
                "FAIRLEAD_COMMAND_QUEUE_MAX", "9",
                "FAIRLEAD_COMMAND_TENANT_QUEUE_MAX", "77",
                "FAIRLEAD_COMMAND_RETURN_RATE", "88",
                "FAIRLEAD_COMMAND_RETENTION", "40d"));

    // When
    CommandSettings read = CommandSettings.from(settings);
    settings.finish();

    // Then
    assertThat(read)
        .isEqualTo(
            new CommandSettings(
                Duration.ofSeconds(7),
                Duration.ofHours(1),
                Duration.ofHours(2),
                Duration.ofSeconds(3),
                9,
                77,
                88,
                16,
                Duration.ofDays(40)));
  }

  @Test
  void refusesDefaultDeadlineBeyondTheFarthest() {
    // Given
    Settings settings = Settings.of(Map.of("FAIRLEAD_COMMAND_DEADLINE_MAX", "1h"));

    // When
    CommandSettings.from(settings);

    // Then
    assertThatThrownBy(settings::finish)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("COMMAND_DEADLINE_DEFAULT must not exceed");
  }
}
