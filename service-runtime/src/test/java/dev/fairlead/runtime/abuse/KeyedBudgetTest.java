package dev.fairlead.runtime.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KeyedBudgetTest {

  private static final int PER_MINUTE = 60;
  private static final int AT_ONCE = 6;

  // A clock near its overflow: only differences count.
  private long nanos = Long.MAX_VALUE - 1_000;
  private final KeyedBudget budget = new KeyedBudget(PER_MINUTE, 2, () -> nanos);

  private void takeAll(String key) {
    for (int i = 0; i < AT_ONCE; i++) {
      assertThat(budget.take(key)).isEmpty();
    }
  }

  @Test
  void givesATenthAtOnceAndTellsWhenThereIsOneMore() {
    // Given
    takeAll("a");

    // When
    var onePast = budget.take("a");

    // Then
    assertThat(onePast).contains(Duration.ofSeconds(1));
  }

  @Test
  void givesBackEvenlyWhatWasTaken() {
    // Given
    takeAll("a");
    nanos += TimeUnit.SECONDS.toNanos(2);

    // When
    boolean first = budget.take("a").isEmpty();
    boolean second = budget.take("a").isEmpty();
    boolean third = budget.take("a").isEmpty();

    // Then
    assertThat(first).isTrue();
    assertThat(second).isTrue();
    assertThat(third).isFalse();
  }

  @Test
  void leavesOthersAlone() {
    // Given
    takeAll("a");

    // When
    var other = budget.take("b");

    // Then
    assertThat(other).isEmpty();
  }

  @Test
  void forgetsWhoTookNothingForTheLongestTimeBeyondItsBound() {
    // Given
    takeAll("a");
    takeAll("b");

    // When
    takeAll("c");

    // Then
    assertThat(budget.size()).isEqualTo(2);
    assertThat(budget.take("b")).isPresent();
    assertThat(budget.take("a")).isEmpty();
  }

  @Test
  void refusesToHaveNothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> new KeyedBudget(0, 1, () -> nanos));
    assertThatIllegalArgumentException().isThrownBy(() -> new KeyedBudget(1, 0, () -> nanos));
  }
}
