package dev.fairlead.registry.enrolment;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.credential.PgCredentials;
import dev.fairlead.registry.device.DeviceRoutes;
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
import java.util.Objects;
import java.util.Optional;

/// What a device is given that comes again with its claim secret.
final class PgClaims {

  /// What the audit calls the role of a device that acts by a provisioning key.
  static final String ROLE = "provisioning";

  private static final String NONE =
      "There is no enrolment with this id and secret, or it is over: begin again.";

  private final Pool pool;
  private final DeviceTokens tokens;

  PgClaims(Pool pool, DeviceTokens tokens) {
    this.pool = pool;
    this.tokens = tokens;
  }

  /// What has become of an enrolment.
  ///
  /// @param act for the audit
  /// @return fails with the problems `enrolment-not-found`, `enrolment-refused` for one that was
  ///     rejected, and `unauthorized` when the tenant is suspended
  Future<Enrolled> claim(String id, EnrolmentSecret secret, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        select enrolment.id, tenant, device_id, provisioning_key, state,
                               claimed_at, generation, suspended
                        from enrolment join tenant on tenant.id = enrolment.tenant
                        where enrolment.id = $1 and claim_sha256 = $2 and expires_at > $3
                        for update of enrolment
                        """)
                    .execute(Tuple.of(id, secret.fingerprint(), PgColumns.parameter(now)))
                    .compose(rows -> PgEnrolmentRows.single(rows, NONE))
                    .compose(row -> answer(transaction, row, now, act)))
        .map(Objects::requireNonNull);
  }

  private Future<Enrolled> answer(SqlConnection transaction, Row row, Instant now, Act act) {
    act.by(row.getString("tenant"), row.getString("provisioning_key"), ROLE);
    return row.getBoolean("suspended")
        ? Future.failedFuture(
            new ProblemException(ProblemType.UNAUTHORIZED, "The tenant is suspended."))
        : outcome(transaction, row, now, act);
  }

  /// The same for a device that repeats its first request, word for word, since it never had the
  /// answer.
  ///
  /// @param key the id of the provisioning key
  /// @return empty if there was no such request
  Future<Optional<Enrolled>> repeated(
      SqlConnection transaction,
      DeviceKey device,
      String key,
      EnrolmentSecret secret,
      Instant now,
      Act act) {
    return transaction
        .preparedQuery(
            """
            select id, tenant, device_id, state, claimed_at, generation
            from enrolment
            where tenant = $1 and device_id = $2 and claim_sha256 = $3 and provisioning_key = $4
              and expires_at > $5
            order by requested_at desc limit 1
            for update
            """)
        .execute(
            Tuple.of(
                device.tenant().value(),
                device.device().value(),
                secret.fingerprint(),
                key,
                PgColumns.parameter(now)))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.succeededFuture(Optional.empty())
                    : outcome(transaction, rows.iterator().next(), now, act).map(Optional::of));
  }

  private Future<Enrolled> outcome(SqlConnection transaction, Row row, Instant now, Act act) {
    return switch (row.getString("state")) {
      case PgEnrolmentRows.ACCEPTED -> handOut(transaction, row, now, act);
      case PgEnrolmentRows.REJECTED ->
          Future.failedFuture(
              new ProblemException(ProblemType.ENROLMENT_REFUSED, "The enrolment was rejected."));
      default -> {
        act.changedNothing();
        yield Future.succeededFuture(
            new Enrolled.Pending(PgColumns.key(row), row.getString("id"), Optional.empty()));
      }
    };
  }

  /// Hands the token out, if the device is still the one that was accepted: one that was deleted,
  /// and maybe made again, or whose credentials were revoked, has a higher generation.
  private Future<Enrolled> handOut(SqlConnection transaction, Row row, Instant now, Act act) {
    DeviceKey device = PgColumns.key(row);
    Optional<Instant> before = PgColumns.time(row, "claimed_at");
    DeviceTokens.Plan token = tokens.plan(before.orElse(now));
    long accepted = row.getLong("generation");
    return PgCredentials.generation(transaction, device, token)
        .compose(
            generation ->
                generation == accepted
                    ? Future.<Void>succeededFuture()
                    : PgEnrolmentRows.<Void>notFound(NONE))
        .compose(
            nothing ->
                before.isPresent()
                    ? Future.<Void>succeededFuture()
                    : markClaimed(transaction, row.getString("id"), now))
        .compose(nothing -> PgAudit.append(transaction, act, DeviceRoutes.PATH + device.device()))
        .map(outboxId -> new Enrolled.Accepted(device, accepted, token, outboxId));
  }

  private static Future<Void> markClaimed(SqlConnection transaction, String id, Instant now) {
    return transaction
        .preparedQuery("update enrolment set claimed_at = $2, expires_at = $3 where id = $1")
        .execute(
            Tuple.of(
                id,
                PgColumns.parameter(now),
                PgColumns.parameter(now.plus(EnrolmentSettings.CLAIM_WINDOW))))
        .mapEmpty();
  }
}
