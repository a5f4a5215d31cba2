package dev.fairlead.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerSettingsTest {
  private static final Path DIRECTORY = Path.of("data");
  private static final EmbeddedKafkaOptions OPTIONS = EmbeddedKafkaOptions.in(DIRECTORY);

  @Test
  void asksForPasswordOnEveryListener() {
    // Given
    EmbeddedKafkaOptions options = OPTIONS.withPassword("secret");

    // When
    Map<String, String> settings = BrokerSettings.of(options, DIRECTORY, 1, 2);

    // Then
    assertThat(settings)
        .containsEntry(
            "listener.security.protocol.map", "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT")
        .containsKeys(
            "listener.name.client.plain.sasl.jaas.config",
            "listener.name.controller.plain.sasl.jaas.config");
  }

  @Test
  void listensOnLoopbackOnly() {
    // When
    Map<String, String> settings = BrokerSettings.of(OPTIONS, DIRECTORY, 1, 2);

    // Then
    assertThat(Arrays.asList(settings.getOrDefault("listeners", "").split(",", -1)))
        .containsExactly("CLIENT://127.0.0.1:1", "CONTROLLER://127.0.0.1:2");
  }

  @Test
  void flushesEachMessageOnlyWhenAsked() {
    // When
    Map<String, String> relaxed = BrokerSettings.of(OPTIONS, DIRECTORY, 1, 2);
    Map<String, String> strict =
        BrokerSettings.of(OPTIONS.withFlushEachMessage(true), DIRECTORY, 1, 2);

    // Then
    assertThat(relaxed).doesNotContainKey("log.flush.interval.messages");
    assertThat(strict).containsEntry("log.flush.interval.messages", "1");
  }

  @Test
  void letsOptionsWin() {
    // Given
    EmbeddedKafkaOptions options =
        OPTIONS
            .withRetention(Duration.ofSeconds(5))
            .withBrokerSettings(Map.of("num.io.threads", "1"));

    // When
    Map<String, String> settings = BrokerSettings.of(options, DIRECTORY, 1, 2);

    // Then
    assertThat(settings)
        .containsEntry("log.retention.ms", "5000")
        .containsEntry("num.io.threads", "1");
  }

  @Test
  void refusesOptionsOutOfRange() {
    assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withPort(65_536));
    assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withPort(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withPassword(" "));
    assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withPassword("a\nb"));
    assertThatIllegalArgumentException().isThrownBy(() -> OPTIONS.withRetention(Duration.ZERO));
  }

  @Test
  void hidesPasswordWhenPrinted() {
    assertThat(OPTIONS.withPassword("secret")).asString().doesNotContain("secret");
    assertThat(EmbeddedPostgresOptions.in(DIRECTORY, "secret")).asString().doesNotContain("secret");
  }
}
