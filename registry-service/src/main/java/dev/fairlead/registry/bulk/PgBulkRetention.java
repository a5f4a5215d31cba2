package dev.fairlead.registry.bulk;

import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Forgets jobs that ended long ago, and gives up imports for which nothing comes any more. Runs in
/// every replica.
final class PgBulkRetention {

  private static final Logger log = LoggerFactory.getLogger(PgBulkRetention.class);

  private static final Duration INTERVAL = Duration.ofMinutes(10);
  private static final int AT_ONCE = 10;

  private final Vertx vertx;
  private final Pool pool;
  private final Duration kept;
  private final InstantSource clock;
  private final long timer;
  private Future<Void> round = Future.succeededFuture();
  private boolean closed;

  /// Begins; its context is the caller's.
  PgBulkRetention(Vertx vertx, Pool pool, Duration kept, InstantSource clock) {
    this.vertx = vertx;
    this.pool = pool;
    this.kept = kept;
    this.clock = clock;
    this.timer = vertx.setPeriodic(0, INTERVAL.toMillis(), _ -> begin());
  }

  Future<Void> close() {
    closed = true;
    vertx.cancelTimer(timer);
    return round.otherwiseEmpty();
  }

  private void begin() {
    if (round.isComplete()) {
      round = sweep().onFailure(cause -> log.atWarn().setCause(cause).log("old jobs not removed"));
    }
  }

  /// Gives up and forgets all whose time has come.
  Future<Void> sweep() {
    OffsetDateTime end = PgColumns.parameter(clock.instant().minus(kept));
    return pool.preparedQuery(
            """
            update bulk_job set state = 'cancelled', finished_at = $2, updated_at = $2
            where kind = 'import' and state = 'open' and updated_at < $1
            """)
        .execute(Tuple.of(end, PgColumns.parameter(clock.instant())))
        .compose(rows -> forget(end));
  }

  private Future<Void> forget(OffsetDateTime end) {
    return pool.preparedQuery(
            """
            delete from bulk_job where (tenant, id) in (
              select tenant, id from bulk_job where finished_at < $1
              order by finished_at
              limit $2
              for update skip locked
            )
            """)
        .execute(Tuple.of(end, AT_ONCE))
        .compose(
            rows -> rows.rowCount() == AT_ONCE && !closed ? forget(end) : Future.succeededFuture());
  }
}
