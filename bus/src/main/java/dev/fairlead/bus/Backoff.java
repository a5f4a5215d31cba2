package dev.fairlead.bus;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How long to wait before trying again: doubling from a first wait to a longest, each drawn at
/// random from the upper half, so that many that failed together do not return together. Not
/// thread-safe.
public final class Backoff {

  private final long firstMillis;
  private final long longestMillis;
  private long ceilingMillis;

  /// @param first the first wait; at least a millisecond
  /// @param longest what waits grow to
  public Backoff(Duration first, Duration longest) {
    if (first.toMillis() < 1 || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("a back-off grows from at least a millisecond");
    }
    firstMillis = first.toMillis();
    longestMillis = longest.toMillis();
    ceilingMillis = firstMillis;
  }

  /// The next wait, in milliseconds; at least 1.
  public long nextMillis() {
    long ceiling = ceilingMillis;
    ceilingMillis = Math.min(longestMillis, ceiling * 2);
    return ThreadLocalRandom.current().nextLong(Math.max(1, ceiling / 2), ceiling + 1);
  }

  /// Begins anew, after a success.
  public void reset() {
    ceilingMillis = firstMillis;
  }
}
