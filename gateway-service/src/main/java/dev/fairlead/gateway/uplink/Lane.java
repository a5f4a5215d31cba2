package dev.fairlead.gateway.uplink;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.producer.Position;
import dev.fairlead.gateway.session.BusWriter;
import io.vertx.core.Future;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/// One producer with those who wait for room in it, first come first served. Safe for all threads.
final class Lane {

  /// How many of those who wait try at once; each that succeeds lets the next one try, so that
  /// there is no rush on the room there is.
  private static final int TRYING_MAX = 16;

  private final BusWriter writer;
  private final ConcurrentLinkedDeque<DeviceUplink> waiting = new ConcurrentLinkedDeque<>();
  private final AtomicInteger waitingCount = new AtomicInteger();

  Lane(BusWriter writer) {
    this.writer = writer;
  }

  Future<Position> send(BusRecord record) {
    return writer.send(record);
  }

  /// Waits for room; `first` for one that has had its turn and was refused again.
  void await(DeviceUplink uplink, boolean first) {
    waitingCount.incrementAndGet();
    if (first) {
      waiting.addFirst(uplink);
    } else {
      waiting.addLast(uplink);
    }
  }

  /// There may be room: lets some of those who wait try.
  void wake() {
    for (int i = 0; i < TRYING_MAX && wakeNext(); i++) {
      // The condition does it.
    }
  }

  /// Lets the next one try; whether there is one.
  boolean wakeNext() {
    DeviceUplink next = waiting.pollFirst();
    if (next == null) {
      return false;
    }
    waitingCount.decrementAndGet();
    next.wake();
    return true;
  }

  int waitingCount() {
    return waitingCount.get();
  }
}
