package dev.fairlead.gateway.uplink;

import java.util.concurrent.atomic.AtomicLong;

/// How many bytes of memory are held because the bus does not take them, and may be. Safe for all
/// threads.
final class HeldBytes {

  private final long max;
  private final AtomicLong used = new AtomicLong();

  HeldBytes(long max) {
    this.max = max;
  }

  boolean tryAcquire(int bytes) {
    if (used.addAndGet(bytes) > max) {
      used.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void release(int bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }
}
