package dev.fairlead.registry.certificate;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.AccessMessage.CertificateAuthority;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/// The table of certificate authorities, as far as people deal with them. What it writes it also
/// says on `fairlead.access`, through the outbox.
public final class PgAuthorities {

  /// How many authorities a tenant may bring.
  static final int FOREIGN_MAX = 32;

  /// How long there is to prove possession of a key.
  static final Duration CHALLENGE_LIFETIME = Duration.ofDays(1);

  private static final String COLUMNS =
      """
      fingerprint, kind, subject, certificate, challenge, challenge_expires_at, not_before,
      not_after, created_at, verified_at
      """;

  private final Pool pool;

  /// @param pool of the registry's database
  public PgAuthorities(Pool pool) {
    this.pool = pool;
  }

  /// An authority that may be active, and the place in the outbox of what was said about it last.
  record Verified(AuthorityDocument authority, Optional<Long> outboxId) {}

  /// Takes note of a tenant's own authority, which does not count before it is verified. Asked for
  /// again, the code is another one.
  ///
  /// @param act for the audit
  /// @return fails with the problems `quota-exceeded`, `tenant-not-found`, and
  ///     `certificate-authority-exists` for one that is active here
  Future<AuthorityDocument> register(
      TenantId tenant, ForeignAuthority authority, String challenge, Instant now, Act act) {
    String fingerprint = Pem.fingerprint(authority.certificate());
    Future<AuthorityDocument> registered =
        pool.withTransaction(
                transaction ->
                    checkRoom(transaction, tenant, fingerprint)
                        .compose(
                            nothing ->
                                insertForeign(
                                    transaction, tenant, authority.certificate(), challenge, now))
                        .compose(
                            made ->
                                PgAudit.append(transaction, act, AuthorityRoutes.PATH + fingerprint)
                                    .map(made)))
            .map(Objects::requireNonNull);
    return PgTenants.required(tenant, registered);
  }

  /// Two that come at once may both pass: the bound is no exact one.
  private static Future<Void> checkRoom(
      SqlConnection transaction, TenantId tenant, String fingerprint) {
    return transaction
        .preparedQuery(
            """
            select count(*) as others from certificate_authority
            where tenant = $1 and fingerprint <> $2 and kind = 'FOREIGN'
            """)
        .execute(Tuple.of(tenant.value(), fingerprint))
        .compose(
            rows ->
                rows.iterator().next().getLong("others") < FOREIGN_MAX
                    ? Future.succeededFuture()
                    : failed(
                        ProblemType.QUOTA_EXCEEDED,
                        "A tenant may bring " + FOREIGN_MAX + " certificate authorities."));
  }

