package dev.fairlead.registry.alert;

import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes alerts away that were closed long ago. Runs in every replica; none takes what another is
/// taking.
public final class PgAlertRetention {

  private static final Logger log = LoggerFactory.getLogger(PgAlertRetention.class);

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final int AT_ONCE = 1000;

  private final Vertx vertx;
  private final Pool pool;
  private final Duration kept;
  private final InstantSource clock;
  private final long timer;
  private Future<Void> round = Future.succeededFuture();
  private boolean closed;

  /// Begins; its context is the caller's.
  ///
  /// @param kept how long an alert is kept after it was closed
  public PgAlertRetention(Vertx vertx, Pool pool, Duration kept, InstantSource clock) {
    this.vertx = vertx;
    this.pool = pool;
    this.kept = kept;
    this.clock = clock;
    this.timer = vertx.setPeriodic(0, INTERVAL.toMillis(), _ -> begin());
  }

  /// Stops.
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(timer);
    return round.otherwiseEmpty();
  }

  private void begin() {
    if (round.isComplete()) {
      round =
          sweep().onFailure(cause -> log.atWarn().setCause(cause).log("old alerts not removed"));
    }
  }

  private Future<Void> sweep() {
    return pool.preparedQuery(
            """
            delete from alert where (tenant, id) in (
              select tenant, id from alert where closed_at < $1
              order by closed_at
              limit $2
              for update skip locked
            )
            """)
        .execute(Tuple.of(PgColumns.parameter(clock.instant().minus(kept)), AT_ONCE))
        .compose(
            rows -> rows.rowCount() == AT_ONCE && !closed ? sweep() : Future.succeededFuture());
  }
}
