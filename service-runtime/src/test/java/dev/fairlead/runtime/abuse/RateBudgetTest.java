package dev.fairlead.runtime.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RateBudgetTest {

  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10);

  private static long taken(RateBudget budget, int tries) {
    return IntStream.range(0, tries).filter(i -> budget.tryTake()).count();
  }

  @Test
  void givesOutNoMoreThanThereIs() {
    // Given
    var budget = new RateBudget(10, now::get);

    // When
    long atOnce = taken(budget, 100);
    now.addAndGet(SECOND / 2);
    long halfASecondLater = taken(budget, 100);

    // Then
    assertThat(atOnce).isEqualTo(10);
    assertThat(halfASecondLater).isEqualTo(5);
  }

  @Test
  void savesNothingUp() {
    // Given
    var budget = new RateBudget(10, now::get);

    // When
    now.addAndGet(100 * SECOND);

    // Then
    assertThat(taken(budget, 100)).isEqualTo(10);
  }

  @Test
  void givesManyThreadsNoMore() {
    // Given
    var budget = new RateBudget(1_000, now::get);

    // When
    long taken = IntStream.range(0, 10_000).parallel().filter(i -> budget.tryTake()).count();

    // Then
    assertThat(taken).isEqualTo(1_000);
  }
}
