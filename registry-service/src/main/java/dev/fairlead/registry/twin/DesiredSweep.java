package dev.fairlead.registry.twin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends desired documents again that devices have not answered in time. Runs in every replica;
/// what one has taken the others leave alone.
public final class DesiredSweep {

  private static final Logger log = LoggerFactory.getLogger(DesiredSweep.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int ROWS_MAX = 500;

  private final Vertx vertx;
  private final Pool pool;
  private final PgDesiredMail mail;
  private final long timer;
  private Future<Boolean> round = Future.succeededFuture(false);
  private boolean closed;

  /// Begins; its context is the caller's.
  public DesiredSweep(Vertx vertx, Pool pool, PgDesiredMail mail) {
    this.vertx = vertx;
    this.pool = pool;
    this.mail = mail;
    this.timer = vertx.setPeriodic(INTERVAL.toMillis(), _ -> sweep());
  }

  /// Stops; another replica, or the next start, goes on.
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(timer);
    return round.otherwise(false).mapEmpty();
  }

  private void sweep() {
    if (closed || !round.isComplete()) {
      return;
    }
    round = mail.sendDue(pool, ROWS_MAX);
    round
        .onSuccess(
            more -> {
              if (more) {
                vertx.runOnContext(_ -> sweep());
              }
            })
        .onFailure(cause -> log.atWarn().setCause(cause).log("desired states not sent yet"));
  }
}
