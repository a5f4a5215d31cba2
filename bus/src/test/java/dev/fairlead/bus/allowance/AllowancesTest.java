package dev.fairlead.bus.allowance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Received;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.GatewayMessage.Share;
import dev.fairlead.bus.message.GatewayMessage.TenantShares;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AllowancesTest {

  private static final TenantId TENANT = new TenantId("acme");

  private final AccessView access = new AccessView(InstantSource.system());
  private long nanos;
  private final Allowances allowances =
      new Allowances(
          "gw-a", new LimitSettings(Limits.defaults(), Duration.ofSeconds(1)), access, () -> nanos);

  private void tell(AccessMessage message) {
    access.accept(Received.from(message.toRecord(), 0, 0));
  }

  private double connections() {
    return allowances.allowed(TENANT, Limit.CONNECTIONS);
  }

  @Test
  void givesOutTheWholeLimitOfTheTenantWithoutAShare() {
    // Given
    tell(new AccessMessage.TenantLimits(TENANT, Map.of(Limit.CONNECTIONS, 9L)));

    // Then
    assertThat(connections()).isEqualTo(9);
    assertThat(allowances.allowed(new TenantId("other"), Limit.CONNECTIONS)).isEqualTo(1_000_000);
  }

  @Test
  void keepsToItsShareUntilItIsTakenBack() {
    // When
    allowances.accept(new TenantShares("gw-a", List.of(new Share(TENANT, Limit.CONNECTIONS, 3.5))));
    allowances.accept(new TenantShares("gw-b", List.of()));

    // Then
    assertThat(connections()).isEqualTo(3.5);
    assertThat(allowances.allowed(TENANT, Limit.MESSAGES)).isEqualTo(1_000_000);

    // When
    allowances.accept(new TenantShares("gw-a", List.of()));

    // Then
    assertThat(connections()).isEqualTo(1_000_000);
  }

  @Test
  void forgetsAShareThatNoOtherFollows() {
    // Given
    allowances.accept(new TenantShares("gw-a", List.of(new Share(TENANT, Limit.CONNECTIONS, 3.5))));

    // When
    nanos += Duration.ofSeconds(6).toNanos();
    double atTheBound = connections();
    nanos++;

    // Then
    assertThat(atTheBound).isEqualTo(3.5);
    assertThat(connections()).isEqualTo(1_000_000);
  }

  @Test
  void neverGivesOutMoreThanTheLimit() {
    // Given
    allowances.accept(new TenantShares("gw-a", List.of(new Share(TENANT, Limit.CONNECTIONS, 3.5))));

    // When
    tell(new AccessMessage.TenantLimits(TENANT, Map.of(Limit.CONNECTIONS, 2L)));

    // Then
    assertThat(connections()).isEqualTo(2);
  }
}
