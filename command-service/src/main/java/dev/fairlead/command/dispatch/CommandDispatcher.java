package dev.fairlead.command.dispatch;

import dev.fairlead.runtime.health.Health;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;

/// Sends what is due: when it is told that there is something, and on a sweep that also finds what
/// a replica left that is no more.
public final class CommandDispatcher {

  private static final Duration SWEEP_INTERVAL = Duration.ofMillis(250);

  private final PgDispatch dispatch;
  private final CommandSender sender;
  private final Repeating work;

  /// Makes a dispatcher that does nothing yet; its context is the caller's.
  public CommandDispatcher(Vertx vertx, PgDispatch dispatch, CommandSender sender, Health health) {
    this.dispatch = dispatch;
    this.sender = sender;
    this.work = new Repeating(vertx, "command-dispatch", SWEEP_INTERVAL, health, this::round);
  }

  /// Begins.
  public void start() {
    work.start();
  }

  /// Says that something may be due. Cheap, from any thread.
  public void poke() {
    work.poke();
  }

  /// Stops; completes when what was taken has been given to the bus.
  public Future<Void> close() {
    return work.close();
  }

  /// While the bus does not take everything, the next round waits for the sweep.
  private Future<Boolean> round() {
    return dispatch
        .take()
        .compose(taken -> sender.send(taken.deliveries()).map(all -> all && taken.isFull()));
  }
}
