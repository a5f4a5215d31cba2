package dev.fairlead.bus.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitsTest {

  private static LimitSettings read(Map<String, String> environment) {
    Settings settings = Settings.of(environment);
    LimitSettings limits = LimitSettings.from(settings);
    settings.finish();
    return limits;
  }

  @Test
  void hasDefaults() {
    // When
    LimitSettings limits = read(Map.of());

    // Then
    assertThat(limits.defaults().byWord())
        .isEqualTo(
            Map.of(
                "devices", 10_000_000L,
                "connections", 1_000_000L,
                "messagesPerSecond", 1_000_000L,
                "bytesPerSecond", 1L << 30,
                "commandsPerSecond", 10_000L,
                "deviceMessagesPerSecond", 100L,
                "deviceBytesPerSecond", 1L << 20));
    assertThat(limits.shareInterval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(limits.useInterval()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void readsEachSettingFromItsVariable() {
    // Given
    Map<String, String> environment = new HashMap<>();
    environment.put("FAIRLEAD_TENANT_DEVICES_MAX", "1");
    environment.put("FAIRLEAD_TENANT_CONNECTIONS_MAX", "2");
    environment.put("FAIRLEAD_TENANT_MESSAGES_PER_SECOND", "3");
    environment.put("FAIRLEAD_TENANT_BYTES_PER_SECOND", "4KiB");
    environment.put("FAIRLEAD_TENANT_COMMANDS_PER_SECOND", "5");
    environment.put("FAIRLEAD_DEVICE_MESSAGES_PER_SECOND", "6");
    environment.put("FAIRLEAD_DEVICE_BYTES_PER_SECOND", "7KiB");
    environment.put("FAIRLEAD_LIMIT_SHARE_INTERVAL", "1s");

    // When
    LimitSettings limits = read(environment);

    // Then
    assertThat(limits.defaults().byWord().values())
        .containsExactly(1L, 2L, 3L, 4_096L, 5L, 6L, 7_168L);
    assertThat(limits.shareInterval()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void putsWhatATenantHasInPlaceOfTheDefaults() {
    // When
    Limits limits = Limits.defaults().with(Map.of(Limit.CONNECTIONS, 7L));

    // Then
    assertThat(limits.of(Limit.CONNECTIONS)).isEqualTo(7);
    assertThat(limits.of(Limit.DEVICES)).isEqualTo(10_000_000);
  }

  @Test
  void passesOverLimitsOfANewerVersion() {
    assertThat(Limits.ofWords(Map.of("connections", 7L, "terminals", 2L)))
        .isEqualTo(Map.of(Limit.CONNECTIONS, 7L));
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThat(Limits.checked(Map.of(Limit.DEVICES, 1L, Limit.BYTES, Limit.MAX))).hasSize(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Limits.checked(Map.of(Limit.DEVICES, 0L)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Limits.checked(Map.of(Limit.DEVICES, Limit.MAX + 1)));
  }
}
