package dev.fairlead.registry.enrolment;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.device.DeviceRoutes;
import dev.fairlead.registry.device.PgNewDevice;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What people see of the enrolments of their tenant, and what they decide.
final class PgDecisions {

  private static final OffsetDateTime BEGINNING = Instant.EPOCH.atOffset(ZoneOffset.UTC);

  private final Pool pool;
  private final DeviceTokens tokens;
  private final EnrolmentSettings settings;

  PgDecisions(Pool pool, DeviceTokens tokens, EnrolmentSettings settings) {
    this.pool = pool;
    this.tokens = tokens;
    this.settings = settings;
  }

  /// Where an enrolment stands in the list.
  record Position(Instant requestedAt, String id) {}

  /// Enrolments of a tenant in one state, the oldest first.
  ///
  /// @param after the one before the first
  Future<List<EnrolmentDocument>> list(
      TenantId tenant, String state, Optional<Position> after, Instant now, int limit) {
    return pool.preparedQuery(
            "select "
                + PgEnrolmentRows.COLUMNS
                + """
                from enrolment
                where tenant = $1 and state = $2 and expires_at > $3
                  and (requested_at, id) > ($4, $5)
                order by requested_at, id
                limit $6
                """)
        .execute(
            Tuple.of(
                tenant.value(),
                state,
                PgColumns.parameter(now),
                after
                    .map(position -> PgColumns.parameter(position.requestedAt()))
                    .orElse(BEGINNING),
                after.map(Position::id).orElse(""),
                limit))
        .map(
            rows -> {
              List<EnrolmentDocument> enrolments = new ArrayList<>(rows.size());
              rows.forEach(row -> enrolments.add(PgEnrolmentRows.document(row)));
              return enrolments;
            });
  }

  /// An enrolment.
  ///
  /// @return fails with the problem `enrolment-not-found`
  Future<EnrolmentDocument> get(TenantId tenant, String id, Instant now) {
    return pool.preparedQuery(
            "select "
                + PgEnrolmentRows.COLUMNS
                + "from enrolment where tenant = $1 and id = $2 and expires_at > $3")
        .execute(Tuple.of(tenant.value(), id, PgColumns.parameter(now)))
        .compose(rows -> PgEnrolmentRows.single(rows, none(id)))
        .map(PgEnrolmentRows::document);
  }

  /// What was decided.
  ///
  /// @param outboxId the place in the outbox of what was said last
  record Decided(EnrolmentDocument enrolment, long outboxId) {}

  /// Makes the device.
  ///
  /// @param by the id of the key or person
  /// @param act for the audit
  /// @return fails with the problems `enrolment-not-found`, `enrolment-final` and `device-exists`
  Future<Decided> accept(TenantId tenant, String id, String by, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                pending(transaction, tenant, id, now)
                    .compose(row -> admit(transaction, row, by, now, act)))
        .map(Objects::requireNonNull);
  }

  private Future<Decided> admit(
      SqlConnection transaction, Row row, String by, Instant now, Act act) {
    DeviceKey device = PgColumns.key(row);
    return PgNewDevice.insert(
            transaction, device, PgEnrolmentRows.description(row), tokens.plan(now), now)
        .compose(
            generation ->
                decide(
                    transaction,
                    row.getString("id"),
                    PgEnrolmentRows.ACCEPTED,
                    generation,
                    by,
                    now))
        .compose(
            document ->
                PgAudit.append(transaction, act, DeviceRoutes.PATH + device.device())
                    .map(outboxId -> new Decided(document, outboxId)));
  }

  /// Turns the device away.
  ///
  /// @param by the id of the key or person
  /// @param act for the audit
  /// @return fails with the problems `enrolment-not-found` and `enrolment-final`
  Future<EnrolmentDocument> reject(TenantId tenant, String id, String by, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                pending(transaction, tenant, id, now)
                    .compose(
                        row -> decide(transaction, id, PgEnrolmentRows.REJECTED, null, by, now))
                    .compose(document -> PgAudit.append(transaction, act).map(document)))
        .map(Objects::requireNonNull);
  }

  private static Future<Row> pending(
      SqlConnection transaction, TenantId tenant, String id, Instant now) {
    return transaction
        .preparedQuery(
            """
            select id, tenant, device_id, state, name, type, tags::text as tags
            from enrolment
            where tenant = $1 and id = $2 and expires_at > $3
            for update
            """)
        .execute(Tuple.of(tenant.value(), id, PgColumns.parameter(now)))
        .compose(rows -> PgEnrolmentRows.single(rows, none(id)))
        .compose(
            row ->
                row.getString("state").equals(PgEnrolmentRows.PENDING)
                    ? Future.succeededFuture(row)
                    : Future.failedFuture(
                        new ProblemException(
                            ProblemType.ENROLMENT_FINAL,
                            "The enrolment was " + row.getString("state") + " before.")));
  }

  private Future<EnrolmentDocument> decide(
      SqlConnection transaction,
      String id,
      String state,
      @Nullable Long generation,
      String by,
      Instant now) {
    return transaction
        .preparedQuery(
            """
            update enrolment
            set state = $2, generation = $3, decided_by = $4, decided_at = $5, expires_at = $6
            where id = $1
            returning
            """
                + PgEnrolmentRows.COLUMNS)
        .execute(
            Tuple.of(
                id,
                state,
                generation,
                by,
                PgColumns.parameter(now),
                PgColumns.parameter(now.plus(settings.kept()))))
        .map(rows -> PgEnrolmentRows.document(rows.iterator().next()));
  }

  private static String none(String id) {
    return "There is no enrolment '" + id + "', or none any more.";
  }
}
