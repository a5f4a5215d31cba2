package dev.fairlead.registry.alert;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The table of alerts, and the number of open ones in each device's presence, from which its
/// health is computed.
///
/// Whoever opens or closes alerts of a device holds its row in `reported` locked.
public final class PgAlerts {

  private static final String RETURNING =
      """
       returning tenant, device_id, id, source, code, severity, text, suggestion, raised_at,
        last_raised_at, occurrences, closed_at, closed_reason
      """;

  /// The alerts of one device before and after.
  public record Difference(OpenAlerts before, OpenAlerts after) {}

  /// An alert of a device, by whoever raised it.
  ///
  /// @param source `device`, or `rule:` with the id of a rule
  public record Sourced(DeviceKey device, String source, Alert alert) {}

  /// The end of alerts of a device: of that of this source which is open, if one is.
  ///
  /// @param reason a word for why
  public record End(DeviceKey device, String source, Instant at, String reason) {}

  /// Locks devices for whoever opens or closes alerts of them.
  ///
  /// @return without those that do not exist
  public Future<Set<DeviceKey>> lock(SqlConnection transaction, Collection<DeviceKey> devices) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id from reported
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              using (tenant, device_id)
            order by tenant, device_id
            for update of reported
            """)
        .execute(PgColumns.keys(devices))
        .map(
            rows -> {
              List<DeviceKey> locked = new ArrayList<>(rows.size());
              rows.forEach(row -> locked.add(PgColumns.key(row)));
              return Set.copyOf(locked);
            });
  }

  /// Reads the open alerts that some devices raised themselves, whose rows in `reported` the caller
  /// has locked.
  ///
  /// @return without those that have none
  public Future<Map<DeviceKey, OpenAlerts>> load(SqlClient client, Set<DeviceKey> devices) {
    return client
        .preparedQuery(
            """
            select tenant, device_id, id, code, severity, text, suggestion, raised_at,
              last_raised_at, occurrences
            from alert
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              using (tenant, device_id)
            where source = 'device' and closed_at is null
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

  /// Writes the difference between two states of some devices, and tells the feed.
  ///
  /// @param changes what was loaded and what is to be
  public Future<Void> write(SqlConnection transaction, Map<DeviceKey, Difference> changes) {
    List<Tuple> rows = new ArrayList<>();
    Map<DeviceKey, Difference> inOrder = new TreeMap<>(PgColumns.LOCK_ORDER);
    inOrder.putAll(changes);
    inOrder.forEach(
        (device, change) -> {
          // Those that ended first: their codes are free then.
          change
              .after()
              .ended()
              .forEach(
                  ended ->
                      rows.add(
                          tuple(
                              new Sourced(device, Alert.DEVICE, ended.alert()),
                              Optional.of(ended.at()))));
          change.after().byCode().values().stream()
              .filter(alert -> !alert.equals(change.before().byCode().get(alert.code())))
              .forEach(
                  alert ->
                      rows.add(tuple(new Sourced(device, Alert.DEVICE, alert), Optional.empty())));
        });
    List<Change> news = new ArrayList<>();
    inOrder.forEach(
        (device, change) ->
            news.addAll(AlertNews.between(device, change.before(), change.after())));
    return upsert(transaction, rows)
        .compose(nothing -> PgChanges.append(transaction, news))
        .compose(nothing -> count(transaction, inOrder.keySet()));
  }

  /// Opens alerts, and tells the feed. One of this source and code that is open already stays as it
  /// is.
  public Future<Void> open(SqlConnection transaction, List<Sourced> alerts) {
    return changing(
        transaction,
        """
        insert into alert
          (tenant, device_id, id, source, code, severity, text, suggestion, raised_at,
           last_raised_at, occurrences)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict do nothing
        """
            + RETURNING,
        alerts.stream().map(PgAlerts::tuple).toList(),
        row -> AlertNews.raised(PgColumns.key(row), row.getString("source"), alert(row)));
  }

  /// Closes alerts, and tells the feed.
  public Future<Void> end(SqlConnection transaction, List<End> ends) {
    return changing(
        transaction,
        """
        update alert set closed_at = $4, closed_reason = $5
        where tenant = $1 and device_id = $2 and source = $3 and closed_at is null
        """
            + RETURNING,
        ends.stream()
            .map(
                end ->
                    Tuple.of(
                        end.device().tenant().value(),
                        end.device().device().value(),
                        end.source(),
                        PgColumns.parameter(end.at()),
                        end.reason()))
            .toList(),
        PgAlerts::cleared);
  }

