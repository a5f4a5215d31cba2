package dev.fairlead.runtime.abuse;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Lets each of many have a number of places of its own, so that none takes all there are. Holds
/// something only of those who have a place or wait for one. Safe for all threads.
public final class FairShare {

  private final int each;
  private final Map<String, Places> held = new ConcurrentHashMap<>();

  /// @param each how many places one may have
  public FairShare(int each) {
    if (each < 1) {
      throw new IllegalArgumentException("everybody needs a place");
    }
    this.each = each;
  }

  /// The places of one, and how many have or want one of them.
  private record Places(Semaphore free, int users) {
    Places joined() {
      return new Places(free, users + 1);
    }
  }

  /// Takes a place, if one is free. Never waits.
  ///
  /// @param who has it; gives it back with [#give]
  public boolean take(String who) {
    boolean taken = join(who).tryAcquire();
    if (!taken) {
      leave(who);
    }
    return taken;
  }

  /// Takes a place, and waits for it, in order.
  ///
  /// @param longest for how long
  /// @return whether it was had in that time
  public boolean await(String who, Duration longest) throws InterruptedException {
    Semaphore free = join(who);
    boolean taken = false;
    try {
      taken = free.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      if (!taken) {
        leave(who);
      }
    }
    return taken;
  }

  /// Gives a place back.
  public void give(String who) {
    Objects.requireNonNull(held.get(who), "no place was taken").free().release();
    leave(who);
  }

  /// How many have something, or wait for it.
  int size() {
    return held.size();
  }

  private Semaphore join(String who) {
    return held.merge(who, new Places(new Semaphore(each, true), 1), (before, _) -> before.joined())
        .free();
  }

  private void leave(String who) {
    held.computeIfPresent(
        who,
        (_, places) -> places.users() == 1 ? null : new Places(places.free(), places.users() - 1));
  }
}
