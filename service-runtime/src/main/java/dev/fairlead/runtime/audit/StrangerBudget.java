package dev.fairlead.runtime.audit;

import java.util.concurrent.atomic.AtomicLong;

/// How many refusals of people who could not say who they are may be written down in a second:
/// whoever knocks a thousand times shall not fill the log. Safe for all threads.
public final class StrangerBudget {

  private static final int PER_SECOND = 10;
  private static final int COUNT_BITS = 16;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

  /// The second in the upper bits, what was spent in it in the lower ones.
  private final AtomicLong state = new AtomicLong();

  /// Whether one more may be written down.
  ///
  /// @param nowMillis since 1970
  public boolean take(long nowMillis) {
    long second = nowMillis / 1000;
    while (true) {
      long before = state.get();
      long spent = before >>> COUNT_BITS == second ? before & COUNT_MASK : 0;
      if (spent >= PER_SECOND) {
        return false;
      }
      if (state.compareAndSet(before, (second << COUNT_BITS) | (spent + 1))) {
        return true;
      }
    }
  }
}
