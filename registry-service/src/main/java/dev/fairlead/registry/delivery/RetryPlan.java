package dev.fairlead.registry.delivery;

import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/// When what was not taken is sent again: after a first wait, then after four times the wait of
/// before, up to a longest one; each a little longer by chance, so that many that failed together
/// do not return together.
///
/// @param first the first wait; at least a millisecond
/// @param longest what waits grow to
/// @param retries how often it is sent again before it is given up
public record RetryPlan(Duration first, Duration longest, int retries) {

  /// 5 seconds to 8 hours, given up after about a day and a half.
  public static final RetryPlan DEFAULT =
      new RetryPlan(Duration.ofSeconds(5), Duration.ofHours(8), 10);

  private static final int GROWTH = 4;
  private static final double JITTER = 0.2;

  public RetryPlan {
    if (first.toMillis() < 1 || longest.compareTo(first) < 0 || retries < 0) {
      throw new IllegalArgumentException("waits grow from at least a millisecond");
    }
  }

  /// How long to wait after so many attempts that failed; empty when it is to be given up.
  ///
  /// @param attempts at least 1
  /// @param chance gives numbers from 0 to below 1
  public Optional<Duration> waitAfter(int attempts, DoubleSupplier chance) {
    if (attempts > retries) {
      return Optional.empty();
    }
    long millis = first.toMillis();
    for (int i = 1; i < attempts && millis < longest.toMillis(); i++) {
      millis *= GROWTH;
    }
    long wait = Math.min(millis, longest.toMillis());
    return Optional.of(Duration.ofMillis(wait + (long) (wait * JITTER * chance.getAsDouble())));
  }
}
