package dev.fairlead.registry.enrolment;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.device.DeviceDescription;
import dev.fairlead.registry.device.DeviceRoutes;
import dev.fairlead.registry.device.PgNewDevice;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// What is done for a device that asks by a provisioning key: one transaction, which either counts
/// a use and makes a device or an enrolment, or does nothing.
final class PgApplications {

  private static final String SERIAL = "serial";

  private final Pool pool;
  private final DeviceTokens tokens;
  private final PgClaims claims;
  private final EnrolmentSettings settings;

  PgApplications(Pool pool, DeviceTokens tokens, PgClaims claims, EnrolmentSettings settings) {
    this.pool = pool;
    this.tokens = tokens;
    this.claims = claims;
    this.settings = settings;
  }

  /// Everything about one request.
  private record Request(
      SqlConnection transaction,
      Applicant applicant,
      PgProvisioningKeys.Presented key,
      DeviceKey device,
      Instant now,
      Act act) {

    DeviceDescription description() {
      Map<String, String> tags = new TreeMap<>(key.tags());
      applicant.serial().ifPresent(serial -> tags.putIfAbsent(SERIAL, serial));
      return new DeviceDescription(applicant.name(), key.type().or(applicant::type), tags);
    }
  }

  /// Does what the provisioning key allows.
  ///
  /// @param act for the audit, which is told the id of the key
  /// @return fails with the problems `unauthorized`, `enrolment-refused`, `device-exists`,
  ///     `enrolment-pending` and `quota-exceeded`
  Future<Enrolled> apply(Applicant applicant, Instant now, Act act) {
    return pool.withTransaction(transaction -> apply(transaction, applicant, now, act))
        .map(Objects::requireNonNull);
  }

  private Future<Enrolled> apply(
      SqlConnection transaction, Applicant applicant, Instant now, Act act) {
    return PgProvisioningKeys.presented(transaction, applicant.key())
        .compose(
            found -> {
              found.ifPresent(key -> act.by(key.tenant().value(), key.id(), PgClaims.ROLE));
              return found
                  .filter(key -> key.isGood(now))
                  .map(
                      key ->
                          apply(
                              new Request(
                                  transaction,
                                  applicant,
                                  key,
                                  device(key.tenant(), applicant),
                                  now,
                                  act)))
                  .orElseGet(
                      () ->
                          failed(
                              ProblemType.UNAUTHORIZED,
                              "The provisioning key is not valid, or not any more."));
            });
  }

  private static DeviceKey device(TenantId tenant, Applicant applicant) {
    return new DeviceKey(
        tenant, new DeviceId(applicant.id().orElseGet(() -> UUID.randomUUID().toString())));
  }

  private Future<Enrolled> apply(Request request) {
    return repeated(request)
        .compose(
            known ->
                known
                    .<Future<Enrolled>>map(Future::succeededFuture)
                    .orElseGet(() -> applyAnew(request)));
  }

  private Future<Optional<Enrolled>> repeated(Request request) {
    return request
        .applicant()
        .secret()
        .map(
            secret ->
                claims.repeated(
                    request.transaction(),
                    request.device(),
                    request.key().id(),
                    secret,
                    request.now(),
                    request.act()))
        .orElseGet(() -> Future.succeededFuture(Optional.empty()));
  }

  private Future<Enrolled> applyAnew(Request request) {
    Applicant applicant = request.applicant();
    if (!request
        .key()
        .rule()
        .map(rule -> rule.fits(applicant.id(), applicant.type()))
        .orElse(true)) {
      return failed(
          ProblemType.ENROLMENT_REFUSED,
          "The rule of the provisioning key does not fit the device.");
    }
    return PgProvisioningKeys.use(request.transaction(), request.key().id(), request.now())
        .compose(
            nothing ->
                switch (request.key().accept()) {
                  case ALWAYS, BY_RULE -> admit(request);
                  case BY_HAND -> ask(request);
                });
  }

  private Future<Enrolled> admit(Request request) {
    SqlConnection transaction = request.transaction();
    DeviceTokens.Plan token = tokens.plan(request.now());
    return PgNewDevice.insert(
            transaction, request.device(), request.description(), token, request.now())
        .compose(generation -> keepForRepetition(request, generation).map(generation))
        .compose(
            generation ->
                PgAudit.append(
                        transaction, request.act(), DeviceRoutes.PATH + request.device().device())
                    .map(
                        outboxId ->
                            new Enrolled.Accepted(request.device(), generation, token, outboxId)));
  }

  /// Only a device that chose the secret itself can come again with it.
  private static Future<Void> keepForRepetition(Request request, long generation) {
    return request
        .applicant()
        .secret()
        .map(
            secret ->
                PgEnrolmentRows.insert(
                    request.transaction(),
                    row(
                        request,
                        secret,
                        Optional.of(generation),
                        request.now().plus(EnrolmentSettings.CLAIM_WINDOW))))
        .orElseGet(Future::succeededFuture);
  }

  private static PgEnrolmentRows.NewRow row(
      Request request, EnrolmentSecret secret, Optional<Long> generation, Instant expiresAt) {
    return new PgEnrolmentRows.NewRow(
        UUID.randomUUID().toString(),
        request.device(),
        request.key().id(),
        secret,
        request.description(),
        request.applicant().serial(),
        request.applicant().address(),
        request.now(),
        generation,
        expiresAt);
  }

  private Future<Enrolled> ask(Request request) {
    SqlConnection transaction = request.transaction();
    EnrolmentSecret secret = request.applicant().secret().orElseGet(EnrolmentSecret::claim);
    PgEnrolmentRows.NewRow row =
        row(request, secret, Optional.empty(), request.now().plus(settings.kept()));
    return PgNewDevice.requireFree(transaction, request.device())
        .compose(nothing -> forgetExpired(request))
        .compose(nothing -> checkRoom(request))
        .compose(nothing -> PgEnrolmentRows.insert(transaction, row))
        .compose(
            nothing -> PgAudit.append(transaction, request.act(), EnrolmentRoutes.PATH + row.id()))
        .map(outboxId -> new Enrolled.Pending(request.device(), row.id(), Optional.of(secret)));
  }

  /// An enrolment that has expired, and was not removed yet, is in nobody's way.
  private static Future<Void> forgetExpired(Request request) {
    return request
        .transaction()
        .preparedQuery(
            "delete from enrolment where tenant = $1 and device_id = $2 and expires_at <= $3")
        .execute(
            Tuple.of(
                request.device().tenant().value(),
                request.device().device().value(),
                PgColumns.parameter(request.now())))
        .mapEmpty();
  }

  /// The tenant is locked, so that nobody else adds one meanwhile.
  private Future<Void> checkRoom(Request request) {
    return request
        .transaction()
        .preparedQuery(
            """
            select count(*) as waiting, count(*) filter (where device_id = $2) as same
            from enrolment
            where tenant = $1 and state = 'pending' and expires_at > $3
            """)
        .execute(
            Tuple.of(
                request.device().tenant().value(),
                request.device().device().value(),
                PgColumns.parameter(request.now())))
        .map(rows -> rows.iterator().next())
        .compose(
            row -> {
              if (row.getLong("same") > 0) {
                return failed(
                    ProblemType.ENROLMENT_PENDING,
                    "An enrolment of '" + request.device().device() + "' waits already.");
              }
              return row.getLong("waiting") < settings.pendingMax()
                  ? Future.succeededFuture()
                  : failed(
                      ProblemType.QUOTA_EXCEEDED,
                      "Too many enrolments wait for a person at the moment.");
            });
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }
}
