package dev.fairlead.registry.presence;

import dev.fairlead.bus.postgres.PgOutbox;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the feed when devices no longer connect too often. Who asks for such a device is told by
/// the time itself, and waits for nothing. Runs in every replica; what one has taken the others
/// leave alone.
public final class FlappingSweep {

  private static final Logger log = LoggerFactory.getLogger(FlappingSweep.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int ROWS_MAX = 500;

  private final Vertx vertx;
  private final PgFlapping marks;
  private final PgOutbox outbox;
  private final long timer;
  private Future<Integer> round = Future.succeededFuture(0);
  private boolean closed;

  /// Begins; its context is the caller's.
  ///
  /// @param outbox poked for the readers of the feed
  public FlappingSweep(Vertx vertx, Pool pool, PgOutbox outbox) {
    this.vertx = vertx;
    this.marks = new PgFlapping(pool);
    this.outbox = outbox;
    this.timer = vertx.setPeriodic(INTERVAL.toMillis(), _ -> sweep());
  }

  /// Stops; another replica, or the next start, goes on.
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(timer);
    return round.otherwise(0).mapEmpty();
  }

  private void sweep() {
    if (closed || !round.isComplete()) {
      return;
    }
    round = marks.unmark(ROWS_MAX);
    round
        .onSuccess(
            unmarked -> {
              if (unmarked > 0) {
                outbox.poke();
              }
              if (unmarked == ROWS_MAX) {
                vertx.runOnContext(_ -> sweep());
              }
            })
        .onFailure(cause -> log.atWarn().setCause(cause).log("marks of devices not taken away"));
  }
}
