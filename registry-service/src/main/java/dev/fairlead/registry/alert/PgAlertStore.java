package dev.fairlead.registry.alert;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.filter.PgGroupFilters;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.row.PgTimeLimit;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Alerts as people see and treat them.
public final class PgAlertStore {

  /// The most comments on an alert.
  static final int COMMENTS_MAX = 100;

  private final Pool pool;
  private final Pool longQueries;
  private final PgAlerts alerts = new PgAlerts();

  /// @param longQueries for lists that a filter of devices makes
  PgAlertStore(Pool pool, LongQueries longQueries) {
    this.pool = pool;
    this.longQueries = longQueries.pool();
  }

  /// An alert that is named by whoever may be kept to a group.
  record Name(TenantId tenant, String id, Optional<String> keptTo) {}

  /// The alerts of a device that are open, by their codes.
  public static Future<List<AlertDocument>> open(SqlClient client, DeviceKey device) {
    return client
        .preparedQuery(
            PgAlertQuery.SELECT
                + " where alert.tenant = $1 and alert.device_id = $2 and alert.closed_at is null"
                + " order by alert.code, alert.source")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .map(PgAlertStore::documents);
  }

  /// A page of alerts, the newest first.
  ///
  /// @return fails with the problem `filter-too-slow`, and `device-not-found` where the filter
  ///     names a device that does not exist
  Future<List<AlertDocument>> list(
      AlertFilter filter, Optional<PgAlertQuery.After> after, int limit, Instant now) {
    if (filter.devices().isEmpty()) {
      return run(pool, PgAlertQuery.of(filter, Optional.empty(), after, limit, now));
    }
    return PgTimeLimit.within(
        longQueries,
        transaction ->
            PgGroupFilters.resolve(transaction, filter.tenant(), filter.devices().get())
                .compose(
                    resolved ->
                        run(
                            transaction,
                            PgAlertQuery.of(filter, Optional.of(resolved), after, limit, now))));
  }

  private static Future<List<AlertDocument>> run(SqlClient client, PgAlertQuery query) {
    return client
        .preparedQuery(query.sql())
        .execute(query.parameters())
        .map(PgAlertStore::documents);
  }

