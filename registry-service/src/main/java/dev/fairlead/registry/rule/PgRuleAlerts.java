package dev.fairlead.registry.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.alert.Alert;
import dev.fairlead.registry.alert.PgAlerts;
import dev.fairlead.registry.alert.Severity;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// Lets time decide what is due, and has alerts follow what records and time have said.
///
/// Alerts are not written by the consumers of telemetry and sessions themselves: those hold other
/// rows of the device, and would wait crosswise with the consumer of events.
final class PgRuleAlerts {

  /// What one transaction takes on.
  static final int AT_ONCE = 500;

  /// The longest text of an alert, in characters, as of those that devices raise.
  private static final int TEXT_LENGTH_MAX = 2000;

  private final Pool pool;
  private final PgAlerts alerts = new PgAlerts();

  PgRuleAlerts(Pool pool) {
    this.pool = pool;
  }

  /// Lets time decide.
  ///
  /// @param now what is due by then
  /// @return how many states changed
  Future<Integer> pass(Instant now) {
    return pool.preparedQuery(
            """
            update rule_state
            set firing = due_firing, changed_at = due_at, due_at = null
            where (tenant, rule_id, device_id) in (
              select tenant, rule_id, device_id from rule_state
              where due_at <= $1
              order by due_at
              limit $2
              for update skip locked
            )
            """)
        .execute(Tuple.of(PgColumns.parameter(now), AT_ONCE))
        .map(RowSet::rowCount);
  }

  /// Opens and closes alerts.
  ///
  /// @param now the end of what no record ended
  /// @return how many devices this was about
  Future<Integer> follow(Instant now) {
    return pool.withTransaction(
            transaction ->
                waiting(transaction)
                    .compose(
                        devices ->
                            devices.isEmpty()
                                ? Future.succeededFuture(0)
                                : alerts
                                    .lock(transaction, devices)
                                    .compose(locked -> follow(transaction, locked, now))
                                    .map(devices.size())))
        .map(Objects::requireNonNull);
  }

  private static Future<Set<DeviceKey>> waiting(SqlConnection transaction) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id from rule_state
            where firing <> raised or leaving
            order by tenant, device_id
            limit $1
            """)
        .execute(Tuple.of(AT_ONCE))
        .map(
            rows -> {
              Set<DeviceKey> devices = new HashSet<>();
              rows.forEach(row -> devices.add(PgColumns.key(row)));
              return devices;
            });
  }

  /// What is to be done, gathered over the rows.
  private record Work(
      List<PgAlerts.Sourced> opened,
      List<PgAlerts.End> ended,
      Set<DeviceKey> touched,
      List<Tuple> settled,
      List<Tuple> mistaken,
      List<Tuple> left) {

    Work() {
      this(
          new ArrayList<>(),
          new ArrayList<>(),
          new TreeSet<>(PgColumns.LOCK_ORDER),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }
  }

  private Future<Void> follow(SqlConnection transaction, Set<DeviceKey> devices, Instant now) {
    return transaction
        .preparedQuery(
            """
            select state.tenant, state.device_id, state.rule_id, state.leaving, state.firing,
              state.raised, state.changed_at, state.value, rule.kind,
              rule.condition::text as condition, rule.code, rule.severity, rule.text,
              rule.suggestion, device.name, presence.online
            from rule_state as state
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              on wanted.tenant = state.tenant and wanted.device_id = state.device_id
            join rule on rule.tenant = state.tenant and rule.id = state.rule_id
            join device on device.tenant = state.tenant and device.id = state.device_id
            join presence
              on presence.tenant = state.tenant and presence.device_id = state.device_id
            where state.firing <> state.raised or state.leaving
            order by state.tenant, state.device_id, state.rule_id
            """)
        .execute(PgColumns.keys(devices))
        .compose(
            rows -> {
              Work work = new Work();
              rows.forEach(row -> sort(row, now, work));
              return alerts
                  .end(transaction, work.ended())
                  .compose(nothing -> alerts.open(transaction, work.opened()))
                  .compose(nothing -> alerts.count(transaction, work.touched()))
                  .compose(nothing -> settle(transaction, work));
            });
  }

  private static void sort(Row row, Instant now, Work work) {
    DeviceKey device = PgColumns.key(row);
    String source = "rule:" + row.getString("rule_id");
    Tuple key =
        Tuple.of(device.tenant().value(), device.device().value(), row.getString("rule_id"));
    Instant changedAt = PgColumns.time(row, "changed_at").orElse(now);
    if (row.getBoolean("leaving")) {
      if (row.getBoolean("raised")) {
        work.ended().add(new PgAlerts.End(device, source, now, "rule-ended"));
        work.touched().add(device);
      }
      work.left().add(key);
    } else if (!row.getBoolean("firing")) {
      work.ended().add(new PgAlerts.End(device, source, changedAt, "cleared"));
      work.touched().add(device);
      work.settled().add(key.addBoolean(false));
    } else if (row.getString("kind").equals("offline") && row.getBoolean("online")) {
      // It connected while it came into the scope of the rule, and the state missed that.
      work.mistaken().add(key);
    } else {
      work.opened().add(new PgAlerts.Sourced(device, source, alert(row, device, changedAt)));
      work.touched().add(device);
      work.settled().add(key.addBoolean(true));
    }
  }

  private static Alert alert(Row row, DeviceKey device, Instant at) {
    String id = device.device().value();
    JsonNode condition =
        Json.read(row.getString("condition").getBytes(StandardCharsets.UTF_8), JsonNode.class);
    String text =
        RuleText.fill(
            row.getString("text"),
            id,
            PgColumns.text(row, "name").orElse(id),
            condition.path("key").asText(),
            PgColumns.text(row, "value").orElse(""));
    return new Alert(
        Alert.id("rule/%s/%s/%s".formatted(row.getString("rule_id"), id, at)),
        row.getString("code"),
        Severity.of(row.getString("severity")).orElseThrow(),
        text.length() <= TEXT_LENGTH_MAX ? text : text.substring(0, TEXT_LENGTH_MAX),
        PgColumns.text(row, "suggestion"),
        at,
        at,
        1);
  }

  private static Future<Void> settle(SqlConnection transaction, Work work) {
    return batch(
            transaction,
            """
            update rule_state set raised = $4
            where tenant = $1 and device_id = $2 and rule_id = $3
            """,
            work.settled())
        .compose(
            nothing ->
                batch(
                    transaction,
                    """
                    update rule_state set firing = false, due_at = null
                    where tenant = $1 and device_id = $2 and rule_id = $3
                    """,
                    work.mistaken()))
        .compose(
            nothing ->
                batch(
                    transaction,
                    """
                    delete from rule_state
                    where tenant = $1 and device_id = $2 and rule_id = $3 and leaving
                    """,
                    work.left()));
  }

  private static Future<Void> batch(SqlConnection transaction, String sql, List<Tuple> rows) {
    return rows.isEmpty()
        ? Future.succeededFuture()
        : transaction.preparedQuery(sql).executeBatch(rows).mapEmpty();
  }
}
