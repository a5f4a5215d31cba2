package dev.fairlead.registry.certificate;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.credential.PgCredentials;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.subdevice.PgSubDevices;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The table of certificates that were issued to devices. What it writes it also says on
/// `fairlead.access`, through the outbox.
public final class PgCertificates {

  /// How many certificates a device may have that are good.
  static final int CERTIFICATES_MAX = 20;

  private final Pool pool;
  private final PgOwnAuthorities authorities;

  /// @param pool of the registry's database
  /// @param masterKey encrypts the keys of authorities
  public PgCertificates(Pool pool, MasterKey masterKey) {
    this.pool = pool;
    this.authorities = new PgOwnAuthorities(masterKey);
  }

  /// A certificate that was issued.
  ///
  /// @param outboxId the place in the outbox of its authority, if that was made just now
  record Issue(CertificateDocument.Issued issued, Optional<Long> outboxId) {}

  /// Issues a certificate to a device.
  ///
  /// @param act for the audit
  /// @return fails with the problems `device-not-found` and `quota-exceeded`
  Future<Issue> issue(DeviceKey device, PublicKey holder, Duration lifetime, Instant now, Act act) {
    Instant until = end(now, lifetime);
    return pool.withTransaction(
            transaction ->
                requireDevice(transaction, device, "for key share")
                    .compose(
                        nothing -> PgCredentials.certificateGeneration(transaction, device, until))
                    .compose(
                        generation ->
                            issue(
                                transaction,
                                device,
                                new Order(holder, generation, now, until, Optional.empty())))
                    .compose(
                        issue ->
                            PgAudit.append(
                                    transaction,
                                    act,
                                    CertificateRoutes.pathOf(
                                        device, issue.issued().document().fingerprint()))
                                .map(issue)))
        .map(Objects::requireNonNull);
  }

  /// When a certificate runs out that is issued now; certificates keep whole seconds.
  static Instant end(Instant now, Duration lifetime) {
    return now.plus(lifetime).truncatedTo(ChronoUnit.SECONDS);
  }

  /// A certificate that is to be issued.
  ///
  /// @param requestSha256 the digest of a request that may come again
  record Order(
      PublicKey holder,
      long generation,
      Instant now,
      Instant until,
      Optional<String> requestSha256) {}

  /// Issues a certificate to a device that is there, and whose generation is locked.
  ///
  /// @return fails with the problem `quota-exceeded`
  Future<Issue> issue(SqlConnection transaction, DeviceKey device, Order order) {
    return checkRoom(transaction, device, order.generation(), order.now())
        .compose(
            nothing ->
                authorities.signing(transaction, device.tenant(), order.now(), order.until()))
        .compose(signing -> signed(transaction, device, signing, order));
  }

  /// Makes sure that there is a device, and locks its row.
  ///
  /// @param lock the clause that locks, or nothing
  /// @return fails with the problems `device-not-found` and `sub-device`
  static Future<Void> requireDevice(SqlClient client, DeviceKey device, String lock) {
    return client
        .preparedQuery("select parent from device where tenant = $1 and id = $2 " + lock)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(
            rows ->
                rows.size() == 1
                    ? PgSubDevices.requireOwnVoice(device, rows.iterator().next())
                    : failed(
                        ProblemType.DEVICE_NOT_FOUND,
                        "There is no device '" + device.device() + "'."));
  }

  private static Future<Void> checkRoom(
      SqlConnection transaction, DeviceKey device, long generation, Instant now) {
    return transaction
        .preparedQuery(
            """
            select count(*) as good from certificate
            where tenant = $1 and device_id = $2 and generation >= $3 and not_after > $4
              and revoked_at is null
            """)
        .execute(
            Tuple.of(
                device.tenant().value(),
                device.device().value(),
                generation,
                PgColumns.parameter(now)))
        .compose(
            rows ->
                rows.iterator().next().getLong("good") < CERTIFICATES_MAX
                    ? Future.succeededFuture()
                    : failed(
                        ProblemType.QUOTA_EXCEEDED,
                        "A device may have " + CERTIFICATES_MAX + " certificates."));
  }

