package dev.fairlead.command.waiting;

import dev.fairlead.command.lifecycle.CommandId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Who in this process waits for a command to end. To be woken says only that it is worth reading
/// the command again. Safe to use from any thread.
public final class Waiters {

  private final Map<CommandId, Set<Waiter>> waiting = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final Semaphore places;
  private volatile boolean closed;

  /// @param placesMax how many may wait at once
  public Waiters(int placesMax, MeterRegistry meters) {
    places = new Semaphore(placesMax);
    Gauge.builder("command.waiters", count, AtomicInteger::get)
        .description("Requests that wait for a command to end")
        .register(meters);
  }

  /// Takes a place; from now on a wake is not missed.
  ///
  /// @return the place, to be closed; empty when all are taken or this process is going away
  public Optional<Waiter> enter(CommandId command) {
    if (closed || !places.tryAcquire()) {
      return Optional.empty();
    }
    count.incrementAndGet();
    Waiter waiter = new Waiter(command);
    waiting.compute(
        command,
        (id, others) -> {
          Set<Waiter> all = others == null ? ConcurrentHashMap.newKeySet() : others;
          all.add(waiter);
          return all;
        });
    if (closed) {
      waiter.woken.countDown();
    }
    return Optional.of(waiter);
  }

  /// Wakes those who wait for one of these commands.
  public void wake(Collection<CommandId> commands) {
    for (CommandId command : commands) {
      waiting.getOrDefault(command, Set.of()).forEach(waiter -> waiter.woken.countDown());
    }
  }

  /// The commands that somebody waits for. A snapshot.
  public List<CommandId> awaited() {
    return List.copyOf(waiting.keySet());
  }

  /// Wakes everybody and lets nobody wait any more.
  public void close() {
    closed = true;
    wake(awaited());
  }

  /// One place. Belongs to the thread that waits.
  public final class Waiter implements AutoCloseable {

    private final CommandId command;
    private final CountDownLatch woken = new CountDownLatch(1);

    private Waiter(CommandId command) {
      this.command = command;
    }

    /// Waits until it is woken, or the time is over.
    ///
    /// @return whether it was woken
    public boolean await(Duration time) throws InterruptedException {
      return woken.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      waiting.computeIfPresent(
          command,
          (id, all) -> {
            all.remove(this);
            return all.isEmpty() ? null : all;
          });
      count.decrementAndGet();
      places.release();
    }
  }
}
