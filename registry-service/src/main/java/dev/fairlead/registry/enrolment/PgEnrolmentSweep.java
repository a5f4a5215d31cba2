package dev.fairlead.registry.enrolment;

import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes enrolments that have expired, from time to time. They count as gone before.
final class PgEnrolmentSweep {

  private static final Logger log = LoggerFactory.getLogger(PgEnrolmentSweep.class);

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final int ROWS_MAX = 1_000;

  private final Vertx vertx;
  private final Pool pool;
  private final InstantSource clock;
  private long timer = NO_TIMER;

  private static final long NO_TIMER = -1;

  PgEnrolmentSweep(Vertx vertx, Pool pool, InstantSource clock) {
    this.vertx = vertx;
    this.pool = pool;
    this.clock = clock;
  }

  void start() {
    timer =
        vertx.setPeriodic(
            INTERVAL.toMillis(),
            id ->
                sweep()
                    .onFailure(
                        cause ->
                            log.atWarn().setCause(cause).log("expired enrolments not removed")));
  }

  Future<Void> close() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
    return Future.succeededFuture();
  }

  private Future<Void> sweep() {
    return pool.preparedQuery(
            """
            delete from enrolment where id in (
              select id from enrolment where expires_at <= $1
              order by expires_at
              limit $2
              for update skip locked
            )
            """)
        .execute(Tuple.of(PgColumns.parameter(clock.instant()), ROWS_MAX))
        .compose(rows -> rows.rowCount() == ROWS_MAX ? sweep() : Future.succeededFuture());
  }
}