  private static Future<Issue> signed(
      SqlConnection transaction, DeviceKey device, PgOwnAuthorities.Signing signing, Order order) {
    X509Certificate authority = signing.authority().certificate();
    X509Certificate certificate =
        signing
            .authority()
            .issue(order.holder(), device, order.generation(), order.now(), order.until());
    CertificateDocument document =
        new CertificateDocument(
            Pem.fingerprint(certificate),
            Pem.fingerprint(authority),
            certificate.getSerialNumber().toString(16),
            order.generation(),
            certificate.getNotBefore().toInstant(),
            certificate.getNotAfter().toInstant(),
            order.now(),
            Optional.empty());
    CertificateDocument.Issued issued =
        new CertificateDocument.Issued(document, Pem.of(certificate), Pem.of(authority));
    return insert(transaction, device, issued, order.requestSha256())
        .map(nothing -> new Issue(issued, signing.outboxId()));
  }

  private static Future<Void> insert(
      SqlConnection transaction,
      DeviceKey device,
      CertificateDocument.Issued issued,
      Optional<String> requestSha256) {
    CertificateDocument document = issued.document();
    return transaction
        .preparedQuery(
            """
            insert into certificate
              (fingerprint, tenant, device_id, authority, serial, generation, not_before,
               not_after, created_at, request_sha256, certificate)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """)
        .execute(
            Tuple.from(
                Arrays.asList(
                    document.fingerprint(),
                    device.tenant().value(),
                    device.device().value(),
                    document.authority(),
                    document.serial(),
                    document.generation(),
                    PgColumns.parameter(document.notBefore()),
                    PgColumns.parameter(document.notAfter()),
                    PgColumns.parameter(document.createdAt()),
                    requestSha256.orElse(null),
                    requestSha256.map(asked -> issued.certificate()).orElse(null))))
        .mapEmpty();
  }

  /// Certificates of a device in the order of their fingerprints: those of its present credential
  /// generation whose authority is still there, until they have run out.
  ///
  /// @param after the fingerprint before the first
  /// @return fails with the problem `device-not-found`
  Future<List<CertificateDocument>> list(DeviceKey device, Optional<String> after, int limit) {
    return requireDevice(pool, device, "")
        .compose(
            nothing ->
                pool.preparedQuery(
                        """
                        select certificate.fingerprint, authority, serial, certificate.generation,
                          certificate.not_before, certificate.not_after, certificate.created_at,
                          revoked_at
                        from certificate
                        join credential using (tenant, device_id)
                        join certificate_authority
                          on certificate_authority.tenant = certificate.tenant
                          and certificate_authority.fingerprint = authority
                        where certificate.tenant = $1 and certificate.device_id = $2
                          and certificate.generation >= credential.generation
                          and certificate.fingerprint > $3
                        order by certificate.fingerprint
                        limit $4
                        """)
                    .execute(
                        Tuple.of(
                            device.tenant().value(),
                            device.device().value(),
                            after.orElse(""),
                            limit)))
        .map(
            rows -> {
              List<CertificateDocument> certificates = new ArrayList<>(rows.size());
              rows.forEach(row -> certificates.add(document(row)));
              return certificates;
            });
  }

  private static CertificateDocument document(Row row) {
    return new CertificateDocument(
        row.getString("fingerprint"),
        row.getString("authority"),
        row.getString("serial"),
        row.getLong("generation"),
        PgColumns.time(row, "not_before").orElseThrow(),
        PgColumns.time(row, "not_after").orElseThrow(),
        PgColumns.time(row, "created_at").orElseThrow(),
        PgColumns.time(row, "revoked_at"));
  }

  /// Revokes a certificate, also one that was revoked before.
  ///
  /// @param act for the audit
  /// @return the place in the outbox of what was said about it; fails with the problem
  ///     `certificate-not-found`
  Future<Long> revoke(DeviceKey device, String fingerprint, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        update certificate set revoked_at = coalesce(revoked_at, $4)
                        where tenant = $1 and device_id = $2 and fingerprint = $3
                        returning tenant, device_id, fingerprint, not_after
                        """)
                    .execute(
                        Tuple.of(
                            device.tenant().value(),
                            device.device().value(),
                            fingerprint,
                            PgColumns.parameter(now)))
                    .compose(
                        rows ->
                            rows.size() == 1
                                ? PgOutbox.append(
                                    transaction, revocation(rows.iterator().next()).toRecord())
                                : failed(
                                    ProblemType.CERTIFICATE_NOT_FOUND,
                                    "The device has no certificate '" + fingerprint + "'."))
                    .compose(outboxId -> PgAudit.append(transaction, act).map(outboxId)))
        .map(Objects::requireNonNull);
  }

  /// What admission has to know of a row.
  static AccessMessage.CertificateRevocation revocation(Row row) {
    return new AccessMessage.CertificateRevocation(
        PgColumns.key(row),
        row.getString("fingerprint"),
        PgColumns.time(row, "not_after").orElseThrow().toEpochMilli());
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }
}
