package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.gateway.admission.ConnectionCounts;
import dev.fairlead.gateway.admission.HandshakeLimits;
import dev.fairlead.runtime.http.ProxyAddresses;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.settings.SettingsException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayConfigTest {

  private static GatewayConfig read(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");
    Settings settings = Settings.of(environment);
    GatewayConfig config = GatewayConfig.from(settings);
    settings.finish();
    return config;
  }

  @Test
  void hasDefaults() {
    // Given
    Map<String, String> nothing = Map.of();

    // When
    GatewayConfig config = read(nothing);

    // Then
    assertThat(config.http().orElseThrow().port()).isEqualTo(8081);
    assertThat(config.nameStem()).isEmpty();
    assertThat(config.keepalive()).hasSeconds(25);
    assertThat(config.openedTimeout()).hasSeconds(5);
    assertThat(config.accessContactMax()).hasSeconds(30);
    assertThat(config.messageBytesMax()).isEqualTo(1 << 20);
    assertThat(config.connections()).isEqualTo(new ConnectionCounts.Limits(20_000, 20_000, 100));
    assertThat(config.handshakes())
        .isEqualTo(new HandshakeLimits(30, 10, Duration.ofMinutes(5), 100));
    assertThat(config.pendingBytesMax()).isEqualTo(32L << 20);
    assertThat(config.heldBytesMax()).isEqualTo(64L << 20);
    assertThat(config.sendQueueBytesMax()).isEqualTo(4L << 20);
    assertThat(config.drainRate()).isEqualTo(1_000);
    assertThat(config.drainTimeout()).hasSeconds(12);
    assertThat(config.beatInterval()).hasSeconds(1);
    assertThat(config.limits().shareInterval()).hasSeconds(10);
    assertThat(config.rateExcessMax()).hasMinutes(5);
    assertThat(config.flapping()).isEqualTo(new FlappingSettings(6, Duration.ofMinutes(10)));
    assertThat(config.proxies().certificateHeader()).isEqualTo("X-Client-Certificate");
    assertThat(config.proxies().addresses().ranges()).isEmpty();
  }

  @Test
  void readsEachSettingFromItsVariable() {
    // Given
    Map<String, String> environment = new HashMap<>();
    environment.put("FAIRLEAD_HTTP_PORT", "9001");
    environment.put("FAIRLEAD_GATEWAY_NAME", "east");
    environment.put("FAIRLEAD_KEEPALIVE", "20s");
    environment.put("FAIRLEAD_OPENED_TIMEOUT", "3s");
    environment.put("FAIRLEAD_ACCESS_CONTACT_MAX", "40s");
    environment.put("FAIRLEAD_MESSAGE_BYTES_MAX", "64KiB");
    environment.put("FAIRLEAD_CONNECTIONS_MAX", "7");
    environment.put("FAIRLEAD_CONNECTIONS_PER_LOOPBACK_ADDRESS", "6");
    environment.put("FAIRLEAD_CONNECTIONS_PER_ADDRESS", "5");
    environment.put("FAIRLEAD_HANDSHAKE_FAILURES_PER_ADDRESS", "4");
    environment.put("FAIRLEAD_HANDSHAKE_FAILURES_PER_DEVICE", "3");
    environment.put("FAIRLEAD_BAN_DURATION", "2s");
    environment.put("FAIRLEAD_BANNED_VERIFICATIONS_PER_SECOND", "1");
    environment.put("FAIRLEAD_PENDING_BYTES_MAX", "8MiB");
    environment.put("FAIRLEAD_HELD_BYTES_MAX", "2MiB");
    environment.put("FAIRLEAD_SEND_QUEUE_BYTES_MAX", "128KiB");
    environment.put("FAIRLEAD_DRAIN_RATE", "50");
    environment.put("FAIRLEAD_DRAIN_TIMEOUT", "9s");
    environment.put("FAIRLEAD_BEAT_INTERVAL", "2s");
    environment.put("FAIRLEAD_TENANT_CONNECTIONS_MAX", "3");
    environment.put("FAIRLEAD_RATE_EXCESS_MAX", "30s");
    environment.put("FAIRLEAD_FLAPPING_SESSIONS", "3");
    environment.put("FAIRLEAD_FLAPPING_WITHIN", "1m");
    environment.put("FAIRLEAD_PROXY_ADDRESSES", "192.0.2.7, fd00::/8");
    environment.put("FAIRLEAD_CLIENT_CERTIFICATE_HEADER", "X-SSL-Leaf");

    // When
    GatewayConfig config = read(environment);

    // Then
    assertThat(config.http().orElseThrow().port()).isEqualTo(9001);
    assertThat(config.nameStem()).isEqualTo("east");
    assertThat(config.keepalive()).hasSeconds(20);
    assertThat(config.openedTimeout()).hasSeconds(3);
    assertThat(config.accessContactMax()).hasSeconds(40);
    assertThat(config.messageBytesMax()).isEqualTo(65_536);
    assertThat(config.connections()).isEqualTo(new ConnectionCounts.Limits(7, 6, 5));
    assertThat(config.handshakes()).isEqualTo(new HandshakeLimits(4, 3, Duration.ofSeconds(2), 1));
    assertThat(config.pendingBytesMax()).isEqualTo(8L << 20);
    assertThat(config.heldBytesMax()).isEqualTo(2L << 20);
    assertThat(config.sendQueueBytesMax()).isEqualTo(128L << 10);
    assertThat(config.drainRate()).isEqualTo(50);
    assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(config.beatInterval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.limits().defaults().of(Limit.CONNECTIONS)).isEqualTo(3);
    assertThat(config.rateExcessMax()).hasSeconds(30);
    assertThat(config.flapping()).isEqualTo(new FlappingSettings(3, Duration.ofMinutes(1)));
    assertThat(config.proxies().certificateHeader()).isEqualTo("X-SSL-Leaf");
    assertThat(config.proxies().addresses())
        .isEqualTo(ProxyAddresses.of(List.of("192.0.2.7", "fd00::/8")));
  }

  @Test
  void refusesProxiesAndHeadersThatAreNone() {
    // Given
    Map<String, String> environment =
        Map.of("FAIRLEAD_PROXY_ADDRESSES", "proxy", "FAIRLEAD_CLIENT_CERTIFICATE_HEADER", "X Leaf");

    // When
    assertThatThrownBy(() -> read(environment))

        // Then
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("FAIRLEAD_PROXY_ADDRESSES")
        .hasMessageContaining("FAIRLEAD_CLIENT_CERTIFICATE_HEADER");
  }

  @Test
  void refusesNameThatIsNone() {
    // Given
    Map<String, String> environment = Map.of("FAIRLEAD_GATEWAY_NAME", "a b");

    // When
    assertThatThrownBy(() -> read(environment))

        // Then
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("FAIRLEAD_GATEWAY_NAME");
  }

  @Test
  void refusesSendQueueThatTheLargestMessageDoesNotFitInto() {
    // Given
    Map<String, String> environment =
        Map.of("FAIRLEAD_MESSAGE_BYTES_MAX", "1MiB", "FAIRLEAD_SEND_QUEUE_BYTES_MAX", "1023KiB");

    // When
    assertThatThrownBy(() -> read(environment))

        // Then
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("FAIRLEAD_SEND_QUEUE_BYTES_MAX");
  }
}
