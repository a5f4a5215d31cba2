package dev.fairlead.registry.certificate;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.credential.PgCredentials;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.AuditEntry;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers devices that ask for their next certificate over the live connection. Each request is
/// judged, used, written down in the audit and answered in one transaction; the same request asked
/// again brings the same certificate.
public final class PgRenewals {

  private static final Logger log = LoggerFactory.getLogger(PgRenewals.class);

  private static final String ACTION = "renewCertificate";
  private static final String ROLE = "device";
  private static final String SERVICE = "registry";

  private final PgCertificates certificates;
  private final Duration lifetime;
  private final PgOutbox outbox;
  private final MeterRegistry meters;

  /// @param lifetime how long a certificate is good
  /// @param outbox of the same database
  public PgRenewals(
      PgCertificates certificates, Duration lifetime, PgOutbox outbox, MeterRegistry meters) {
    this.certificates = certificates;
    this.lifetime = lifetime;
    this.outbox = outbox;
    this.meters = meters;
  }

  /// Answers requests. Counts them as `registry.certificates.renewals`, tagged with `succeeded` or
  /// the problem that an answer names.
  public Future<Void> answer(SqlConnection transaction, List<RenewalRequest> requests) {
    // In the order of locks; those of one device stay as they came.
    List<RenewalRequest> sorted =
        requests.stream()
            .sorted(Comparator.comparing(RenewalRequest::device, PgColumns.LOCK_ORDER))
            .toList();
    Future<Void> answered = Future.succeededFuture();
    for (RenewalRequest request : sorted) {
      answered = answered.compose(nothing -> answer(transaction, request));
    }
    return answered;
  }

  /// The answers are in the outbox for good.
  public void committed() {
    outbox.poke();
  }

  private Future<Void> answer(SqlConnection transaction, RenewalRequest request) {
    return issued(transaction, request)
        .compose(certificate -> granted(transaction, request, certificate))
        .recover(
            cause ->
                reason(cause)
                    .map(problem -> refused(transaction, request, problem))
                    .orElseGet(() -> Future.failedFuture(cause)));
  }

  /// What a failure is to the device; empty for one of the database, after which nothing can be
  /// written in this transaction any more.
  private static Optional<ProblemType> reason(Throwable cause) {
    return switch (cause) {
      case ProblemException expected -> Optional.of(expected.problem().type());
      // Held against the request, since it would hold up all events behind it.
      case IllegalStateException e -> {
        log.atError().setCause(e).log("a certificate could not be issued");
        yield Optional.of(ProblemType.UNAVAILABLE);
      }
      default -> Optional.empty();
    };
  }

  /// @param fingerprint of the certificate
  private record Granted(String fingerprint, String pem) {}

  private Future<Granted> issued(SqlConnection transaction, RenewalRequest request) {
    Instant until = PgCertificates.end(request.at(), lifetime);
    return PgCertificates.requireDevice(transaction, request.device(), "for key share")
        .compose(nothing -> requireStanding(transaction, request))
        .map(nothing -> SigningRequest.of(request.pem()))
        .compose(
            csr ->
                PgCredentials.certificateGeneration(transaction, request.device(), until)
                    .compose(
                        generation ->
                            issued(
                                transaction,
                                request,
                                new PgCertificates.Order(
                                    csr.key(),
                                    generation,
                                    request.at(),
                                    until,
                                    Optional.of(csr.sha256())))));
  }

  private Future<Granted> issued(
      SqlConnection transaction, RenewalRequest request, PgCertificates.Order order) {
    return before(transaction, request, order)
        .compose(
            before ->
                before.isPresent()
                    ? Future.succeededFuture(before.get())
                    : certificates
                        .issue(transaction, request.device(), order)
                        .map(
                            issue ->
                                new Granted(
                                    issue.issued().document().fingerprint(),
                                    issue.issued().certificate())));
  }

