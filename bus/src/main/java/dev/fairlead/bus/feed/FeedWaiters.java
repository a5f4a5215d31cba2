package dev.fairlead.bus.feed;

import dev.fairlead.bus.identity.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Who in this process waits for what happens to a tenant. To be woken says only that it is worth
/// reading the feed again. Safe for all threads.
public final class FeedWaiters {

  private final Vertx vertx;
  private final int perTenant;
  private final int places;
  private final AtomicInteger taken = new AtomicInteger();
  private final Map<TenantId, Set<Waiter>> waiting = new ConcurrentHashMap<>();

  /// @param perTenant how many may wait for one tenant
  /// @param places how many may wait in all
  FeedWaiters(Vertx vertx, int perTenant, int places) {
    this.vertx = vertx;
    this.perTenant = perTenant;
    this.places = places;
  }

  /// Takes a place; from now on no wake is missed.
  ///
  /// @return the place, to be closed; empty when all are taken
  Optional<Waiter> enter(TenantId tenant) {
    if (taken.incrementAndGet() > places) {
      taken.decrementAndGet();
      return Optional.empty();
    }
    Waiter waiter = new Waiter(tenant);
    Set<Waiter> all =
        waiting.compute(
            tenant,
            (id, others) -> {
              Set<Waiter> known = others == null ? ConcurrentHashMap.newKeySet() : others;
              if (known.size() < perTenant) {
                known.add(waiter);
              }
              return known;
            });
    if (all.contains(waiter)) {
      return Optional.of(waiter);
    }
    taken.decrementAndGet();
    return Optional.empty();
  }

  /// The tenants that somebody waits for. A snapshot.
  List<TenantId> tenants() {
    return List.copyOf(waiting.keySet());
  }

  /// How many wait.
  int count() {
    return taken.get();
  }

  /// Wakes those who wait for these tenants.
  void wake(Collection<TenantId> tenants) {
    tenants.forEach(tenant -> waiting.getOrDefault(tenant, Set.of()).forEach(Waiter::wake));
  }

  /// One place. Used by one at a time, woken by anybody.
  final class Waiter {

    private final TenantId tenant;
    private boolean woken;
    private boolean closed;
    private @Nullable Promise<Void> asleep;

    private Waiter(TenantId tenant) {
      this.tenant = tenant;
    }

    /// Completes when it is woken, or was since the last time, or when the time is over.
    Future<Void> sleep(Duration longest) {
      Promise<Void> promise = Promise.promise();
      synchronized (this) {
        if (woken || closed) {
          woken = false;
          return Future.succeededFuture();
        }
        asleep = promise;
      }
      long timer = vertx.setTimer(Math.max(1, longest.toMillis()), _ -> end(promise));
      return promise.future().onComplete(_ -> vertx.cancelTimer(timer));
    }

    /// The time is over: a wake from now on is for the next sleep.
    private void end(Promise<Void> promise) {
      synchronized (this) {
        if (promise.equals(asleep)) {
          asleep = null;
        }
      }
      promise.tryComplete();
    }

    /// Wakes it, now or when it would sleep.
    void wake() {
      @Nullable Promise<Void> sleeper;
      synchronized (this) {
        sleeper = asleep;
        asleep = null;
        woken = sleeper == null;
      }
      if (sleeper != null) {
        sleeper.tryComplete();
      }
    }

    /// Gives the place back. May be called again.
    void close() {
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      waiting.computeIfPresent(
          tenant,
          (id, all) -> {
            all.remove(this);
            return all.isEmpty() ? null : all;
          });
      taken.decrementAndGet();
      wake();
    }
  }
}