  /// Closes an alert by hand, and tells the feed.
  ///
  /// @param who closes it
  /// @return whether it was open
  Future<Boolean> endByHand(
      SqlConnection transaction, TenantId tenant, String id, String who, Instant at) {
    return transaction
        .preparedQuery(
            """
            update alert set closed_at = $3, closed_reason = 'by-hand', closed_by = $4
            where tenant = $1 and id = $2 and closed_at is null
            """
                + RETURNING)
        .execute(Tuple.of(tenant.value(), id, PgColumns.parameter(at), who))
        .compose(
            rows ->
                PgChanges.append(transaction, news(rows, PgAlerts::cleared))
                    .map(rows.rowCount() == 1));
  }

  private static Change cleared(Row row) {
    return AlertNews.cleared(
        PgColumns.key(row),
        row.getString("source"),
        alert(row),
        row.getOffsetDateTime("closed_at").toInstant(),
        row.getString("closed_reason"));
  }

  private static Future<Void> changing(
      SqlConnection transaction, String sql, List<Tuple> rows, Function<Row, Change> news) {
    return rows.isEmpty()
        ? Future.succeededFuture()
        : transaction
            .preparedQuery(sql)
            .executeBatch(rows)
            .compose(changed -> PgChanges.append(transaction, news(changed, news)));
  }

  /// @param changed the answers to a batch, each of which leads to the next
  private static List<Change> news(RowSet<Row> changed, Function<Row, Change> news) {
    List<Change> told = new ArrayList<>();
    for (@Nullable RowSet<Row> rows = changed; rows != null; rows = rows.next()) {
      rows.forEach(row -> told.add(news.apply(row)));
    }
    return told;
  }

  /// Counts the open alerts of devices anew.
  public Future<Void> count(SqlConnection transaction, Collection<DeviceKey> devices) {
    return batch(
        transaction,
        """
        update presence set alerts_open = open.number
        from (
          select count(*)::integer as number from alert
          where tenant = $1 and device_id = $2 and closed_at is null
        ) as open
        where presence.tenant = $1 and presence.device_id = $2
          and presence.alerts_open <> open.number
        """,
        devices.stream()
            .sorted(PgColumns.LOCK_ORDER)
            .map(device -> Tuple.of(device.tenant().value(), device.device().value()))
            .toList());
  }

  private static Future<Void> upsert(SqlConnection transaction, List<Tuple> rows) {
    return batch(
        transaction,
        """
        insert into alert
          (tenant, device_id, id, source, code, severity, text, suggestion, raised_at,
           last_raised_at, occurrences, closed_at, closed_reason)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        on conflict (tenant, id) do update
        set severity = excluded.severity, text = excluded.text, suggestion = excluded.suggestion,
            last_raised_at = excluded.last_raised_at, occurrences = excluded.occurrences,
            closed_at = excluded.closed_at, closed_reason = excluded.closed_reason
        where alert.closed_at is null
        """,
        rows);
  }

  private static Future<Void> batch(SqlConnection transaction, String sql, List<Tuple> rows) {
    return rows.isEmpty()
        ? Future.succeededFuture()
        : transaction.preparedQuery(sql).executeBatch(rows).mapEmpty();
  }

  private static Alert alert(Row row) {
    return new Alert(
        row.getString("id"),
        row.getString("code"),
        Severity.valueOf(row.getString("severity").toUpperCase(Locale.ROOT)),
        row.getString("text"),
        PgColumns.text(row, "suggestion"),
        row.getOffsetDateTime("raised_at").toInstant(),
        row.getOffsetDateTime("last_raised_at").toInstant(),
        row.getInteger("occurrences"));
  }

  private static Tuple tuple(Sourced sourced, Optional<Instant> closedAt) {
    return tuple(sourced)
        .addValue(closedAt.map(PgColumns::parameter).orElse(null))
        .addValue(closedAt.map(at -> Alert.CLEARED).orElse(null));
  }

  private static Tuple tuple(Sourced sourced) {
    Alert alert = sourced.alert();
    return Tuple.tuple()
        .addString(sourced.device().tenant().value())
        .addString(sourced.device().device().value())
        .addString(alert.id())
        .addString(sourced.source())
        .addString(alert.code())
        .addString(alert.severity().word())
        .addString(alert.text())
        .addString(alert.suggestion().orElse(null))
        .addOffsetDateTime(PgColumns.parameter(alert.raisedAt()))
        .addOffsetDateTime(PgColumns.parameter(alert.lastRaisedAt()))
        .addInteger(alert.occurrences());
  }
}