  /// Fails with the problem `forbidden` where the device or its tenant is shut out, and
  /// `unauthorized` where the certificate that opened the session is not good, or not the device's.
  private static Future<Void> requireStanding(SqlConnection transaction, RenewalRequest request) {
    return transaction
        .preparedQuery(
            """
            select suspended,
              exists(
                select 1 from device_block where tenant = $1 and device_id = $2
              ) as blocked,
              exists(
                select 1 from certificate
                join credential using (tenant, device_id)
                join certificate_authority
                  on certificate_authority.tenant = certificate.tenant
                  and certificate_authority.fingerprint = authority
                where certificate.tenant = $1 and certificate.device_id = $2
                  and certificate.fingerprint = $3 and revoked_at is null
                  and certificate.generation >= credential.generation
                  and certificate.not_after > $4
              ) as good
            from tenant where id = $1
            """)
        .execute(
            Tuple.of(
                request.device().tenant().value(),
                request.device().device().value(),
                request.certificate(),
                PgColumns.parameter(request.at())))
        .compose(
            rows -> {
              Row row = rows.iterator().next();
              if (row.getBoolean("suspended") || row.getBoolean("blocked")) {
                return failed(ProblemType.FORBIDDEN, "The device is shut out.");
              }
              return row.getBoolean("good")
                  ? Future.succeededFuture()
                  : failed(ProblemType.UNAUTHORIZED, "The certificate of the session is not good.");
            });
  }

  /// What the same request was answered with before. Where that is not good any more, the device
  /// needs another key.
  private static Future<Optional<Granted>> before(
      SqlConnection transaction, RenewalRequest request, PgCertificates.Order order) {
    DeviceKey device = request.device();
    return transaction
        .preparedQuery(
            """
            select fingerprint, certificate, revoked_at is null and not_after > $5 as good
            from certificate
            where tenant = $1 and device_id = $2 and generation = $3 and request_sha256 = $4
            """)
        .execute(
            Tuple.of(
                device.tenant().value(),
                device.device().value(),
                order.generation(),
                order.requestSha256().orElseThrow(),
                PgColumns.parameter(request.at())))
        .compose(
            rows -> {
              if (rows.size() == 0) {
                return Future.succeededFuture(Optional.empty());
              }
              Row row = rows.iterator().next();
              return row.getBoolean("good")
                  ? Future.succeededFuture(
                      Optional.of(
                          new Granted(row.getString("fingerprint"), row.getString("certificate"))))
                  : failed(
                      ProblemType.BAD_CERTIFICATE, "The request was used for another certificate.");
            });
  }

  private Future<Void> granted(
      SqlConnection transaction, RenewalRequest request, Granted certificate) {
    String made = CertificateRoutes.pathOf(request.device(), certificate.fingerprint());
    return told(
        transaction,
        request,
        new InboxMessage.Certificate(
            request.device(), request.session(), request.requestId(), certificate.pem()),
        made,
        AuditEntry.SUCCEEDED);
  }

  private Future<Void> refused(
      SqlConnection transaction, RenewalRequest request, ProblemType problem) {
    return told(
        transaction,
        request,
        new InboxMessage.NoCertificate(
            request.device(), request.session(), request.requestId(), problem.slug()),
        CertificateRoutes.pathOf(request.device()),
        problem.slug());
  }

  private Future<Void> told(
      SqlConnection transaction,
      RenewalRequest request,
      InboxMessage answer,
      String target,
      String outcome) {
    AuditEntry entry =
        new AuditEntry(
            UUID.randomUUID(),
            request.at(),
            request.device().tenant().value(),
            request.device().device().value(),
            ROLE,
            ACTION,
            target,
            request.address(),
            outcome,
            SERVICE);
    return PgAudit.append(transaction, entry)
        .compose(id -> PgOutbox.append(transaction, answer.toRecord(request.replyTo())))
        .onSuccess(
            id -> meters.counter("registry.certificates.renewals", "outcome", outcome).increment())
        .mapEmpty();
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }
}
