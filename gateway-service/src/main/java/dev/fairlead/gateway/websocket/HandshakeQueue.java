package dev.fairlead.gateway.websocket;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/// Handshakes that wait until it is their turn, the first first. Each event loop takes a few of
/// them, then all that was ready to be read meanwhile, then a few more: so devices that are there
/// wait for a few and not for all of a fleet that comes back. No more wait than their loop gets
/// through before they lose patience, as fast as it is at the moment; the others are given times to
/// come back at, one after another.
final class HandshakeQueue {

  static final int AT_ONCE = 8;

  /// In all, or one a loop more, for the memory that they take.
  static final int WAITING_MAX = 8_192;

  /// Half of what clients wait at least.
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long APPOINTMENT_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);
  private static final long APPOINTMENT_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

  private static final int AVERAGED = 8;

  /// A loop gets to it then, after what is ready to be read.
  private static final long TURN_MILLIS = 1;

  private final LongSupplier nanoTime;
  private final Map<EventLoop, Turns> loops = new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  HandshakeQueue(MeterRegistry meters, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    Gauge.builder("gateway.handshakes.waiting", waiting, AtomicInteger::get)
        .description("Handshakes that wait for their turn")
        .register(meters);
  }

  /// Whether there is room for one more on a loop, on which this is called.
  boolean hasRoom(EventLoop loop) {
    Turns turns = turnsOf(loop);
    return turns.queue.isEmpty()
        || (waiting.get() < WAITING_MAX && turns.waitNanos() < PATIENCE_NANOS);
  }

  /// When one that there is no room for is to come back to a loop, on which this is called.
  ///
  /// @return from now
  Duration appointment(EventLoop loop) {
    return Duration.ofNanos(turnsOf(loop).appoint());
  }

  /// Takes a handshake: at once if it can be, else when it is its turn, with `paused` called now.
  /// Called on the loop, which calls back.
  void take(EventLoop loop, Runnable paused, Runnable handshake) {
    Turns turns = turnsOf(loop);
    if (turns.begin()) {
      handshake.run();
    } else {
      paused.run();
      turns.queue.add(handshake);
      waiting.incrementAndGet();
    }
  }

  private Turns turnsOf(EventLoop loop) {
    return loops.computeIfAbsent(loop, Turns::new);
  }

  /// Those of one loop; confined to it.
  private final class Turns {

    private final EventLoop loop;
    private final Queue<Runnable> queue = new ArrayDeque<>();
    private int begun;
    private long turnBeganNanos;

    /// Of the last turns, on average.
    private long turnNanos;

    /// The last appointment.
    private long appointedNanos;

    Turns(EventLoop loop) {
      this.loop = loop;
      this.appointedNanos = nanoTime.getAsLong();
    }

    /// Whether one may begin now: nobody was there before, and the turn is not over.
    boolean begin() {
      if (!queue.isEmpty() || begun == AT_ONCE) {
        return false;
      }
      if (begun == 0) {
        later();
      }
      begun++;
      return true;
    }

    /// How long the next one would wait.
    long waitNanos() {
      return queue.size() / AT_ONCE * turnNanos;
    }

    /// One after another at the pace of the moment, which gets faster when the storm calms down; at
    /// any time before the last where all are taken. Who comes too early waits, or is told again.
    long appoint() {
      long now = nanoTime.getAsLong();
      long first = Math.max(appointedNanos - now, APPOINTMENT_NANOS_MIN);
      if (first >= APPOINTMENT_NANOS_MAX) {
        return ThreadLocalRandom.current().nextLong(APPOINTMENT_NANOS_MIN, APPOINTMENT_NANOS_MAX);
      }
      appointedNanos = now + first + turnNanos / AT_ONCE;
      return first;
    }

    private void later() {
      turnBeganNanos = nanoTime.getAsLong();
      var _ = loop.schedule(this::next, TURN_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void next() {
      begun = 0;
      turnNanos += (nanoTime.getAsLong() - turnBeganNanos - turnNanos) / AVERAGED;
      if (!queue.isEmpty()) {
        later();
      }
      while (begun < AT_ONCE && !queue.isEmpty()) {
        begun++;
        waiting.decrementAndGet();
        queue.remove().run();
      }
    }
  }
}
