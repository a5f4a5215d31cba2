package dev.fairlead.runtime.abuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FailureLimitTest {

  private static final Duration BAN = Duration.ofMinutes(5);

  // Close to the overflow of the clock, which must not matter.
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final List<String> told = new ArrayList<>();
  private final FailureLimit limit =
      new FailureLimit(
          new FailureLimit.Rule(3, BAN, 64),
          now::getAndIncrement,
          (key, ban) -> told.add(key + " " + rounded(ban).toMinutes()));

  private void fail(String key, int times) {
    IntStream.range(0, times).forEach(i -> limit.failed(key));
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private static Duration rounded(Duration ban) {
    return Duration.ofSeconds(Math.round(ban.toMillis() / 1_000.0));
  }

  @Test
  void allowsAsManyFailuresAsTheRuleSays() {
    // When
    fail("a", 3);

    // Then
    assertThat(limit.banOf("a")).isEmpty();
  }

  @Test
  void bansAtOneFailureMore() {
    // Given
    fail("a", 3);

    // When
    var ban = limit.failed("a");

    // Then
    assertThat(ban.map(FailureLimitTest::rounded)).contains(BAN);
    assertThat(limit.banOf("a")).isPresent();
    assertThat(limit.banOf("b")).isEmpty();
    assertThat(limit.bans()).isEqualTo(1);
  }

  @Test
  void tellsOfEachBanOnce() {
    // Given
    fail("a", 3);
    assertThat(told).isEmpty();

    // When
    fail("a", 3);
    pass(BAN);
    fail("a", 5);

    // Then
    assertThat(told).containsExactly("a 5", "a 10");
  }

  @Test
  void givesFailuresBackOverAMinute() {
    // Given
    fail("a", 3);
    pass(Duration.ofSeconds(21));

    // When
    var first = limit.failed("a");
    var second = limit.failed("a");

    // Then
    assertThat(first).isEmpty();
    assertThat(second).isPresent();
  }

  @Test
  void endsABan() {
    // Given
    fail("a", 4);

    // When
    pass(BAN);

    // Then
    assertThat(limit.banOf("a")).isEmpty();
    assertThat(limit.bans()).isZero();
  }

  @Test
  void doublesEachFurtherBanUpToABound() {
    // Given
    List<Duration> bans = new ArrayList<>();

    // When
    for (int i = 0; i < 7; i++) {
      fail("a", 3);
      Duration ban = limit.failed("a").orElseThrow();
      bans.add(rounded(ban));
      pass(ban);
    }

    // Then
    assertThat(bans)
        .containsExactly(
            BAN,
            BAN.multipliedBy(2),
            BAN.multipliedBy(4),
            BAN.multipliedBy(8),
            BAN.multipliedBy(16),
            BAN.multipliedBy(16),
            BAN.multipliedBy(16));
  }

  @Test
  void beginsAnewAfterAnOrderlyTime() {
    // Given
    fail("a", 4);
    pass(BAN);
    fail("a", 4);
    pass(BAN.multipliedBy(2 + FailureLimit.LONGEST_BAN_FACTOR).plusSeconds(1));

    // When
    fail("a", 3);
    var ban = limit.failed("a");

    // Then
    assertThat(ban.map(FailureLimitTest::rounded)).contains(BAN);
  }

  @Test
  void doesNotLengthenABanByFailuresWithinIt() {
    // Given
    fail("a", 4);
    pass(Duration.ofMinutes(4));

    // When
    fail("a", 50);

    // Then
    assertThat(limit.banOf("a").map(FailureLimitTest::rounded)).contains(Duration.ofMinutes(1));
  }

  @Test
  void remembersNoMoreKeysThanTheRuleSays() {
    // When
    IntStream.range(0, 100_000).forEach(i -> limit.failed("key-" + i));

    // Then
    assertThat(limit.size()).isLessThanOrEqualTo(64);
  }

  @Test
  void keepsABanThatSomebodyRunsAgainst() {
    // Given
    fail("flood", 4);

    // When
    for (int i = 0; i < 100_000; i++) {
      limit.failed("key-" + i);
      limit.banOf("flood");
    }

    // Then
    assertThat(limit.banOf("flood")).isPresent();
  }

  @Test
  void cutsKeysThatAreTooLong() {
    // Given
    String begin = "k".repeat(256);

    // When
    fail(begin + "x".repeat(100_000), 4);

    // Then
    assertThat(limit.banOf(begin)).isPresent();
  }

  @Test
  void countsFailuresOfManyThreads() {
    // Given
    var many = new FailureLimit(new FailureLimit.Rule(1_000, BAN, 64), () -> 0, (key, ban) -> {});

    // When
    IntStream.range(0, 1_000).parallel().forEach(i -> many.failed("a"));

    // Then
    assertThat(many.banOf("a")).isEmpty();
    assertThat(many.failed("a")).isPresent();
  }
}
