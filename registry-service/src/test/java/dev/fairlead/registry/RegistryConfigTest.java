package dev.fairlead.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.registry.delivery.RetryPlan;
import dev.fairlead.registry.enrolment.EnrolmentSettings;
import dev.fairlead.registry.map.MapSettings;
import dev.fairlead.registry.telemetry.TelemetrySettings;
import dev.fairlead.registry.webhook.WebhookSettings;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.settings.SettingsException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RegistryConfigTest {

  private static final Map<String, String> REQUIRED =
      Map.of(
          "FAIRLEAD_MASTER_KEY", RegistryFixture.MASTER_KEY,
          "FAIRLEAD_DATABASE_PASSWORD", "secret",
          "FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");

  private static RegistryConfig read(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(REQUIRED);
    environment.putAll(more);
    Settings settings = Settings.of(environment);
    RegistryConfig config = RegistryConfig.from(settings);
    settings.finish();
    return config;
  }

  @Test
  void hasDefaultsForWhatIsNotRequired() {
    // When
    RegistryConfig config = read(Map.of());

    // Then
    assertThat(config.http()).map(HttpServerSettings::port).contains(8082);
    assertThat(config.adminKey()).isEmpty();
    assertThat(config.deviceTokenLifetime()).isEqualTo(Duration.ofDays(400));
    assertThat(config.enrolment()).isEqualTo(EnrolmentSettings.DEFAULT);
    assertThat(config.deviceCertificateLifetime()).isEqualTo(Duration.ofDays(400));
    assertThat(config.gatewayLostBeats()).isEqualTo(5);
    assertThat(config.gatewayBeatInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.changes()).isEqualTo(FeedSettings.DEFAULT);
    assertThat(config.flapping()).isEqualTo(new FlappingSettings(6, Duration.ofMinutes(10)));
    assertThat(config.webhooks()).isEqualTo(WebhookSettings.DEFAULT);
  }

  @Test
  void takesEachSettingFromItsVariable() {
    // When
    RegistryConfig config =
        read(
            Map.of(
                "FAIRLEAD_HTTP_PORT", "9999",
                "FAIRLEAD_ADMIN_KEY", "the-key",
                "FAIRLEAD_DEVICE_TOKEN_LIFETIME", "30d",
                "FAIRLEAD_ENROLMENT_KEPT", "12h",
                "FAIRLEAD_ENROLMENT_PENDING_MAX", "9",
                "FAIRLEAD_DEVICE_CERTIFICATE_LIFETIME", "90d",
                "FAIRLEAD_FLAPPING_SESSIONS", "4",
                "FAIRLEAD_FLAPPING_WITHIN", "1m",
                "FAIRLEAD_GATEWAY_LOST_BEATS", "7",
                "FAIRLEAD_GATEWAY_BEAT_INTERVAL", "500ms"));

    // Then
    assertThat(config.http()).map(HttpServerSettings::port).contains(9999);
    assertThat(config.adminKey()).contains(Secret.of("the-key"));
    assertThat(config.deviceTokenLifetime()).isEqualTo(Duration.ofDays(30));
    assertThat(config.enrolment()).isEqualTo(new EnrolmentSettings(Duration.ofHours(12), 9));
    assertThat(config.deviceCertificateLifetime()).isEqualTo(Duration.ofDays(90));
    assertThat(config.flapping()).isEqualTo(new FlappingSettings(4, Duration.ofMinutes(1)));
    assertThat(config.gatewayLostBeats()).isEqualTo(7);
    assertThat(config.gatewayBeatInterval()).isEqualTo(Duration.ofMillis(500));
    assertThat(config.masterKey()).isEqualTo(Secret.of(RegistryFixture.MASTER_KEY));
  }

  @Test
  void takesTheBoundsOfChangesAndWebhooks() {
    // When
    RegistryConfig config =
        read(
            Map.of(
                "FAIRLEAD_CHANGE_RETENTION", "3d",
                "FAIRLEAD_CHANGE_STREAMS_PER_TENANT", "7",
                "FAIRLEAD_WEBHOOK_PRIVATE_ADDRESSES", "true",
                "FAIRLEAD_WEBHOOK_TIMEOUT", "4s",
                "FAIRLEAD_WEBHOOK_RETRY_FIRST", "1s",
                "FAIRLEAD_WEBHOOK_RETRY_LONGEST", "1h",
                "FAIRLEAD_WEBHOOK_RETRIES", "3",
                "FAIRLEAD_WEBHOOK_DISABLE_AFTER", "2d"));

    // Then
    assertThat(config.changes()).isEqualTo(new FeedSettings(Duration.ofDays(3), 7));
    assertThat(config.webhooks())
        .isEqualTo(
            new WebhookSettings(
                true,
                Duration.ofSeconds(4),
                new RetryPlan(Duration.ofSeconds(1), Duration.ofHours(1), 3),
                Duration.ofDays(2),
                Duration.ofSeconds(38),
                Optional.empty()));
  }

  @Test
  void takesTheBoundsOfTelemetryAndMaps() {
    // When
    RegistryConfig byDefault = read(Map.of());
    RegistryConfig config =
        read(
            Map.of(
                "FAIRLEAD_TELEMETRY_ROWS_PER_SECOND", "500",
                "FAIRLEAD_TELEMETRY_PENDING_BYTES", "1MiB",
                "FAIRLEAD_TELEMETRY_HISTORY_INTERVAL", "0s",
                "FAIRLEAD_TELEMETRY_HISTORY_RETENTION", "30d",
                "FAIRLEAD_MAP_REFRESH", "1m"));

    // Then
    assertThat(byDefault.telemetry()).isEqualTo(TelemetrySettings.DEFAULT);
    assertThat(byDefault.map()).isEqualTo(MapSettings.DEFAULT);
    assertThat(config.telemetry())
        .isEqualTo(new TelemetrySettings(500, 1 << 20, Duration.ZERO, Duration.ofDays(30)));
    assertThat(config.map()).isEqualTo(new MapSettings(Duration.ofMinutes(1)));
  }

  @Test
  void refusesWaitsThatShrink() {
    assertThatThrownBy(
            () ->
                read(
                    Map.of(
                        "FAIRLEAD_WEBHOOK_RETRY_FIRST", "1h",
                        "FAIRLEAD_WEBHOOK_RETRY_LONGEST", "1s")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("FAIRLEAD_WEBHOOK_RETRY_LONGEST");
  }

  @Test
  void refusesMasterKeyThatIsNo32Bytes() {
    assertThatThrownBy(() -> read(Map.of("FAIRLEAD_MASTER_KEY", "AAAA")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("FAIRLEAD_MASTER_KEY must be 32 bytes in Base64");
  }

  @Test
  void needsNoServerOfItsOwn() {
    // When
    RegistryConfig config = read(Map.of()).withoutHttp();

    // Then
    assertThat(config.http()).isEmpty();
  }
}
