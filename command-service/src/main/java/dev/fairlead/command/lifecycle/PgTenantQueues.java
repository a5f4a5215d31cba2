package dev.fairlead.command.lifecycle;

import dev.fairlead.bus.identity.DeviceKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// How many unfinished commands tenants have. Every transaction counts on a row of its connection,
/// so that those of one tenant seldom wait for each other.
final class PgTenantQueues {

  private PgTenantQueues() {}

  /// Counts commands that were made or have ended. Rows are locked in the one order in which
  /// everybody does.
  ///
  /// @param devices of each command
  /// @param each 1 for those that were made, -1 for those that have ended
  static Future<Void> add(SqlConnection transaction, List<DeviceKey> devices, long each) {
    if (devices.isEmpty()) {
      return Future.succeededFuture();
    }
    SortedMap<String, Long> more =
        devices.stream()
            .collect(
                Collectors.groupingBy(
                    device -> device.tenant().value(),
                    TreeMap::new,
                    Collectors.summingLong(_ -> each)));
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
