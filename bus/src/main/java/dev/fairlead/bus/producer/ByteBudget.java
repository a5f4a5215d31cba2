package dev.fairlead.bus.producer;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// How many bytes may be under way at once. Safe for all threads.
final class ByteBudget {

  private final long limitBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicBoolean refused = new AtomicBoolean();

  ByteBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /// Takes `bytes` if they fit. Something always fits into an unused budget, however large it is:
  /// else it would be refused for ever.
  boolean tryAcquire(int bytes) {
    while (true) {
      long used = usedBytes.get();
      if (used > 0 && used + bytes > limitBytes) {
        refused.set(true);
        // A release between the look and the mark would leave nobody to tell of the room.
        if (usedBytes.get() == used) {
          return false;
        }
      } else if (usedBytes.compareAndSet(used, used + bytes)) {
        return true;
      }
    }
  }

  /// Gives `bytes` back.
  ///
  /// @return whether somebody was refused since and there is room again: half of the budget, so
  ///     that those who wait are not woken for every record
  boolean release(int bytes) {
    long used = usedBytes.addAndGet(-bytes);
    return used <= limitBytes / 2 && refused.compareAndSet(true, false);
  }

  long usedBytes() {
    return usedBytes.get();
  }
}
