package dev.fairlead.registry.alert;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The table of open alerts, and their number in each device's presence, from which its health is
/// computed.
public final class PgAlerts {

  /// Reads the open alerts of some devices, whose rows in `reported` the caller has locked.
  ///
  /// @return without those that have none
  public Future<Map<DeviceKey, OpenAlerts>> load(SqlClient client, Set<DeviceKey> devices) {
    return client
        .preparedQuery(
            """
            select tenant, device_id, code, severity, text, suggestion, raised_at
            from alert
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              using (tenant, device_id)
            """)
        .execute(PgColumns.keys(devices))
        .map(
            rows -> {
              Map<DeviceKey, Map<String, Alert>> found = new HashMap<>();
              for (Row row : rows) {
                Alert alert = alert(row);
                found
                    .computeIfAbsent(PgColumns.key(row), device -> new HashMap<>())
                    .put(alert.code(), alert);
              }
              Map<DeviceKey, OpenAlerts> open = new HashMap<>();
              found.forEach((device, alerts) -> open.put(device, new OpenAlerts(alerts)));
              return open;
            });
  }

  /// Writes the difference between two states of some devices.
  ///
  /// @param changes what was loaded and what is to be
  public Future<Void> write(SqlConnection transaction, Map<DeviceKey, Change> changes) {
    List<Tuple> removed = new ArrayList<>();
    List<Tuple> written = new ArrayList<>();
    List<Tuple> counts = new ArrayList<>();
    Map<DeviceKey, Change> inOrder = new TreeMap<>(PgColumns.LOCK_ORDER);
    inOrder.putAll(changes);
    inOrder.forEach(
        (device, change) -> {
          String tenant = device.tenant().value();
          String id = device.device().value();
          change.before().byCode().keySet().stream()
              .filter(code -> !change.after().byCode().containsKey(code))
              .forEach(code -> removed.add(Tuple.of(tenant, id, code)));
          change.after().byCode().values().stream()
              .filter(alert -> !alert.equals(change.before().byCode().get(alert.code())))
              .forEach(alert -> written.add(tuple(tenant, id, alert)));
          counts.add(Tuple.of(tenant, id, change.after().byCode().size()));
        });
    return batch(
            transaction,
            "delete from alert where tenant = $1 and device_id = $2 and code = $3",
            removed)
        .compose(
            nothing ->
                batch(
                    transaction,
                    """
                    insert into alert
                      (tenant, device_id, code, severity, text, suggestion, raised_at)
                    values ($1, $2, $3, $4, $5, $6, $7)
                    on conflict (tenant, device_id, code) do update
                    set severity = excluded.severity, text = excluded.text,
                        suggestion = excluded.suggestion, raised_at = excluded.raised_at
                    """,
                    written))
        .compose(
            nothing ->
                batch(
                    transaction,
                    """
                    update presence set alerts_open = $3
                    where tenant = $1 and device_id = $2 and alerts_open <> $3
                    """,
                    counts));
  }

  /// The alerts of one device before and after.
  public record Change(OpenAlerts before, OpenAlerts after) {}

  private static Future<Void> batch(SqlConnection transaction, String sql, List<Tuple> rows) {
    return rows.isEmpty()
        ? Future.succeededFuture()
        : transaction.preparedQuery(sql).executeBatch(rows).mapEmpty();
  }

  private static Alert alert(Row row) {
    return new Alert(
        row.getString("code"),
        Severity.valueOf(row.getString("severity").toUpperCase(Locale.ROOT)),
        row.getString("text"),
        PgColumns.text(row, "suggestion"),
        row.getOffsetDateTime("raised_at").toInstant());
  }

  private static Tuple tuple(String tenant, String id, Alert alert) {
    return Tuple.of(
        tenant,
        id,
        alert.code(),
        alert.severity().word(),
        alert.text(),
        alert.suggestion().orElse(null),
        PgColumns.parameter(alert.raisedAt()));
  }
}
