package dev.fairlead.registry.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RowBudgetTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /// Starts where [System#nanoTime] is about to go over.
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 3 * SECOND);

  private final RowBudget budget = new RowBudget(100, now::get);

  @Test
  void waitsUntilWhatWasWrittenIsPaidFor() {
    // When
    budget.spend(250, now.get());
    long atOnce = budget.waitNanos();
    now.addAndGet(2 * SECOND);
    long later = budget.waitNanos();
    now.addAndGet(SECOND / 2);
    long paid = budget.waitNanos();

    // Then
    assertThat(atOnce).isEqualTo(5 * SECOND / 2);
    assertThat(later).isEqualTo(SECOND / 2);
    assertThat(paid).isZero();
  }

  @Test
  void writesNoMoreThanItsRateHoweverLongItRuns() {
    // Given
    long end = now.get() + 60 * SECOND;
    int written = 0;

    // When
    while (end - now.get() > 0) {
      long wait = budget.waitNanos();
      if (wait == 0) {
        budget.spend(37, now.get());
        written += 37;
      }
      now.addAndGet(Math.max(wait, SECOND / 1000));
    }

    // Then
    assertThat(written).isBetween(5_500, 6_037);
  }

  @Test
  void savesNothingUpWhileNothingIsWritten() {
    // Given
    now.addAndGet(60 * SECOND);

    // When
    budget.spend(100, now.get());

    // Then
    assertThat(budget.waitNanos()).isEqualTo(SECOND);
  }

  @Test
  void countsTheTimeThatWritingTakes() {
    // Given
    long begun = now.get();
    now.addAndGet(SECOND / 2);

    // When
    budget.spend(100, begun);

    // Then
    assertThat(budget.waitNanos()).isEqualTo(SECOND / 2);
  }
}
