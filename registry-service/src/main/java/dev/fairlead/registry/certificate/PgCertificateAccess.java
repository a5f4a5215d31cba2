package dev.fairlead.registry.certificate;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.AccessMessage.CertificateAuthority;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.credential.PgBlocks;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Brings what `fairlead.access` says of certificates to what the database says: authorities,
/// revoked certificates and blocks, each a page at a time.
public final class PgCertificateAccess {

  private static final int PAGE = 1000;

  private PgCertificateAccess() {}

  /// Says what the topic does not hold, and takes back authorities that it holds and the database
  /// does not know, as after a restored backup: nobody could take them back by hand.
  ///
  /// @param view what the topic held a moment ago
  public static Future<Void> publishMissing(
      SqlConnection transaction, AccessView view, Instant now) {
    Set<String> unknown =
        view.authorities().stream()
            .map(CertificateAuthority::fingerprint)
            .collect(Collectors.toCollection(HashSet::new));
    return publishAuthorities(transaction, view, unknown, "", "")
        .compose(nothing -> withdraw(transaction, unknown))
        .compose(nothing -> publishRevocations(transaction, view, now, ""))
        .compose(nothing -> publishBlocks(transaction, view, Optional.empty()));
  }

  /// @param unknown from which those that are known are taken out
  private static Future<Void> publishAuthorities(
      SqlConnection transaction,
      AccessView view,
      Set<String> unknown,
      String afterTenant,
      String afterFingerprint) {
    return transaction
        .preparedQuery(
            """
            select tenant, fingerprint, kind, certificate from certificate_authority
            where verified_at is not null and (tenant, fingerprint) > ($1, $2)
            order by tenant, fingerprint
            limit $3
            """)
        .execute(Tuple.of(afterTenant, afterFingerprint, PAGE))
        .map(PgCertificateAccess::authorities)
        .onSuccess(page -> page.forEach(known -> unknown.remove(known.fingerprint())))
        .compose(
            page ->
                append(
                        transaction,
                        page.stream()
                            .filter(
                                authority ->
                                    !view.authority(authority.fingerprint())
                                        .equals(Optional.of(authority)))
                            .toList())
                    .compose(
                        nothing ->
                            page.size() < PAGE
                                ? Future.succeededFuture()
                                : publishAuthorities(
                                    transaction,
                                    view,
                                    unknown,
                                    page.getLast().tenant().value(),
                                    page.getLast().fingerprint())));
  }

  private static Future<Void> withdraw(SqlConnection transaction, Set<String> fingerprints) {
    return append(
        transaction,
        fingerprints.stream()
            .map(gone -> new AccessMessage.Withdrawn(AccessMessage.AUTHORITY + gone))
            .toList());
  }

  private static List<CertificateAuthority> authorities(RowSet<Row> rows) {
    List<CertificateAuthority> authorities = new ArrayList<>(rows.size());
    rows.forEach(
        row ->
            authorities.add(
                new CertificateAuthority(
                    new TenantId(row.getString("tenant")),
                    row.getString("fingerprint"),
                    row.getString("certificate"),
                    CertificateAuthority.Kind.valueOf(row.getString("kind")))));
    return authorities;
  }

  private static Future<Void> publishRevocations(
      SqlConnection transaction, AccessView view, Instant now, String after) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id, fingerprint, not_after from certificate
            where revoked_at is not null and not_after > $1 and fingerprint > $2
            order by fingerprint
            limit $3
            """)
        .execute(Tuple.of(PgColumns.parameter(now), after, PAGE))
        .map(PgCertificateAccess::revocations)
        .compose(
            page ->
                append(
                        transaction,
                        page.stream()
                            .filter(known -> !view.isCertificateRevoked(known.fingerprint()))
                            .toList())
                    .compose(
                        nothing ->
                            page.size() < PAGE
                                ? Future.succeededFuture()
                                : publishRevocations(
                                    transaction, view, now, page.getLast().fingerprint())));
  }

  private static List<AccessMessage.CertificateRevocation> revocations(RowSet<Row> rows) {
    List<AccessMessage.CertificateRevocation> revocations = new ArrayList<>(rows.size());
    rows.forEach(row -> revocations.add(PgCertificates.revocation(row)));
    return revocations;
  }

  private static Future<Void> publishBlocks(
      SqlConnection transaction, AccessView view, Optional<DeviceKey> after) {
    return PgBlocks.page(transaction, after, PAGE)
        .compose(
            page ->
                append(
                        transaction,
                        page.stream().filter(block -> !view.isBlocked(block.device())).toList())
                    .compose(
                        nothing ->
                            page.size() < PAGE
                                ? Future.succeededFuture()
                                : publishBlocks(
                                    transaction, view, Optional.of(page.getLast().device()))));
  }

  /// Forgets some certificates that have run out and some blocks that hold nobody back, and takes
  /// back what was said of them.
  ///
  /// @return whether there may be more
  public static Future<Boolean> withdrawExpired(SqlConnection transaction, Instant now) {
    return forgetExpired(transaction, now)
        .compose(
            expired ->
                PgBlocks.forgetIdle(transaction, PAGE)
                    .compose(idle -> append(transaction, idle).map(idle.size() == PAGE))
                    .map(more -> more || expired));
  }

  private static Future<Boolean> forgetExpired(SqlConnection transaction, Instant now) {
    return transaction
        .preparedQuery(
            """
            with expired as (
              select fingerprint from certificate
              where not_after <= $1
              order by not_after
              limit $2
              for update skip locked
            )
            delete from certificate using expired
            where certificate.fingerprint = expired.fingerprint
            returning tenant, device_id, certificate.fingerprint, not_after, revoked_at
            """)
        .execute(Tuple.of(PgColumns.parameter(now), PAGE))
        .compose(
            rows -> {
              List<AccessMessage> news = new ArrayList<>();
              for (Row row : rows) {
                if (PgColumns.time(row, "revoked_at").isPresent()) {
                  news.add(new AccessMessage.Withdrawn(PgCertificates.revocation(row).key()));
                }
              }
              return append(transaction, news).map(rows.size() == PAGE);
            });
  }

  private static Future<Void> append(
      SqlConnection transaction, List<? extends AccessMessage> messages) {
    List<Future<?>> appended = new ArrayList<>(messages.size());
    messages.forEach(message -> appended.add(PgOutbox.append(transaction, message.toRecord())));
    return Future.all(appended).mapEmpty();
  }
}
