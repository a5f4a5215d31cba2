package dev.fairlead.command.limit;

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
import org.junit.jupiter.api.Test;

class CommandPaceTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");

  private long nanos;
  private final Allowances allowances =
      new Allowances(
          "command",
          new LimitSettings(
              Limits.defaults().with(Map.of(Limit.COMMANDS, 2L)), Duration.ofSeconds(10)),
          new AccessView(InstantSource.system()),
          () -> nanos);
  private final CommandPace pace =
      new CommandPace(allowances, () -> nanos, new SimpleMeterRegistry());

  private long accepted(int tries) {
    long accepted = 0;
    for (int i = 0; i < tries; i++) {
      accepted += pace.take(ACME, 1).isEmpty() ? 1 : 0;
    }
    return accepted;
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void acceptsAsManyAsTheTenantMayAndSaysWhenThereIsRoomAgain() {
    // Given
    assertThat(accepted(10)).isEqualTo(3);

    // When
    Optional<Duration> wait = pace.take(ACME, 1);

    // Then
    assertThat(wait).contains(Duration.ofMillis(500));
    assertThat(pace.take(OTHER, 1)).isEmpty();

    // When
    pass(Duration.ofMillis(500));

    // Then
    assertThat(pace.take(ACME, 1)).isEmpty();
  }

  @Test
  void acceptsNoMoreThanTheRateInTheLongRun() {
    // When
    long accepted = 0;
    for (int tenths = 0; tenths < 1_000; tenths++) {
      accepted += accepted(3);
      pass(Duration.ofMillis(100));
    }

    // Then
    assertThat(accepted).isBetween(200L, 204L);
  }

  @Test
  void keepsToItsShare() {
    // Given
    allowances.accept(new TenantShares("command", List.of(new Share(ACME, Limit.COMMANDS, 0.5))));

    // When
    accepted(10);

    // Then
    assertThat(pace.take(ACME, 1)).isPresent();
    pass(Duration.ofSeconds(1));
    assertThat(pace.take(ACME, 1)).isEmpty();
    assertThat(pace.take(ACME, 1)).isPresent();
  }

  @Test
  void tellsWhatWasSentAndWhetherMoreWasWanted() {
    // Given
    accepted(10);
    pace.take(OTHER, 1);
    pass(Duration.ofSeconds(2));

    // When
    List<Use> uses = pace.use();

    // Then
    assertThat(uses)
        .containsExactlyInAnyOrder(
            new Use(ACME, Limit.COMMANDS, 1.5, true), new Use(OTHER, Limit.COMMANDS, 0.5, false));
    assertThat(pace.use()).isEmpty();
  }
}
