package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.schema.SchemaProblems;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.ChangeKind;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.devicetype.PgTypeSchemas;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.tracing.TraceContext;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/// Twins in PostgreSQL, as people and programs read and change them.
final class PgTwins {

  private final Pool pool;
  private final PgDesiredMail mail;
  private final PgTypeSchemas schemas;

  PgTwins(Pool pool, PgDesiredMail mail, PgTypeSchemas schemas) {
    this.pool = pool;
    this.mail = mail;
    this.schemas = schemas;
  }

  /// The twin of a device.
  ///
  /// @return fails with the problem `device-not-found`
  Future<TwinDocument> get(DeviceKey device) {
    return pool.preparedQuery(
            "select "
                + PgDesired.COLUMNS
                + """
                , reported.document::text as reported, reported.version as reported_version,
                  reported.changed_at
                from reported
                left join desired using (tenant, device_id)
                where tenant = $1 and device_id = $2
                """)
        .execute(key(device))
        .compose(rows -> single(device, rows))
        .map(
            row ->
                new TwinDocument(
                    TwinDocument.DesiredPart.of(PgDesired.desired(row)),
                    new TwinDocument.ReportedPart(
                        PgDesired.json(row.getString("reported")),
                        row.getLong("reported_version"),
                        PgColumns.time(row, "changed_at"))));
  }

  /// Changes the desired document, and sends the change to the device, if that is connected.
  ///
  /// @param change may throw problems
  /// @param expected the version that must be there
  /// @param act for the audit
  /// @return fails with the problems `device-not-found`, `version-conflict` and
  ///     `schema-violation`, and with those of the change
  Future<Void> change(
      DeviceKey device,
      UnaryOperator<ObjectNode> change,
      OptionalLong expected,
      Instant now,
      Act act) {
    return pool.withTransaction(
            transaction ->
                lockDevice(transaction, device)
                    .compose(nothing -> PgDesired.lock(transaction, device))
                    .compose(before -> expect(expected, before))
                    .compose(
                        before -> {
                          Desired after = before.changed(change.apply(before.document()), now);
                          return check(transaction, device, after.document())
                              .compose(
                                  nothing ->
                                      write(transaction, device, before, after, now, act.trace()));
                        })
                    .compose(nothing -> PgAudit.append(transaction, act)))
        .onSuccess(id -> mail.committed())
        .mapEmpty();
  }

  private Future<Void> check(SqlConnection transaction, DeviceKey device, ObjectNode document) {
    return schemas
        .of(transaction, List.of(device), PgTypeSchemas.Part.DESIRED)
        .compose(
            found ->
                found.isEmpty()
                    ? Future.succeededFuture(List.<Violation>of())
                    : schemas.work(() -> violations(found.values(), document)))
        .compose(
            violations ->
                violations.isEmpty()
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        SchemaProblems.violation("The desired document", violations)));
  }

  private static List<Violation> violations(Collection<TypeSchemas> types, ObjectNode document) {
    return types.stream()
        .flatMap(type -> TypeSchemas.check(type.desired(), document).stream())
        .toList();
  }

  private Future<Void> write(
      SqlConnection transaction,
      DeviceKey device,
      Desired before,
      Desired after,
      Instant now,
      Optional<TraceContext> trace) {
    return after.version() == before.version()
        ? Future.succeededFuture()
        : mail.send(transaction, Map.of(device, after), trace)
            .compose(
                sent -> PgChanges.append(transaction, List.of(told(device, before, after, now))));
  }

  /// Keeps the device from being deleted, and from connecting unseen: whoever writes its presence
  /// after this finds the change that this transaction makes.
  private static Future<Void> lockDevice(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery("select id from device where tenant = $1 and id = $2 for key share")
        .execute(key(device))
        .compose(rows -> single(device, rows))
        .compose(
            row ->
                transaction
                    .preparedQuery(
                        """
                        select device_id from presence
                        where tenant = $1 and device_id = $2
                        for share
                        """)
                    .execute(key(device)))
        .mapEmpty();
  }

  private static Change told(DeviceKey device, Desired before, Desired after, Instant now) {
    ObjectNode data = DocumentChange.data(before.document(), after.document());
    return Change.of(device, ChangeKind.DEVICE_DESIRED, now, data.put("version", after.version()));
  }

  private static Future<Desired> expect(OptionalLong expected, Desired before) {
    return expected.isEmpty() || expected.getAsLong() == before.version()
        ? Future.succeededFuture(before)
        : Future.failedFuture(
            new ProblemException(
                ProblemType.VERSION_CONFLICT,
                "The desired document is at version " + before.version() + "."));
  }

  private static Tuple key(DeviceKey device) {
    return Tuple.of(device.tenant().value(), device.device().value());
  }

  private static Future<Row> single(DeviceKey device, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(Objects.requireNonNull(rows.iterator().next()))
        : Future.failedFuture(
            new ProblemException(
                ProblemType.DEVICE_NOT_FOUND, "There is no device '" + device.device() + "'."));
  }
}
