package dev.fairlead.gateway.session;

import dev.fairlead.bus.BusRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// The ends of sessions on their way to the bus: each is tried until the bus has it. Safe for all
/// threads.
///
/// How many wait is bounded. One more is dropped and counted: the device's next session, or the end
/// of this gateway, will tell the same.
public final class Tombstones {

  private final BusWriter writer;
  private final int waitingMax;
  private final Counter dropped;
  private final Queue<BusRecord> refused = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unacknowledged = new AtomicInteger();
  private final AtomicReference<Optional<Promise<Void>>> idle =
      new AtomicReference<>(Optional.empty());

  public Tombstones(BusWriter writer, int waitingMax, MeterRegistry meters) {
    this.writer = writer;
    this.waitingMax = waitingMax;
    this.dropped = meters.counter("gateway.tombstones.dropped");
    Gauge.builder("gateway.tombstones.waiting", unacknowledged, AtomicInteger::get)
        .description("Ends of sessions that the bus does not have yet")
        .register(meters);
  }

  void put(BusRecord tombstone) {
    if (unacknowledged.incrementAndGet() > waitingMax) {
      dropped.increment();
      settled();
      return;
    }
    send(tombstone);
  }

  /// Tries those again that were refused. To be called now and then.
  public void retry() {
    for (int left = refused.size(); left > 0; left--) {
      BusRecord tombstone = refused.poll();
      if (tombstone != null) {
        send(tombstone);
      }
    }
  }

  /// Completes once the bus has them all. To be asked for once, when no more will come.
  public Future<Void> allAcknowledged() {
    Promise<Void> promise = Promise.promise();
    idle.set(Optional.of(promise));
    completeIfIdle();
    return promise.future();
  }

  private void send(BusRecord tombstone) {
    writer
        .send(tombstone)
        .onSuccess(position -> settled())
        .onFailure(cause -> refused.add(tombstone));
  }

  private void settled() {
    unacknowledged.decrementAndGet();
    completeIfIdle();
  }

  private void completeIfIdle() {
    if (unacknowledged.get() == 0) {
      idle.get().ifPresent(Promise::tryComplete);
    }
  }
}
