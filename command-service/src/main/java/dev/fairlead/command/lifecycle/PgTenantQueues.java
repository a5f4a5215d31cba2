package dev.fairlead.command.lifecycle;

import dev.fairlead.bus.identity.DeviceKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// How many unfinished commands tenants have. Every transaction counts on a row of its connection,
/// so that those of one tenant seldom wait for each other.
final class PgTenantQueues {

  private PgTenantQueues() {}

  /// Counts commands that were made or have ended. Rows are locked in the one order in which
  /// everybody does, which holds only where a transaction counts once.
  ///
  /// @param made the devices of those that were made, once for each
  /// @param ended the devices of those that have ended, once for each
  static Future<Void> add(SqlConnection transaction, List<DeviceKey> made, List<DeviceKey> ended) {
    SortedMap<String, Long> more = new TreeMap<>();
    made.forEach(device -> more.merge(device.tenant().value(), 1L, Long::sum));
    ended.forEach(device -> more.merge(device.tenant().value(), -1L, Long::sum));
    more.values().removeIf(count -> count == 0);
    if (more.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            insert into tenant_queue as counted (tenant, stripe, unfinished)
            select tenant, (pg_backend_pid() % 64)::smallint, more
            from unnest($1::text[], $2::bigint[]) as given (tenant, more)
            on conflict (tenant, stripe)
            do update set unfinished = counted.unfinished + excluded.unfinished
            """)
        .execute(
            Tuple.tuple()
                .addArrayOfString(more.keySet().toArray(String[]::new))
                .addArrayOfLong(more.values().toArray(Long[]::new)))
        .mapEmpty();
  }
}
