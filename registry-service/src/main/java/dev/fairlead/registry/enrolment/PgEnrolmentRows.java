package dev.fairlead.registry.enrolment;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.device.DeviceDescription;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// Rows of enrolments. One that has expired counts as gone.
final class PgEnrolmentRows {

  static final String PENDING = "pending";
  static final String ACCEPTED = "accepted";
  static final String REJECTED = "rejected";

  /// The columns of [#document].
  static final String COLUMNS =
      """
      enrolment.id, device_id, enrolment.name, type, serial, state, provisioning_key, address,
      requested_at, decided_at, decided_by, claimed_at, expires_at
      """;

  private PgEnrolmentRows() {}

  /// An enrolment that is to be kept.
  ///
  /// @param description of the device that is made or to be made
  /// @param generation of the credentials of the device, if it was made at once
  record NewRow(
      String id,
      DeviceKey device,
      String provisioningKey,
      EnrolmentSecret secret,
      DeviceDescription description,
      Optional<String> serial,
      String address,
      Instant requestedAt,
      Optional<Long> generation,
      Instant expiresAt) {}

  static Future<Void> insert(SqlConnection transaction, NewRow row) {
    Object requestedAt = PgColumns.parameter(row.requestedAt());
    boolean accepted = row.generation().isPresent();
    return transaction
        .preparedQuery(
            """
            insert into enrolment
              (id, tenant, device_id, provisioning_key, claim_sha256, state, name, type, tags,
               serial, address, requested_at, decided_at, decided_by, claimed_at, generation,
               expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb,
                    $10, $11, $12, $13, $14, $15, $16, $17)
            """)
        .execute(
            Tuple.from(
                Arrays.asList(
                    row.id(),
                    row.device().tenant().value(),
                    row.device().device().value(),
                    row.provisioningKey(),
                    row.secret().fingerprint(),
                    accepted ? ACCEPTED : PENDING,
                    row.description().name().orElse(null),
                    row.description().type().orElse(null),
                    PgJson.text(row.description().tags()),
                    row.serial().orElse(null),
                    row.address(),
                    requestedAt,
                    accepted ? requestedAt : null,
                    accepted ? row.provisioningKey() : null,
                    accepted ? requestedAt : null,
                    row.generation().orElse(null),
                    PgColumns.parameter(row.expiresAt()))))
        .mapEmpty();
  }

  static Future<Row> single(RowSet<Row> rows, String otherwise) {
    return rows.size() == 1 ? Future.succeededFuture(rows.iterator().next()) : notFound(otherwise);
  }

  static <T> Future<T> notFound(String detail) {
    return Future.failedFuture(new ProblemException(ProblemType.ENROLMENT_NOT_FOUND, detail));
  }

  static EnrolmentDocument document(Row row) {
    return new EnrolmentDocument(
        row.getString("id"),
        row.getString("device_id"),
        PgColumns.text(row, "name"),
        PgColumns.text(row, "type"),
        PgColumns.text(row, "serial"),
        row.getString("state"),
        row.getString("provisioning_key"),
        row.getString("address"),
        PgColumns.time(row, "requested_at").orElseThrow(),
        PgColumns.time(row, "decided_at"),
        PgColumns.text(row, "decided_by"),
        PgColumns.time(row, "claimed_at"),
        PgColumns.time(row, "expires_at").orElseThrow());
  }

  /// The device that is to be made of a row.
  static DeviceDescription description(Row row) {
    return new DeviceDescription(
        PgColumns.text(row, "name"), PgColumns.text(row, "type"), PgJson.tags(row));
  }
}
