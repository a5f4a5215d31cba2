package dev.fairlead.registry.audit;

import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
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
    return PgAuditRows.lock(transaction, key, tenant)
        .compose(
            chain ->
                transaction
                    .preparedQuery(
                        """
                        select sequence, at, hash from audit
                        where tenant = $1 order by sequence limit $2
                        """)
                    .execute(Tuple.of(tenant, PAGE))
                    .compose(
                        rows -> {
                          Optional<Row> last = Optional.empty();
                          int old = 0;
                          for (Row row : rows) {
                            if (!PgColumns.time(row, "at").orElseThrow().isBefore(before)) {
                              break;
                            }
                            last = Optional.of(row);
                            old++;
                          }
                          boolean more = old == PAGE;
                          return last.map(row -> cut(transaction, chain, row).map(more))
                              .orElse(Future.succeededFuture(false));
                        }));
  }

  private Future<Void> cut(SqlConnection transaction, AuditChain chain, Row last) {
    long sequence = last.getLong("sequence");
    return transaction
        .preparedQuery("delete from audit where tenant = $1 and sequence <= $2")
        .execute(Tuple.of(chain.tenant(), sequence))
        .compose(
            rows ->
                PgAuditRows.write(
                    transaction, key, chain.without(sequence, last.getBuffer("hash").getBytes())));
  }
}