  private static Future<AuthorityDocument> insertForeign(
      SqlConnection transaction,
      TenantId tenant,
      X509Certificate certificate,
      String challenge,
      Instant now) {
    return transaction
        .preparedQuery(
            """
            insert into certificate_authority
              (tenant, fingerprint, kind, subject, certificate, key_sha256, challenge,
               challenge_expires_at, not_before, not_after, created_at)
            values ($1, $2, 'FOREIGN', $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (tenant, fingerprint) do update
            set challenge = excluded.challenge,
              challenge_expires_at = excluded.challenge_expires_at
            where certificate_authority.verified_at is null
            returning
            """
                + COLUMNS)
        .execute(
            Tuple.from(
                Arrays.asList(
                    tenant.value(),
                    Pem.fingerprint(certificate),
                    certificate.getSubjectX500Principal().getName(),
                    Pem.of(certificate),
                    Pem.sha256(certificate.getPublicKey().getEncoded()),
                    challenge,
                    PgColumns.parameter(now.plus(CHALLENGE_LIFETIME)),
                    PgColumns.parameter(certificate.getNotBefore().toInstant()),
                    PgColumns.parameter(certificate.getNotAfter().toInstant()),
                    PgColumns.parameter(now))))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture(document(rows.iterator().next()))
                    : exists());
  }

  /// Makes an authority count, once a certificate proves that the tenant holds its key.
  ///
  /// @param proof the certificate
  /// @param act for the audit
  /// @return fails with the problems `certificate-authority-not-found`, `bad-certificate` when it
  ///     proves nothing, and `certificate-authority-exists` when the key is another tenant's. That
  ///     is told to nobody who does not hold the key
  Future<Verified> verify(TenantId tenant, String fingerprint, String proof, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    // The keys of two that verify at once are compared one after the other.
                    .query("select pg_advisory_xact_lock(hashtext('registry.authority'))")
                    .execute()
                    .compose(
                        locked ->
                            transaction
                                .preparedQuery(
                                    "select "
                                        + COLUMNS
                                        + " from certificate_authority"
                                        + " where tenant = $1 and fingerprint = $2 for update")
                                .execute(Tuple.of(tenant.value(), fingerprint)))
                    .compose(rows -> single(fingerprint, rows))
                    .map(PgAuthorities::document)
                    .compose(
                        known ->
                            known.verification().isEmpty()
                                ? Future.succeededFuture(new Verified(known, Optional.empty()))
                                : activated(transaction, tenant, known, proof, now))
                    .compose(verified -> PgAudit.append(transaction, act).map(verified)))
        .map(Objects::requireNonNull);
  }

  private static Future<Verified> activated(
      SqlConnection transaction,
      TenantId tenant,
      AuthorityDocument known,
      String proof,
      Instant now) {
    AuthorityDocument.Verification asked = known.verification().orElseThrow();
    ForeignAuthority authority = ForeignAuthority.of(known.certificate(), now);
    if (!asked.expiresAt().isAfter(now)) {
      return Future.failedFuture(Pem.bad("The code has run out; ask for another one."));
    }
    if (!authority.isProvenBy(proof, asked.code(), now)) {
      return Future.failedFuture(
          Pem.bad(
              "The certificate must be signed by the authority, hold now, and have the code as its"
                  + " one common name."));
    }
    String keySha256 = Pem.sha256(authority.certificate().getPublicKey().getEncoded());
    return checkUntaken(transaction, tenant, keySha256)
        .compose(nothing -> activate(transaction, tenant, known.fingerprint(), now))
        .compose(
            document ->
                PgOutbox.append(
                        transaction,
                        new CertificateAuthority(
                                tenant,
                                known.fingerprint(),
                                known.certificate(),
                                CertificateAuthority.Kind.FOREIGN)
                            .toRecord())
                    .map(outboxId -> new Verified(document, Optional.of(outboxId))));
  }

  /// One key could vouch for two tenants, were its certificates compared alone.
  private static Future<Void> checkUntaken(
      SqlConnection transaction, TenantId tenant, String keySha256) {
    return transaction
        .preparedQuery(
            """
            select exists(
              select 1 from certificate_authority
              where key_sha256 = $2 and tenant <> $1 and verified_at is not null
            ) as taken
            """)
        .execute(Tuple.of(tenant.value(), keySha256))
        .compose(
            rows ->
                rows.iterator().next().getBoolean("taken") ? exists() : Future.succeededFuture());
  }

  private static Future<AuthorityDocument> activate(
      SqlConnection transaction, TenantId tenant, String fingerprint, Instant now) {
    return transaction
        .preparedQuery(
            """
            update certificate_authority
            set verified_at = $3, challenge = null, challenge_expires_at = null
            where tenant = $1 and fingerprint = $2
            returning
            """
                + COLUMNS)
        .execute(Tuple.of(tenant.value(), fingerprint, PgColumns.parameter(now)))
        .map(rows -> document(rows.iterator().next()));
  }

  /// Authorities of a tenant in the order of their fingerprints.
  ///
  /// @param after the fingerprint before the first
  Future<List<AuthorityDocument>> list(TenantId tenant, Optional<String> after, int limit) {
    return pool.preparedQuery(
            "select "
                + COLUMNS
                + " from certificate_authority where tenant = $1 and fingerprint > $2"
                + " order by fingerprint limit $3")
        .execute(Tuple.of(tenant.value(), after.orElse(""), limit))
        .map(
            rows -> {
              List<AuthorityDocument> authorities = new ArrayList<>(rows.size());
              rows.forEach(row -> authorities.add(document(row)));
              return authorities;
            });
  }

  /// Removes an authority: nobody whom it vouches for is admitted any more.
  ///
  /// @param act for the audit
  /// @return the place in the outbox of what was said about it, if it counted until now; fails with
  ///     the problem `certificate-authority-not-found`
  Future<Optional<Long>> delete(TenantId tenant, String fingerprint, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        delete from certificate_authority where tenant = $1 and fingerprint = $2
                        returning verified_at
                        """)
                    .execute(Tuple.of(tenant.value(), fingerprint))
                    .compose(rows -> single(fingerprint, rows))
                    .compose(
                        row ->
                            PgColumns.time(row, "verified_at").isEmpty()
                                ? Future.succeededFuture(Optional.<Long>empty())
                                : PgOutbox.append(
                                        transaction,
                                        new AccessMessage.Withdrawn(
                                                AccessMessage.AUTHORITY + fingerprint)
                                            .toRecord())
                                    .map(Optional::of))
                    .compose(outboxId -> PgAudit.append(transaction, act).map(outboxId)))
        .map(Objects::requireNonNull);
  }

  private static AuthorityDocument document(Row row) {
    Optional<Instant> verifiedAt = PgColumns.time(row, "verified_at");
    return new AuthorityDocument(
        row.getString("fingerprint"),
        row.getString("kind").toLowerCase(Locale.ROOT),
        verifiedAt.isPresent() ? "active" : "pending",
        row.getString("subject"),
        PgColumns.time(row, "not_before").orElseThrow(),
        PgColumns.time(row, "not_after").orElseThrow(),
        PgColumns.time(row, "created_at").orElseThrow(),
        PgColumns.text(row, "challenge")
            .map(
                code ->
                    new AuthorityDocument.Verification(
                        code, PgColumns.time(row, "challenge_expires_at").orElseThrow())),
        row.getString("certificate"));
  }

  private static Future<Row> single(String fingerprint, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(rows.iterator().next())
        : failed(
            ProblemType.CERTIFICATE_AUTHORITY_NOT_FOUND,
            "There is no certificate authority '" + fingerprint + "'.");
  }

  private static <T> Future<T> exists() {
    return failed(
        ProblemType.CERTIFICATE_AUTHORITY_EXISTS, "This certificate authority is in use already.");
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }
}
