package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.GatewayMessage.Share;
import dev.fairlead.bus.message.GatewayMessage.TenantShares;
import dev.fairlead.bus.message.GatewayMessage.TenantUse;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.http.UpgradeRejectedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Tenants and devices at their limits, while nobody else notices.
class LimitsIT {

  private final GatewayFixture fixture = new GatewayFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private TestDevice deviceOf(String tenant, GatewayFixture.Gateway gateway, String id) {
    TestDevice device =
        TestDevice.connect(
            fixture.vertx(),
            gateway.port(),
            WireFormat.MESSAGE_PACK,
            fixture.tokens().token(fixture.tokens().claims(id).put("ten", tenant)));
    device.hello();
    return device;
  }

  private static void send(TestDevice device, int count) {
    IntStream.range(0, count)
        .forEach(i -> device.send(Messages.telemetry(Body.utf8("{}")).withId("t" + i)));
  }

  private void set(String tenant, Map<Limit, Long> limits) {
    fixture.write(new AccessMessage.TenantLimits(new TenantId(tenant), limits).toRecord());
  }

  /// A device that is let in nevertheless does not stay.
  private void assertThatIsFull(GatewayFixture.Gateway gateway, String tenant) {
    assertThatThrownBy(() -> deviceOf(tenant, gateway, "late").close())
        .isInstanceOf(UpgradeRejectedException.class)
        .asInstanceOf(InstanceOfAssertFactories.type(UpgradeRejectedException.class))
        .satisfies(
            refusal -> {
              assertThat(refusal.getStatus()).isEqualTo(429);
              assertThat(refusal.getHeaders().get("Retry-After")).matches("\\d+");
            });
  }

  @Test
  void slowsDeviceDownAndLosesNothing() {
    // Given
    GatewayFixture.Gateway gateway = fixture.gateway("DEVICE_MESSAGES_PER_SECOND", "20");
    TestDevice fast = fixture.device(gateway, "fast");
    TestDevice calm = fixture.device(gateway, "calm");
    long start = System.nanoTime();

    // When
    send(fast, 60);
    send(calm, 10);

    // Then
    await().untilAsserted(() -> assertThat(calm.acknowledged()).hasSize(10));
    assertThat(fast.acknowledged()).hasSizeLessThan(60);
    await().untilAsserted(() -> assertThat(fast.acknowledged()).hasSize(60));
    // What the socket has read by then is let in; it is paid for before the next one.
    send(fast, 1);
    await().untilAsserted(() -> assertThat(fast.acknowledged()).hasSize(61));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1_500));
    assertThat(gateway.count("gateway.limits.hit", "limit", "messages", "scope", "device"))
        .isPositive();
    assertThat(fast.closeCode()).isEmpty();
  }

  @Test
  void closesDeviceThatStaysTooFast() {
    // Given
    GatewayFixture.Gateway gateway =
        fixture.gateway("DEVICE_MESSAGES_PER_SECOND", "10", "RATE_EXCESS_MAX", "1s");
    TestDevice fast = fixture.device(gateway, "fast");
    TestDevice calm = fixture.device(gateway, "calm");

    // When
    send(fast, 200);

    // Then
    assertThat(fast.awaitClose()).isEqualTo(4003);
    assertThat(gateway.count("gateway.sessions.closed", "reason", "rate")).isEqualTo(1);
    send(calm, 1);
    await().untilAsserted(() -> assertThat(calm.acknowledged()).hasSize(1));
  }

  @Test
  void admitsAsManyConnectionsOfATenantAsItMay() {
    // Given
    GatewayFixture.Gateway gateway = fixture.gateway("TENANT_CONNECTIONS_MAX", "2");
    deviceOf("acme", gateway, "one");
    deviceOf("acme", gateway, "two");

    // When
    assertThatIsFull(gateway, "acme");

    // Then
    assertThat(gateway.count("gateway.handshakes.refused", "reason", "tenant-full")).isEqualTo(1);
    deviceOf("other", gateway, "one");
    deviceOf("acme", gateway, "two");
  }

  @Test
  void keepsToTheLimitsThatATenantIsGiven() {
    // Given
    GatewayFixture.Gateway gateway = fixture.gateway();
    deviceOf("acme", gateway, "one");

    // When
    set("acme", Map.of(Limit.CONNECTIONS, 1L));

    // Then
    await().ignoreExceptions().untilAsserted(() -> assertThatIsFull(gateway, "acme"));
    deviceOf("other", gateway, "one");

    // When
    fixture.write(new AccessMessage.Withdrawn(AccessMessage.LIMITS + "acme").toRecord());

    // Then
    await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(deviceOf("acme", gateway, "two")).isNotNull());
  }

  @Test
  void slowsOnlyTheDevicesOfTheTenantThatSendsTooMuch() {
    // Given
    GatewayFixture.Gateway gateway = fixture.gateway();
    set("acme", Map.of(Limit.MESSAGES, 10L));
    TestDevice acme = deviceOf("acme", gateway, "one");
    TestDevice other = deviceOf("other", gateway, "one");

    // When
    send(acme, 90);
    await()
        .until(
            () -> {
              send(acme, 1);
              return gateway.count("gateway.limits.hit", "limit", "messages", "scope", "tenant")
                  > 0;
            });
    send(other, 50);

    // Then
    await().untilAsserted(() -> assertThat(other.acknowledged()).hasSize(50));
    assertThat(other.closeCode()).isEmpty();
    assertThat(gateway.gauge("gateway.sessions.active")).isEqualTo(2);
  }

  @Test
  void tellsWhatTenantsUseAndKeepsToItsShare() {
    // Given
    List<ReceivedRecord> said = fixture.recordsOf(Topic.GATEWAYS);
    GatewayFixture.Gateway first = fixture.gateway("LIMIT_SHARE_INTERVAL", "1s");
    GatewayFixture.Gateway second = fixture.gateway("LIMIT_SHARE_INTERVAL", "1s");
    deviceOf("acme", first, "one");

    // When
    fixture.write(
        new TenantShares(
                first.service().name(),
                List.of(new Share(new TenantId("acme"), Limit.CONNECTIONS, 1.5)))
            .toRecord());

    // Then
    await().ignoreExceptions().untilAsserted(() -> assertThatIsFull(first, "acme"));
    deviceOf("acme", second, "two");
    deviceOf("other", first, "one");
    // Told is what was refused since it was told last.
    await()
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              assertThatIsFull(first, "acme");
              assertThat(wanting(said, first)).isTrue();
            });
  }

  private static boolean wanting(List<ReceivedRecord> said, GatewayFixture.Gateway gateway) {
    return said.stream()
            .map(GatewayMessage::decode)
            .flatMap(
                message -> message instanceof TenantUse use ? use.uses().stream() : Stream.empty())
            .anyMatch(
                use ->
                    use.tenant().equals(new TenantId("acme"))
                        && use.limit() == Limit.CONNECTIONS
                        && use.used() == 1
                        && use.wanting())
        && said.stream().anyMatch(record -> record.key().equals("use/" + gateway.service().name()));
  }
}
