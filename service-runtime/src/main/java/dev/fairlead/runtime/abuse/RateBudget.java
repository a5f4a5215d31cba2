package dev.fairlead.runtime.abuse;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// So many of something in a second, shared by all who ask. Safe for all threads, without a lock.
public final class RateBudget {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long oneNanos;
  private final LongSupplier nanoTime;

  /// When all of the budget will be there again.
  private final AtomicLong whole;

  /// @param perSecond how many there are in a second, from 1; as many may be taken at once
  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  public RateBudget(int perSecond, LongSupplier nanoTime) {
    if (perSecond < 1) {
      throw new IllegalArgumentException("a budget is at least 1");
    }
    this.oneNanos = SECOND / perSecond;
    this.nanoTime = nanoTime;
    this.whole = new AtomicLong(nanoTime.getAsLong());
  }

  /// Takes one, if one is left.
  public boolean tryTake() {
    while (true) {
      long now = nanoTime.getAsLong();
      long before = whole.get();
      long after = (before - now > 0 ? before : now) + oneNanos;
      if (after - now > SECOND) {
        return false;
      }
      if (whole.compareAndSet(before, after)) {
        return true;
      }
    }
  }
}
