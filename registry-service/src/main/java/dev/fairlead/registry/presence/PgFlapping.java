package dev.fairlead.registry.presence;

import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The marks of devices that connected too often, which time alone takes away.
final class PgFlapping {

  private final Pool pool;

  PgFlapping(Pool pool) {
    this.pool = pool;
  }

  /// Takes marks away that have run out, and tells the feed so.
  ///
  /// @param limit how many at most
  /// @return how many were
  Future<Integer> unmark(int limit) {
    return pool.withTransaction(
            transaction ->
                over(transaction, limit)
                    .compose(
                        changes ->
                            PgChanges.append(transaction, changes).map(nothing -> changes.size())))
        .map(Objects::requireNonNull);
  }

  private static Future<List<Change>> over(SqlConnection transaction, int limit) {
    return transaction
        .preparedQuery(
            """
            with over as (
              select tenant, device_id
              from presence
              where flapping and flapping_until <= now()
              order by flapping_until
              limit $1
              for update skip locked
            )
            update presence set flapping = false
            from over
            where presence.tenant = over.tenant and presence.device_id = over.device_id
            returning presence.tenant, presence.device_id, flapping_since, flapping_until
            """)
        .execute(Tuple.of(limit))
        .map(
            rows -> {
              List<Change> changes = new ArrayList<>(rows.size());
              for (Row row : rows) {
                changes.add(
                    PresenceChanges.steady(
                        PgColumns.key(row),
                        new Flapping(
                            PgColumns.time(row, "flapping_since").orElseThrow(),
                            PgColumns.time(row, "flapping_until").orElseThrow())));
              }
              return changes;
            });
  }
}
