package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandConfigTest {

  private static final Map<String, String> LEAST =
      Map.of(
          "FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", "localhost:9092", "FAIRLEAD_DATABASE_PASSWORD", "x");

  @Test
  void listensOn8083WhenNothingIsSaid() {
    // Given
    Settings settings = Settings.of(LEAST);

    // When
    CommandConfig config = CommandConfig.from(settings);
    settings.finish();

    // Then
    assertThat(config.http().orElseThrow().port()).isEqualTo(8083);
  }

  @Test
  void leavesRoomForThoseWhoWait() {
    // Given
    Settings settings = Settings.of(LEAST);

    // When
    CommandConfig config = CommandConfig.from(settings);

    // Then
    assertThat(config.api().requestsMax()).isGreaterThan(CommandConfig.WAITERS_MAX);
    assertThat(config.api().timeout()).isGreaterThan(Duration.ofSeconds(60));
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry:8082", "ftp://registry", "http://"})
  void refusesWhatIsNoPlaceOfARegistry(String url) {
    // Given
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("FAIRLEAD_REGISTRY_URL", url);
    Settings settings = Settings.of(environment);

    // When
    CommandConfig.from(settings);

    // Then
    assertThatThrownBy(settings::finish).hasMessageContaining("FAIRLEAD_REGISTRY_URL");
  }

  @Test
  void readsItsOwnSettings() {
    // Given
    Map<String, String> environment = new HashMap<>(LEAST);
    environment.put("FAIRLEAD_HTTP_PORT", "9000");
    environment.put("FAIRLEAD_COMMAND_QUEUE_MAX", "7");
    environment.put("FAIRLEAD_SIGN_IN_FAILURES_PER_ADDRESS", "8");
    environment.put("FAIRLEAD_REGISTRY_URL", "http://registry:8082");
    environment.put("FAIRLEAD_PROXY_ADDRESSES", "10.0.0.0/8");
    Settings settings = Settings.of(environment);

    // When
    CommandConfig config = CommandConfig.from(settings);
    settings.finish();

    // Then
    assertThat(config.http().orElseThrow().port()).isEqualTo(9000);
    assertThat(config.commands().queueMax()).isEqualTo(7);
    assertThat(config.api().signIns().perMinute()).isEqualTo(8);
    assertThat(config.api().proxies().contains("10.1.2.3")).isTrue();
    assertThat(config.registry()).hasToString("http://registry:8082");
    assertThat(config.withoutHttp().http()).isEmpty();
  }
}
