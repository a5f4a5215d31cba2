package dev.fairlead.registry.devicetype;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.TypeChange;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgRoom;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The table of types. Whoever changes one says so on the bus in the same transaction.
final class PgDeviceTypes {

  /// How many types a tenant may have.
  private static final PgRoom ROOM =
      new PgRoom("device_type_definition", 1_000, "types of devices");

  private static final String SUMMARY =
      "type, title, description, parts, version, updated_at, updated_by";
  private static final String COLUMNS = SUMMARY + ", revision, schemas::text as schemas";

  private final Pool pool;
  private final PgOutbox outbox;

  PgDeviceTypes(Pool pool, PgOutbox outbox) {
    this.pool = pool;
    this.outbox = outbox;
  }

  /// What a type is to be like.
  ///
  /// @param schemas known to be right
  record Edit(
      String type,
      Optional<String> title,
      Optional<String> description,
      ObjectNode schemas,
      Instant at,
      String by) {}

  /// Types of a tenant in the order of their names.
  ///
  /// @param after the name before the first
  Future<List<DeviceTypeDocument.Summary>> list(
      TenantId tenant, Optional<String> after, int limit) {
    return pool.preparedQuery(
            "select "
                + SUMMARY
                + " from device_type_definition where tenant = $1 and type > $2 order by type limit $3")
        .execute(Tuple.of(tenant.value(), after.orElse(""), limit))
        .map(
            rows -> {
              List<DeviceTypeDocument.Summary> found = new ArrayList<>(rows.size());
              rows.forEach(row -> found.add(summary(row)));
              return found;
            });
  }

  /// A type.
  ///
  /// @return fails with the problem `device-type-not-found`
  Future<DeviceTypeDocument> get(TenantId tenant, String type) {
    return pool.preparedQuery(
            "select " + COLUMNS + " from device_type_definition where tenant = $1 and type = $2")
        .execute(Tuple.of(tenant.value(), type))
        .compose(rows -> rows.size() == 1 ? Future.succeededFuture(single(rows)) : notFound(type))
        .map(PgDeviceTypes::document);
  }

  /// Defines a type, in the place of the one that is there; the same again changes nothing.
  ///
  /// @param expected the version that must be there, 0 for none
  /// @return fails with the problems `version-conflict`, `quota-exceeded` and `tenant-not-found`
  Future<DeviceTypeDocument> put(TenantId tenant, Edit edit, OptionalLong expected, Act act) {
    return PgTenants.required(
            tenant,
            pool.withTransaction(
                transaction ->
                    lock(transaction, tenant, edit.type())
                        .compose(before -> put(transaction, tenant, edit, expected, before))
                        .compose(after -> PgAudit.append(transaction, act).map(document(after)))))
        .onSuccess(stored -> outbox.poke())
        .map(Objects::requireNonNull);
  }

  private static Future<Row> put(
      SqlConnection transaction,
      TenantId tenant,
      Edit edit,
      OptionalLong expected,
      Optional<Row> before) {
    long version = before.map(row -> row.getLong("version")).orElse(0L);
    if (expected.isPresent() && expected.getAsLong() != version) {
      return conflict(version);
    }
    if (before.isPresent() && isSame(document(before.get()), edit)) {
      return Future.succeededFuture(before.get());
    }
    Future<RowSet<Row>> written =
        before.isPresent()
            ? update(transaction, tenant, edit)
            : ROOM.check(transaction, tenant).compose(room -> insert(transaction, tenant, edit));
    return written
        .compose(
            rows -> rows.size() == 1 ? Future.succeededFuture(single(rows)) : conflict(version + 1))
        .compose(row -> PgOutbox.append(transaction, message(tenant, row).toRecord()).map(row));
  }

  private static Future<Optional<Row>> lock(
      SqlConnection transaction, TenantId tenant, String type) {
    return transaction
        .preparedQuery(
            "select "
                + COLUMNS
                + " from device_type_definition where tenant = $1 and type = $2 for update")
        .execute(Tuple.of(tenant.value(), type))
        .map(rows -> rows.size() == 0 ? Optional.empty() : Optional.of(single(rows)));
  }

