package dev.fairlead.registry.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryPlanTest {

  @Test
  void waitsLongerAndLongerUntilItGivesUp() {
    // Given
    RetryPlan plan = new RetryPlan(Duration.ofSeconds(5), Duration.ofMinutes(1), 4);

    // When
    var waits = IntStream.rangeClosed(1, 5).mapToObj(n -> plan.waitAfter(n, () -> 0)).toList();

    // Then
    assertThat(waits.subList(0, 4))
        .extracting(wait -> wait.orElseThrow().toSeconds())
        .containsExactly(5L, 20L, 60L, 60L);
    assertThat(waits.getLast()).isEmpty();
  }

  @Test
  void addsAFifthByChanceAtMost() {
    // Given
    RetryPlan plan = new RetryPlan(Duration.ofSeconds(10), Duration.ofSeconds(10), 1);

    // When
    Duration longest = plan.waitAfter(1, () -> Math.nextDown(1.0)).orElseThrow();

    // Then
    assertThat(longest).isBetween(Duration.ofMillis(11_990), Duration.ofSeconds(12));
  }

  @Test
  void triesForAboutADayAndAHalf() {
    // When
    long hours =
        IntStream.rangeClosed(1, RetryPlan.DEFAULT.retries())
            .mapToObj(n -> RetryPlan.DEFAULT.waitAfter(n, () -> 0.5).orElseThrow())
            .reduce(Duration.ZERO, Duration::plus)
            .toHours();

    // Then
    assertThat(hours).isBetween(30L, 42L);
  }
}