  /// Checks that there is a device.
  ///
  /// @return fails with the problem `device-not-found`
  Future<Void> requireDevice(DeviceKey device) {
    return pool.preparedQuery("select id from device where tenant = $1 and id = $2")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture()
                    : failed(
                        ProblemType.DEVICE_NOT_FOUND,
                        "There is no device '" + device.device() + "'."));
  }

  /// An alert with its comments.
  ///
  /// @return fails with the problem `alert-not-found`
  Future<AlertDocument.Details> get(Name name) {
    return pool.withConnection(connection -> details(connection, name))
        .map(Objects::requireNonNull);
  }

  private static Future<AlertDocument.Details> details(SqlClient client, Name name) {
    return client
        .preparedQuery(
            PgAlertQuery.SELECT
                + """
                 where alert.tenant = $1 and alert.id = $2
                  and ($3::text is null or alert.device_id in (
                    select member.device_id from device_group_member member
                    where member.tenant = alert.tenant and member.group_id = $3
                  ))
                """)
        .execute(Tuple.of(name.tenant().value(), name.id(), name.keptTo().orElse(null)))
        .compose(rows -> single(name, rows))
        .map(PgAlertQuery::document)
        .compose(
            alert ->
                comments(client, name).map(comments -> new AlertDocument.Details(alert, comments)));
  }

  private static Future<List<AlertDocument.Comment>> comments(SqlClient client, Name name) {
    return client
        .preparedQuery(
            """
            select id, at, author, text from alert_comment
            where tenant = $1 and alert_id = $2
            order by at, id
            """)
        .execute(Tuple.of(name.tenant().value(), name.id()))
        .map(
            rows -> {
              List<AlertDocument.Comment> comments = new ArrayList<>(rows.size());
              rows.forEach(
                  row ->
                      comments.add(
                          new AlertDocument.Comment(
                              row.getString("id"),
                              row.getOffsetDateTime("at").toInstant(),
                              row.getString("author"),
                              row.getString("text"))));
              return comments;
            });
  }

  /// Notes that somebody has seen to it; the first who did is remembered.
  ///
  /// @return fails with the problems `alert-not-found` and `alert-closed`
  Future<AlertDocument.Details> acknowledge(Name name, String who, Instant now, Act act) {
    return change(
        name,
        transaction ->
            transaction
                .preparedQuery(
                    """
                    update alert
                    set acknowledged_at = coalesce(acknowledged_at, $3),
                      acknowledged_by = coalesce(acknowledged_by, $4)
                    where tenant = $1 and id = $2 and closed_at is null
                    """)
                .execute(Tuple.of(name.tenant().value(), name.id(), PgColumns.parameter(now), who))
                .compose(rows -> requireOpen(rows.rowCount() == 1)),
        act);
  }

  /// Closes an alert by hand.
  ///
  /// @return fails with the problems `alert-not-found` and `alert-closed`
  Future<AlertDocument.Details> close(Name name, String who, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                details(transaction, name)
                    .map(found -> DeviceKey.of(name.tenant().value(), found.alert().deviceId()))
                    .compose(
                        device ->
                            alerts
                                .lock(transaction, Set.of(device))
                                .compose(
                                    locked ->
                                        alerts.endByHand(
                                            transaction, name.tenant(), name.id(), who, now))
                                .compose(wasOpen -> requireOpen(wasOpen))
                                .compose(nothing -> alerts.count(transaction, Set.of(device))))
                    .compose(nothing -> PgAudit.append(transaction, act))
                    .compose(audited -> details(transaction, name)))
        .map(Objects::requireNonNull);
  }

  /// Adds a comment, also to an alert that is closed.
  ///
  /// @return fails with the problems `alert-not-found` and `quota-exceeded`
  Future<AlertDocument.Details> comment(Name name, String who, String text, Instant now, Act act) {
    Tuple key = Tuple.of(name.tenant().value(), name.id());
    return change(
        name,
        transaction ->
            transaction
                .preparedQuery("select id from alert where tenant = $1 and id = $2 for update")
                .execute(key)
                .compose(
                    rows ->
                        transaction
                            .preparedQuery(
                                """
                                insert into alert_comment (tenant, alert_id, id, at, author, text)
                                select $1, $2, $3, $4::timestamptz, $5, $6
                                where (select count(*) from alert_comment
                                       where tenant = $1 and alert_id = $2) < $7
                                """)
                            .execute(
                                Tuple.of(
                                        name.tenant().value(),
                                        name.id(),
                                        UUID.randomUUID().toString(),
                                        PgColumns.parameter(now),
                                        who,
                                        text)
                                    .addInteger(COMMENTS_MAX)))
                .compose(
                    rows ->
                        rows.rowCount() == 1
                            ? Future.succeededFuture()
                            : failed(
                                ProblemType.QUOTA_EXCEEDED,
                                "An alert may have " + COMMENTS_MAX + " comments.")),
        act);
  }

  private interface Step {
    Future<Void> in(SqlConnection transaction);
  }

  private Future<AlertDocument.Details> change(Name name, Step step, Act act) {
    return pool.withTransaction(
            transaction ->
                details(transaction, name)
                    .compose(found -> step.in(transaction))
                    .compose(nothing -> PgAudit.append(transaction, act))
                    .compose(audited -> details(transaction, name)))
        .map(Objects::requireNonNull);
  }

  private static Future<Void> requireOpen(boolean open) {
    return open
        ? Future.succeededFuture()
        : failed(ProblemType.ALERT_CLOSED, "The alert has been closed.");
  }

  private static Future<Row> single(Name name, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(rows.iterator().next())
        : failed(ProblemType.ALERT_NOT_FOUND, "There is no alert '" + name.id() + "'.");
  }

  private static List<AlertDocument> documents(RowSet<Row> rows) {
    List<AlertDocument> documents = new ArrayList<>(rows.size());
    rows.forEach(row -> documents.add(PgAlertQuery.document(row)));
    return documents;
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }
}
