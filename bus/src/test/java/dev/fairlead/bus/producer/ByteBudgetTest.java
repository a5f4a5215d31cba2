package dev.fairlead.bus.producer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteBudgetTest {

  @Test
  void takesUpToTheLimitAndNotOneMore() {
    // Given
    ByteBudget budget = new ByteBudget(100);

    // When
    boolean first = budget.tryAcquire(60);
    boolean atTheLimit = budget.tryAcquire(40);
    boolean beyond = budget.tryAcquire(1);

    // Then
    assertThat(first).isTrue();
    assertThat(atTheLimit).isTrue();
    assertThat(beyond).isFalse();
    assertThat(budget.usedBytes()).isEqualTo(100);
  }

  @Test
  void takesASingleRecordLargerThanItself() {
    // Given
    ByteBudget budget = new ByteBudget(100);

    // Then
    assertThat(budget.tryAcquire(500)).isTrue();
    assertThat(budget.tryAcquire(1)).isFalse();
  }

  @Test
  void tellsOfRoomOnceAfterARefusalWhenHalfIsFree() {
    // Given
    ByteBudget budget = new ByteBudget(100);
    budget.tryAcquire(40);
    budget.tryAcquire(40);
    budget.tryAcquire(40);

    // When
    boolean afterFirst = budget.release(40);
    boolean afterSecond = budget.release(40);

    // Then
    assertThat(afterFirst).isTrue();
    assertThat(afterSecond).isFalse();
  }

  @Test
  void tellsNobodyWhenNobodyWasRefused() {
    // Given
    ByteBudget budget = new ByteBudget(100);
    budget.tryAcquire(100);

    // Then
    assertThat(budget.release(100)).isFalse();
  }
}
