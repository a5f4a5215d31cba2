package dev.fairlead.bus.allowance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BucketTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long START = -SECOND;

  private final Bucket bucket = new Bucket(10, START);

  @Test
  void letsThroughWhatComesTogetherInASecondAtTheBeginning() {
    // When
    long atTheBound = bucket.spend(10, START);
    long onePast = bucket.spend(1, START);

    // Then
    assertThat(atTheBound).isZero();
    assertThat(onePast).isEqualTo(SECOND / 10);
  }

  @Test
  void collectsForABurstAndNoMore() {
    // Given
    long later = START + 100 * SECOND;

    // When
    long burst = bucket.spend(50, later);
    long onePast = bucket.spend(1, later);

    // Then
    assertThat(burst).isZero();
    assertThat(onePast).isEqualTo(SECOND / 10);
  }

  @Test
  void letsWhatIsLargerThanItselfThroughAndHasItPaidForAfterwards() {
    // When
    long wait = bucket.spend(110, START);

    // Then
    assertThat(wait).isEqualTo(10 * SECOND);
    assertThat(bucket.debtNanos(START + 4 * SECOND)).isEqualTo(6 * SECOND);
    assertThat(bucket.debtNanos(START + 10 * SECOND)).isZero();
  }

  @Test
  void paysDebtsAtTheNewRate() {
    // Given
    bucket.spend(30, START);

    // When
    bucket.rate(5, START + SECOND);

    // Then
    assertThat(bucket.debtNanos(START + SECOND)).isEqualTo(2 * SECOND);
  }

  @Test
  void isEasyOnceHalfFull() {
    // Given
    bucket.spend(10, START);

    // Then
    bucket.debtNanos(START + SECOND * 24 / 10);
    assertThat(bucket.isEasy()).isFalse();
    bucket.debtNanos(START + SECOND * 25 / 10);
    assertThat(bucket.isEasy()).isTrue();
  }

  @Test
  void takesNoNoticeOfTimeThatGoesBack() {
    // Given
    bucket.spend(20, START);

    // Then
    assertThat(bucket.debtNanos(START - 10 * SECOND)).isEqualTo(SECOND);
  }
}