  private static boolean isSame(DeviceTypeDocument stored, Edit edit) {
    return stored.summary().title().equals(edit.title())
        && stored.summary().description().equals(edit.description())
        && stored.schemas().equals(edit.schemas());
  }

  private static Future<RowSet<Row>> update(SqlConnection transaction, TenantId tenant, Edit edit) {
    return transaction
        .preparedQuery(
            """
            update device_type_definition
            set title = $3, description = $4, schemas = $5::text::json, parts = $6,
              updated_at = $7, updated_by = $8, version = version + 1,
              revision = nextval('device_type_revision')
            where tenant = $1 and type = $2
            returning\s"""
                + COLUMNS)
        .execute(tuple(tenant, edit));
  }

  /// Two may make the same type at once; the second finds none made by itself.
  private static Future<RowSet<Row>> insert(SqlConnection transaction, TenantId tenant, Edit edit) {
    return transaction
        .preparedQuery(
            """
            insert into device_type_definition
              (tenant, type, title, description, schemas, parts, updated_at, updated_by)
            values ($1, $2, $3, $4, $5::text::json, $6, $7, $8)
            on conflict (tenant, type) do nothing
            returning\s"""
                + COLUMNS)
        .execute(tuple(tenant, edit));
  }

  /// Deletes a type.
  ///
  /// @param at for the record on the bus
  /// @return fails with the problem `device-type-not-found`
  Future<Void> delete(TenantId tenant, String type, Instant at, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        "delete from device_type_definition where tenant = $1 and type = $2")
                    .execute(Tuple.of(tenant.value(), type))
                    .compose(
                        rows -> rows.rowCount() == 1 ? Future.succeededFuture() : notFound(type))
                    .compose(
                        nothing ->
                            PgOutbox.append(
                                transaction,
                                new TypeChange.Deleted(tenant, type, at.toEpochMilli()).toRecord()))
                    .compose(said -> PgAudit.append(transaction, act)))
        .onSuccess(deleted -> outbox.poke())
        .mapEmpty();
  }

  private static TypeChange message(TenantId tenant, Row row) {
    return new TypeChange.Defined(
        tenant,
        row.getString("type"),
        row.getLong("revision"),
        row.getLong("version"),
        row.getString("schemas"),
        row.getOffsetDateTime("updated_at").toInstant().toEpochMilli());
  }

  private static <T extends @Nullable Object> Future<T> notFound(String type) {
    return Future.failedFuture(
        new ProblemException(
            ProblemType.DEVICE_TYPE_NOT_FOUND, "There is no device type '" + type + "'."));
  }

  private static <T> Future<T> conflict(long version) {
    return Future.failedFuture(
        new ProblemException(
            ProblemType.VERSION_CONFLICT, "The device type is at version " + version + "."));
  }

  private static Row single(RowSet<Row> rows) {
    return Objects.requireNonNull(rows.iterator().next());
  }

  private static Tuple tuple(TenantId tenant, Edit edit) {
    List<String> parts = new ArrayList<>();
    edit.schemas().fieldNames().forEachRemaining(parts::add);
    return Tuple.tuple()
        .addString(tenant.value())
        .addString(edit.type())
        .addString(edit.title().orElse(null))
        .addString(edit.description().orElse(null))
        .addString(edit.schemas().toString())
        .addArrayOfString(parts.stream().sorted().toArray(String[]::new))
        .addOffsetDateTime(PgColumns.parameter(edit.at()))
        .addString(edit.by());
  }

  private static DeviceTypeDocument document(Row row) {
    return new DeviceTypeDocument(
        summary(row),
        Json.read(row.getString("schemas").getBytes(StandardCharsets.UTF_8), ObjectNode.class));
  }

  private static DeviceTypeDocument.Summary summary(Row row) {
    return new DeviceTypeDocument.Summary(
        row.getString("type"),
        PgColumns.text(row, "title"),
        PgColumns.text(row, "description"),
        List.of(row.getArrayOfStrings("parts")),
        row.getLong("version"),
        row.getOffsetDateTime("updated_at").toInstant(),
        row.getString("updated_by"));
  }
}
