package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The table of reported documents. Each device has a row, made with the device.
public final class PgReported {

  /// Reads the rows of some devices and locks them until the transaction ends.
  ///
  /// @return without those that do not exist
  public Future<Map<DeviceKey, Reported>> lock(SqlConnection transaction, Set<DeviceKey> devices) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id, document::text as document, version, changed_at,
                   epoch_generation, epoch_offset, updated_at
            from reported
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              using (tenant, device_id)
            order by tenant, device_id
            for update of reported
            """)
        .execute(PgColumns.keys(devices))
        .map(
            rows -> {
              Map<DeviceKey, Reported> found = new HashMap<>();
              rows.forEach(row -> found.put(PgColumns.key(row), reported(row)));
              return found;
            });
  }

  /// Writes rows that are locked.
  public Future<Void> write(SqlConnection transaction, Map<DeviceKey, Reported> changed) {
    if (changed.isEmpty()) {
      return Future.succeededFuture();
    }
    List<Tuple> rows =
        changed.entrySet().stream()
            .sorted(Map.Entry.comparingByKey(PgColumns.LOCK_ORDER))
            .map(entry -> tuple(entry.getKey(), entry.getValue()))
            .toList();
    return transaction
        .preparedQuery(
            """
            update reported
            set document = $3::text::jsonb, version = $4, changed_at = $5, epoch_generation = $6,
                epoch_offset = $7, updated_at = $8
            where tenant = $1 and device_id = $2
            """)
        .executeBatch(rows)
        .mapEmpty();
  }

  private static Reported reported(Row row) {
    return new Reported(
        Json.read(row.getString("document").getBytes(StandardCharsets.UTF_8), ObjectNode.class),
        row.getLong("version"),
        PgColumns.time(row, "changed_at"),
        PgColumns.epoch(row, "epoch"),
        PgColumns.time(row, "updated_at"));
  }

  private static Tuple tuple(DeviceKey device, Reported reported) {
    return Tuple.tuple()
        .addString(device.tenant().value())
        .addString(device.device().value())
        .addString(reported.document().toString())
        .addLong(reported.version())
        .addValue(reported.changedAt().map(PgColumns::parameter).orElse(null))
        .addValue(reported.epoch().map(Epoch::generation).orElse(null))
        .addValue(reported.epoch().map(Epoch::offset).orElse(null))
        .addValue(reported.updatedAt().map(PgColumns::parameter).orElse(null));
  }
}
