package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.InboxMessage;
import io.vertx.core.http.UpgradeRejectedException;
import java.time.Duration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Devices that connect too often are let in at the pace at which they just do not.
class FlappingIT {

  private final GatewayFixture fixture = new GatewayFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void assertThatMustWait(GatewayFixture.Gateway gateway, String id) {
    assertThatThrownBy(() -> fixture.device(gateway, id))
        .isInstanceOf(UpgradeRejectedException.class)
        .asInstanceOf(InstanceOfAssertFactories.type(UpgradeRejectedException.class))
        .satisfies(
            refusal -> {
              assertThat(refusal.getStatus()).isEqualTo(429);
              assertThat(Integer.parseInt(refusal.getHeaders().get("Retry-After"))).isPositive();
            });
  }

  private static InboxAddress addressOf(GatewayFixture fixture, GatewayFixture.Gateway gateway) {
    return fixture.recordsOf(Topic.GATEWAYS).stream()
        .map(GatewayMessage::decode)
        .filter(GatewayMessage.GatewayBeat.class::isInstance)
        .map(message -> ((GatewayMessage.GatewayBeat) message).address())
        .filter(address -> address.gateway().equals(gateway.service().name()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void makesADeviceWaitThatComesAndGoesAndLetsItInAgain() {
    // Given
    GatewayFixture.Gateway gateway =
        fixture.gateway("FLAPPING_SESSIONS", "3", "FLAPPING_WITHIN", "9s");
    long start = System.nanoTime();

    // When
    for (int i = 0; i < 3; i++) {
      fixture.device(gateway, "nervous");
    }

    // Then
    assertThatMustWait(gateway, "nervous");
    assertThat(gateway.count("gateway.handshakes.refused", "reason", "flapping")).isEqualTo(1);
    fixture.device(gateway, "calm");
    await().ignoreExceptions().until(() -> fixture.device(gateway, "nervous") != null);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(3));
  }

  @Test
  void makesADeviceWaitThatTheRegistrySaysFlaps() {
    // Given
    GatewayFixture.Gateway gateway = fixture.gateway();
    fixture.device(gateway, "elsewhere");
    long until = System.currentTimeMillis() + Duration.ofMinutes(5).toMillis();

    // When
    fixture.write(
        new InboxMessage.Flapping(
                DeviceKey.of("default", "elsewhere"), new SessionId("gone"), until)
            .toRecord(addressOf(fixture, gateway)));

    // Then
    await().ignoreExceptions().untilAsserted(() -> assertThatMustWait(gateway, "elsewhere"));
  }
}
