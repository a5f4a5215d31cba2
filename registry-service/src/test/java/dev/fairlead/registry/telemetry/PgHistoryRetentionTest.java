package dev.fairlead.registry.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PgHistoryRetentionTest {

  private static final Instant NOW = Instant.parse("2026-03-01T23:59:59Z");

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 29, 30})
  void emptiesNoSlotOfADayThatIsKept(int days) {
    // Given
    Duration kept = Duration.ofDays(days);

    // Then
    for (Instant at = NOW.minus(kept); at.isBefore(NOW); at = at.plus(Duration.ofHours(1))) {
      assertThat(PgHistoryRetention.isOld(PgHistoryRetention.slotOf(at), kept, NOW)).isFalse();
    }
    Instant tomorrow = NOW.plus(Samples.AHEAD_MAX);
    assertThat(PgHistoryRetention.isOld(PgHistoryRetention.slotOf(tomorrow), kept, NOW)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 29, 30})
  void emptiesEverySlotBeforeItsTurnComesAgain(int days) {
    // Given
    Duration kept = Duration.ofDays(days);
    short slot = PgHistoryRetention.slotOf(NOW.minus(kept).minus(Duration.ofDays(2)));

    // Then
    assertThat(PgHistoryRetention.isOld(slot, kept, NOW)).isTrue();
  }
}
