package dev.fairlead.registry.certificate;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage.CertificateAuthority;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.credential.MasterKey;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/// The product's own authorities in the table: one for each tenant that issues certificates, and
/// another one when it grows old.
final class PgOwnAuthorities {

  private final MasterKey masterKey;

  /// @param masterKey encrypts the private keys
  PgOwnAuthorities(MasterKey masterKey) {
    this.masterKey = masterKey;
  }

  /// An authority that signs.
  ///
  /// @param outboxId the place in the outbox of what was said about it, if it was made just now
  record Signing(OwnAuthority authority, Optional<Long> outboxId) {}

  /// The authority of a tenant that is good until a time; made where there is none.
  ///
  /// @return fails when the master key does not open its key
  Future<Signing> signing(SqlConnection transaction, TenantId tenant, Instant now, Instant until) {
    return newest(transaction, tenant, until)
        .compose(
            found ->
                found.isPresent()
                    ? Future.succeededFuture(new Signing(found.get(), Optional.empty()))
                    : madeByOne(transaction, tenant, now, until));
  }

  private Future<Signing> madeByOne(
      SqlConnection transaction, TenantId tenant, Instant now, Instant until) {
    return transaction
        .preparedQuery("select id from tenant where id = $1 for update")
        .execute(Tuple.of(tenant.value()))
        .compose(locked -> newest(transaction, tenant, until))
        .compose(
            found ->
                found.isPresent()
                    ? Future.succeededFuture(new Signing(found.get(), Optional.empty()))
                    : make(transaction, tenant, now));
  }

  private Future<Optional<OwnAuthority>> newest(
      SqlConnection transaction, TenantId tenant, Instant until) {
    return transaction
        .preparedQuery(
            """
            select fingerprint, certificate, private_key from certificate_authority
            where tenant = $1 and kind = 'OWN' and not_after >= $2
            order by created_at desc, fingerprint
            limit 1
            """)
        .execute(Tuple.of(tenant.value(), PgColumns.parameter(until)))
        .map(this::first);
  }

  private Optional<OwnAuthority> first(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return Optional.empty();
    }
    Row row = rows.iterator().next();
    String privateKey =
        masterKey.decrypt(
            nameOf(row.getString("fingerprint")), row.getBuffer("private_key").getBytes());
    return Optional.of(OwnAuthority.of(privateKey, row.getString("certificate")));
  }

  private Future<Signing> make(SqlConnection transaction, TenantId tenant, Instant now) {
    OwnAuthority authority = OwnAuthority.generate(tenant, now);
    X509Certificate certificate = authority.certificate();
    String fingerprint = Pem.fingerprint(certificate);
    return transaction
        .preparedQuery(
            """
            insert into certificate_authority
              (tenant, fingerprint, kind, subject, certificate, key_sha256, private_key,
               not_before, not_after, created_at, verified_at)
            values ($1, $2, 'OWN', $3, $4, $5, $6, $7, $8, $9, $9)
            """)
        .execute(
            Tuple.from(
                Arrays.asList(
                    tenant.value(),
                    fingerprint,
                    certificate.getSubjectX500Principal().getName(),
                    Pem.of(certificate),
                    Pem.sha256(certificate.getPublicKey().getEncoded()),
                    Buffer.buffer(masterKey.encrypt(nameOf(fingerprint), authority.privateKey())),
                    PgColumns.parameter(certificate.getNotBefore().toInstant()),
                    PgColumns.parameter(certificate.getNotAfter().toInstant()),
                    PgColumns.parameter(now))))
        .compose(
            inserted ->
                PgOutbox.append(
                    transaction,
                    new CertificateAuthority(
                            tenant, fingerprint, Pem.of(certificate), CertificateAuthority.Kind.OWN)
                        .toRecord()))
        .map(outboxId -> new Signing(authority, Optional.of(outboxId)));
  }

  /// What the private key is encrypted as.
  private static String nameOf(String fingerprint) {
    return "certificate-authority/" + fingerprint;
  }
}
