package dev.fairlead.registry.audit;

import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes entries away that have been kept for long enough, from the old end of each chain.
final class PgAuditRetention {

  private static final Logger log = LoggerFactory.getLogger(PgAuditRetention.class);

  private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(10);
  private static final int TENANTS_MAX = 1_000;
  private static final int PAGE = 1_000;

  private final Vertx vertx;
  private final Pool pool;
  private final AuditKey key;
  private final Duration kept;
  private final InstantSource clock;
  private long timer = NO_TIMER;

  private static final long NO_TIMER = -1;

  /// @param kept how long an entry is
  PgAuditRetention(Vertx vertx, Pool pool, AuditKey key, Duration kept, InstantSource clock) {
    this.vertx = vertx;
    this.pool = pool;
    this.key = key;
    this.kept = kept;
    this.clock = clock;
  }

  void start() {
    timer =
        vertx.setPeriodic(
            0,
            SWEEP_INTERVAL.toMillis(),
            id ->
                sweep()
                    .onFailure(
                        cause ->
                            log.atWarn().setCause(cause).log("old audit entries not removed")));
  }

  Future<Void> close() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
    return Future.succeededFuture();
  }

  /// Goes over the tenants once, or over a bounded number of them.
  Future<Void> sweep() {
    Instant before = clock.instant().minus(kept);
    return pool.preparedQuery(
            """
            select c.tenant from audit_chain c
            join audit a on a.tenant = c.tenant and a.sequence = c.first_sequence
            where a.at < $1
            order by c.tenant
            limit $2
            """)
        .execute(Tuple.of(PgColumns.parameter(before), TENANTS_MAX))
        .compose(
            rows -> {
              List<String> tenants = new ArrayList<>(rows.size());
              rows.forEach(row -> tenants.add(row.getString("tenant")));
              Future<Void> swept = Future.succeededFuture();
              for (String tenant : tenants) {
                swept = swept.compose(nothing -> shorten(tenant, before));
              }
              return swept;
            });
  }

  private Future<Void> shorten(String tenant, Instant before) {
    return pool.withTransaction(transaction -> shorten(transaction, tenant, before))
        .map(Objects::requireNonNull)
        .compose(more -> more ? shorten(tenant, before) : Future.succeededFuture());
  }

  private Future<Boolean> shorten(SqlConnection transaction, String tenant, Instant before) {
    return PgAuditChains.lock(transaction, key, tenant)
        .compose(
            chain ->
                transaction
                    .preparedQuery(
                        "select "
                            + PgAuditRows.COLUMNS
                            + " from audit where tenant = $1 order by sequence limit $2")
                    .execute(Tuple.of(tenant, PAGE))
                    .compose(rows -> shorten(transaction, chain, rows, before)));
  }

  /// What was tampered with stays: taken away and sealed, nobody would ever see it again.
  private Future<Boolean> shorten(
      SqlConnection transaction, AuditChain chain, RowSet<Row> rows, Instant before) {
    AuditWalk walk = new AuditWalk(key, chain);
    Optional<String> fault = walk.begin();
    int old = 0;
    for (Row row : rows) {
      if (fault.isPresent() || !PgColumns.time(row, "at").orElseThrow().isBefore(before)) {
        break;
      }
      fault = PgAuditRows.step(walk, row);
      old++;
    }
    if (fault.isPresent()) {
      log.atError()
          .addKeyValue("tenant", chain.tenant())
          .addKeyValue("fault", fault.get())
          .log("the audit is broken, no old entries are removed from it");
      return Future.succeededFuture(false);
    }
    return old == 0
        ? Future.succeededFuture(false)
        : cut(transaction, chain.without(walk.sequence(), walk.hash())).map(old == PAGE);
  }

  private Future<Void> cut(SqlConnection transaction, AuditChain rest) {
    return transaction
        .preparedQuery("delete from audit where tenant = $1 and sequence < $2")
        .execute(Tuple.of(rest.tenant(), rest.firstSequence()))
        .compose(rows -> PgAuditChains.write(transaction, key, rest));
  }
}
