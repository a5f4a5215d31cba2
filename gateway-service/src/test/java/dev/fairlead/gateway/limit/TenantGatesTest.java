package dev.fairlead.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.allowance.Allowances;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.GatewayMessage.Share;
import dev.fairlead.bus.message.GatewayMessage.TenantShares;
import dev.fairlead.bus.message.GatewayMessage.Use;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TenantGatesTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private long nanos;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Allowances allowances =
      new Allowances(
          "gw-a",
          new LimitSettings(
              Limits.defaults().with(Map.of(Limit.CONNECTIONS, 2L, Limit.MESSAGES, 10L)),
              Duration.ofSeconds(10)),
          new AccessView(InstantSource.system()),
          () -> nanos);
  private final TenantGates gates =
      new TenantGates(allowances, new LimitCounters(meters), () -> nanos);

  private double hits(String limit) {
    return meters.counter("gateway.limits.hit", "limit", limit, "scope", "tenant").count();
  }

  private void send(TenantId tenant, int messages) {
    for (int i = 0; i < messages; i++) {
      gates.of(tenant).count(3);
    }
    gates.settle();
  }

  private void connect(TenantId tenant) {
    assertThat(gates.connect(tenant, false)).isPresent();
  }

  @Test
  void hasPlacesForAsManyConnectionsAsTheTenantMay() {
    // Given
    Runnable first = gates.connect(ACME, false).orElseThrow();
    connect(ACME);

    // When
    Optional<Runnable> onePast = gates.connect(ACME, false);

    // Then
    assertThat(onePast).isEmpty();
    assertThat(hits("connections")).isEqualTo(1);
    assertThat(gates.connect(OTHER, false)).isPresent();

    // When
    first.run();

    // Then
    assertThat(gates.connect(ACME, false)).isPresent();
    assertThat(gates.connect(ACME, false)).isEmpty();
  }

  @Test
  void letsADeviceTakeOverAtTheBound() {
    // Given
    connect(ACME);
    connect(ACME);

    // When
    Optional<Runnable> again = gates.connect(ACME, true);

    // Then
    assertThat(again).isPresent();
  }

  @Test
  void hasTheTenantsDevicesWaitUntilWhatWasTooMuchIsPaidFor() {
    // Given
    connect(ACME);
    connect(OTHER);

    // When
    send(ACME, 20);

    // Then
    assertThat(gates.of(ACME).waitNanos(nanos)).isEqualTo(SECOND);
    assertThat(gates.of(ACME).overLimit()).isEqualTo(Limit.MESSAGES);
    assertThat(gates.of(OTHER).waitNanos(nanos)).isZero();

    // When
    nanos += SECOND;
    gates.settle();

    // Then
    assertThat(gates.of(ACME).waitNanos(nanos)).isZero();
  }

  @Test
  void keepsToAShareAsSoonAsItIsTold() {
    // Given
    connect(ACME);
    allowances.accept(
        new TenantShares(
            "gw-a",
            List.of(new Share(ACME, Limit.MESSAGES, 2), new Share(ACME, Limit.CONNECTIONS, 1.9))));

    // When
    gates.tune();

    // Then
    assertThat(gates.connect(ACME, false)).isEmpty();
    send(ACME, 14);
    assertThat(gates.of(ACME).waitNanos(nanos)).isEqualTo(2 * SECOND);
  }

  @Test
  void tellsWhatIsUsedAndWhatMoreIsWanted() {
    // Given
    Runnable place = gates.connect(ACME, false).orElseThrow();
    send(ACME, 20);
    nanos += 2 * SECOND;

    // When
    List<Use> uses = gates.use();

    // Then
    assertThat(uses)
        .containsExactly(
            new Use(ACME, Limit.CONNECTIONS, 1, false),
            new Use(ACME, Limit.MESSAGES, 10, true),
            new Use(ACME, Limit.BYTES, 30, false));

    // When
    place.run();
    gates.settle();

    // Then
    assertThat(gates.use()).isEmpty();
  }
}
