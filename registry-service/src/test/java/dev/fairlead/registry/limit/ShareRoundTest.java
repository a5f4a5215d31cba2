package dev.fairlead.registry.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.GatewayMessage.Share;
import dev.fairlead.bus.message.GatewayMessage.TenantShares;
import dev.fairlead.bus.message.GatewayMessage.TenantUse;
import dev.fairlead.bus.message.GatewayMessage.Use;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShareRoundTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId CALM = new TenantId("calm");
  private static final Limits LIMITS = Limits.defaults().with(Map.of(Limit.CONNECTIONS, 10L));

  private static TenantUse gateway(String name, Use... uses) {
    return new TenantUse(name, Set.of(Limit.CONNECTIONS, Limit.MESSAGES), List.of(uses));
  }

  private static Use connections(TenantId tenant, double used) {
    return new Use(tenant, Limit.CONNECTIONS, used, false);
  }

  private static ShareRound round(TenantUse... uses) {
    return ShareRound.of(List.of(uses), tenant -> LIMITS);
  }

  @Test
  void sharesWhatIsUsedMoreThanHalfAmongAllThatKeepIt() {
    // Given
    TenantUse command = new TenantUse("command", Set.of(Limit.COMMANDS), List.of());

    // When
    ShareRound round =
        round(gateway("a", connections(ACME, 6), connections(CALM, 5)), gateway("b"), command);

    // Then
    assertThat(round.shares())
        .containsExactlyInAnyOrder(
            new TenantShares("a", List.of(new Share(ACME, Limit.CONNECTIONS, 8))),
            new TenantShares("b", List.of(new Share(ACME, Limit.CONNECTIONS, 2))),
            new TenantShares("command", List.of()));
    assertThat(round.exceeded()).isEmpty();
  }

  @Test
  void tellsWhichLimitsWereExceeded() {
    // When
    ShareRound round =
        round(gateway("a", connections(ACME, 6)), gateway("b", connections(ACME, 5)));

    // Then
    assertThat(round.exceeded()).containsExactly(Limit.CONNECTIONS);
  }

  @Test
  void takesNoNoticeOfWhatAProcessDoesNotKeep() {
    // Given
    TenantUse command =
        new TenantUse("command", Set.of(Limit.COMMANDS), List.of(connections(ACME, 9)));

    // Then
    assertThat(round(command).shares()).containsExactly(new TenantShares("command", List.of()));
  }

  @Test
  void forgetsWhoSaysNothingAnyMore() {
    // Given
    UseBoard board = new UseBoard(Duration.ofNanos(10));
    board.told(gateway("a", connections(ACME, 6)), 0);
    board.told(gateway("b", connections(ACME, 3)), 5);
    board.told(gateway("c", connections(ACME, 1)), 5);
    board.ended("c");

    // Then
    assertThat(board.of(ACME, 10)).isEqualTo(Map.of(Limit.CONNECTIONS, 9.0));
    assertThat(board.of(ACME, 11)).isEqualTo(Map.of(Limit.CONNECTIONS, 3.0));
    assertThat(board.of(CALM, 11)).isEmpty();
  }
}
