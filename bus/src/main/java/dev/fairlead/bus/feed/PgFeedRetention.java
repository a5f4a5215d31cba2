package dev.fairlead.bus.feed;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes days away that have been kept for long enough. A slot is emptied as a whole, and has its
/// turn again sixteen days after; were no service running for so long, some would be kept longer.
public final class PgFeedRetention {

  private static final Logger log = LoggerFactory.getLogger(PgFeedRetention.class);

  private static final int SLOTS = 16;

  /// One slot is written, one is emptied.
  static final Duration KEPT_MAX = Duration.ofDays(SLOTS - 2);

  private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(30);
  private static final Duration DAY = Duration.ofDays(1);

  private final Vertx vertx;
  private final Pool pool;
  private final String table;
  private final Duration kept;
  private final long timer;

  /// Begins; its context is the caller's.
  ///
  /// @param table of a feed
  /// @param kept how long a row is, at least
  public PgFeedRetention(Vertx vertx, Pool pool, String table, Duration kept) {
    this.vertx = vertx;
    this.pool = pool;
    this.table = table;
    this.kept = kept;
    this.timer = vertx.setPeriodic(0, SWEEP_INTERVAL.toMillis(), _ -> begin());
  }

  private void begin() {
    sweep()
        .onFailure(
            cause ->
                log.atWarn()
                    .addKeyValue("table", table)
                    .setCause(cause)
                    .log("old changes not removed"));
  }

  /// Stops.
  public void close() {
    vertx.cancelTimer(timer);
  }

  /// Empties every slot whose latest day is old enough.
  Future<Void> sweep() {
    return pool.query("select (extract(epoch from now())::bigint / 86400)::bigint as today")
        .execute()
        .compose(rows -> sweep(rows.iterator().next().getLong("today")));
  }

  private Future<Void> sweep(long today) {
    Future<Void> swept = Future.succeededFuture();
    for (int slot = 0; slot < SLOTS; slot++) {
      long age = Math.floorMod(today - slot, (long) SLOTS);
      if (DAY.multipliedBy(age - 1).compareTo(kept) >= 0) {
        int old = slot;
        swept = swept.compose(_ -> empty(old));
      }
    }
    return swept;
  }

  private Future<Void> empty(int slot) {
    return pool.query(
            """
            select old.xid::text as xid, old.id
            from %s_%d old
            order by old.xid desc, old.id desc
            limit 1
            """
                .formatted(table, slot))
        .execute()
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.succeededFuture()
                    : pool.withTransaction(
                            transaction -> empty(transaction, slot, rows.iterator().next()))
                        .mapEmpty());
  }

  /// Whoever waits for the lock holds up all who read, so that it does not wait for long.
  private Future<Void> empty(SqlConnection transaction, int slot, Row last) {
    return transaction
        .query("set local lock_timeout = 2000")
        .execute()
        .compose(_ -> transaction.query("truncate %s_%d".formatted(table, slot)).execute())
        .compose(
            _ ->
                transaction
                    .preparedQuery(
                        """
                        update %s_horizon set xid = $1::text::xid8, id = $2
                        where (xid, id) < ($1::text::xid8, $2::bigint)
                        """
                            .formatted(table))
                    .execute(Tuple.of(last.getString("xid"), last.getLong("id"))))
        .onSuccess(
            _ ->
                log.atInfo()
                    .addKeyValue("table", table)
                    .addKeyValue("slot", slot)
                    .log("old changes removed"))
        .mapEmpty();
  }
}
