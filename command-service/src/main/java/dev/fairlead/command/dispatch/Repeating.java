package dev.fairlead.command.dispatch;

import dev.fairlead.runtime.health.Health;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Work that is done again and again on one context, never twice at once: at a pace, at once while
/// there is more, and at once when somebody says that there is something to do. A round that fails
/// is shown in the health and done again at the pace.
final class Repeating {

  private static final Logger log = LoggerFactory.getLogger(Repeating.class);
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Context context;
  private final String name;
  private final long paceMillis;
  private final Supplier<Future<Boolean>> round;
  private final Health.Component component;
  private final Promise<Void> stopped = Promise.promise();
  private long timer = NO_TIMER;
  private boolean running;
  private boolean poked;
  private boolean closed;

  /// Makes work that does not begin yet; its context is the caller's.
  ///
  /// @param round one round; tells whether there is more to do at once
  Repeating(
      Vertx vertx, String name, Duration pace, Health health, Supplier<Future<Boolean>> round) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.name = name;
    this.paceMillis = pace.toMillis();
    this.round = round;
    this.component = health.component(name);
  }

  void start() {
    poke();
  }

  /// Says that there is something to do. Cheap, from any thread.
  void poke() {
    context.runOnContext(
        _ -> {
          poked = true;
          run();
        });
  }

  /// Completes when the round that is under way, if any, has ended.
  Future<Void> close() {
    context.runOnContext(
        _ -> {
          closed = true;
          cancelTimer();
          if (!running) {
            stopped.tryComplete();
          }
        });
    return stopped.future();
  }

  private void run() {
    if (running || closed) {
      return;
    }
    cancelTimer();
    running = true;
    poked = false;
    Future<Boolean> done;
    try {
      done = round.get();
    } catch (RuntimeException e) {
      done = Future.failedFuture(e);
    }
    done.onComplete(
        result ->
            context.runOnContext(
                _ -> after(result.succeeded() && result.result(), result.cause())));
  }

  private void after(boolean more, @org.jspecify.annotations.Nullable Throwable cause) {
    running = false;
    if (closed) {
      stopped.tryComplete();
      return;
    }
    if (cause == null) {
      component.up();
    } else {
      component.down(String.valueOf(cause.getMessage()));
      log.atDebug().addKeyValue("work", name).setCause(cause).log("a round failed");
    }
    if (cause == null && (more || poked)) {
      run();
    } else {
      timer = vertx.setTimer(paceMillis, _ -> context.runOnContext(_ -> expired()));
    }
  }

  private void expired() {
    timer = NO_TIMER;
    run();
  }

  private void cancelTimer() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
  }
}
