package dev.fairlead.registry.delivery;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves receivers, many at once but not too many. Those that failed last have fewer places of
/// their own, so that however many of them are away, those that answer do not wait for them.
///
/// Several processes may do so with the same receivers: who claims one has it.
///
/// @param <R> a receiver that has been claimed
public final class Dispatcher<R> {

  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Vertx vertx;
  private final Context context;
  private final Work<R> work;
  private final Places healthy;
  private final Places failing;

  // Confined to the context.
  private boolean rounding;
  private boolean wanted;
  private boolean closed;
  private final Promise<Void> idle = Promise.promise();

  /// What is done.
  ///
  /// @param <R> a receiver that has been claimed
  public interface Work<R> {

    /// Claims receivers for which there is something to do.
    ///
    /// @param most at most so many; at least 1
    /// @param failing those whose last attempt failed, or else the others
    Future<List<R>> claim(int most, boolean failing);

    /// Serves one, for a bounded time, and gives it back.
    Future<Void> serve(R receiver);
  }

  /// How many of one sort are being served.
  private static final class Places {
    private final int most;
    private int taken;

    Places(int most) {
      this.most = most;
    }

    int free() {
      return most - taken;
    }
  }

  /// Makes one that does nothing before [#round]; its context is the caller's.
  ///
  /// @param healthyMax how many receivers are served at once
  /// @param failingMax how many more of those that failed last
  public Dispatcher(Vertx vertx, Work<R> work, int healthyMax, int failingMax) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.work = work;
    this.healthy = new Places(healthyMax);
    this.failing = new Places(failingMax);
  }

  /// Says that there may be something to do. Cheap, from any thread.
  public void round() {
    context.runOnContext(_ -> begin());
  }

  /// Claims no more, and waits for what is being served.
  public Future<Void> close() {
    context.runOnContext(
        _ -> {
          closed = true;
          completeIfIdle();
        });
    return idle.future();
  }

  private void begin() {
    if (closed) {
      return;
    }
    if (rounding) {
      wanted = true;
      return;
    }
    rounding = true;
    wanted = false;
    claim(healthy, false)
        .compose(_ -> claim(failing, true))
        .onFailure(cause -> log.atDebug().setCause(cause).log("no receivers claimed"))
        .onComplete(_ -> vertx.setTimer(PAUSE.toMillis(), _ -> ended()));
  }

  private void ended() {
    rounding = false;
    if (wanted) {
      begin();
    }
    completeIfIdle();
  }

  private Future<Void> claim(Places places, boolean failed) {
    if (places.free() < 1 || closed) {
      return Future.succeededFuture();
    }
    return work.claim(places.free(), failed)
        .compose(
            claimed -> {
              Promise<Void> begun = Promise.promise();
              context.runOnContext(
                  _ -> {
                    claimed.forEach(receiver -> serve(places, receiver));
                    begun.complete();
                  });
              return begun.future();
            });
  }

  private void serve(Places places, R receiver) {
    places.taken++;
    work.serve(receiver)
        .onFailure(cause -> log.atWarn().setCause(cause).log("a receiver was not served"))
        .onComplete(_ -> context.runOnContext(_ -> served(places)));
  }

  private void served(Places places) {
    places.taken--;
    begin();
    completeIfIdle();
  }

  private void completeIfIdle() {
    if (closed && !rounding && healthy.taken == 0 && failing.taken == 0) {
      idle.tryComplete();
    }
  }
}
