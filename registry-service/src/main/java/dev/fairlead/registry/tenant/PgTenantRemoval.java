package dev.fairlead.registry.tenant;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.TypeChange;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The end of a tenant: at once where it has no devices, else shut out at once and deleted once its
/// devices are.
public final class PgTenantRemoval {

  private static final String LOCK =
      """
      select id, suspended, deleting, limits::text as limits,
        exists(select 1 from device where tenant = $1) as devices
      from tenant where id = $1
      for update
      """;

  private final Pool pool;
  private final InstantSource clock;

  /// @param pool of the registry's database
  /// @param clock for the times of deletions
  public PgTenantRemoval(Pool pool, InstantSource clock) {
    this.pool = pool;
    this.clock = clock;
  }

  /// What became of a tenant.
  ///
  /// @param gone whether it is gone; else it is shut out, and will be
  /// @param outboxId the last place in the outbox of what was said about it, if there was anything
  ///     to say
  record Removed(boolean gone, Optional<Long> outboxId) {}

  /// Deletes a tenant, its keys, its people, and its devices where that is asked for.
  ///
  /// @param act for the audit, that of the tenant and that of whoever asks
  /// @return fails with the problems `tenant-not-found`, `tenant-not-empty` and, for the default
  ///     tenant, `forbidden`
  Future<Removed> remove(TenantId tenant, boolean withDevices, Act act) {
    if (tenant.equals(TenantId.DEFAULT)) {
      return PgTenants.failed(
          ProblemType.FORBIDDEN, "The default tenant has the operator's key; it stays.");
    }
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(LOCK)
                    .execute(Tuple.of(tenant.value()))
                    .compose(rows -> PgTenants.single(tenant, rows))
                    .compose(row -> remove(transaction, tenant, row, withDevices, act)))
        .map(Objects::requireNonNull);
  }

  private Future<Removed> remove(
      SqlConnection transaction, TenantId tenant, Row row, boolean withDevices, Act act) {
    boolean devices = row.getBoolean("devices");
    if (devices && !withDevices) {
      return PgTenants.inUse(tenant);
    }
    return note(transaction, tenant, act)
        .compose(
            audited -> devices ? shutOut(transaction, tenant) : remove(transaction, tenant, row))
        .map(last -> new Removed(!devices, last));
  }

  /// Writes the deletion down where it belongs, and also where it can be seen when the tenant is no
  /// more.
  private static Future<Long> note(SqlConnection transaction, TenantId tenant, Act act) {
    Future<Long> itsOwn = PgAudit.append(transaction, act.succeededIn(tenant.value()));
    return act.isIn(tenant.value())
        ? itsOwn
        : itsOwn.compose(noted -> PgAudit.append(transaction, act));
  }

  private static Future<Optional<Long>> shutOut(SqlConnection transaction, TenantId tenant) {
    return transaction
        .preparedQuery("update tenant set suspended = true, deleting = true where id = $1")
        .execute(Tuple.of(tenant.value()))
        .compose(
            updated -> PgTenants.appendAll(transaction, List.of(PgTenants.message(tenant, true))));
  }

  /// A tenant that is shut out and waits for its end.
  Future<Optional<TenantId>> next() {
    return pool.query("select id from tenant where deleting order by id limit 1")
        .execute()
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(new TenantId(rows.iterator().next().getString("id"))));
  }

  /// Deletes a tenant that waits for its end and has no devices any more.
  ///
  /// @return whether it did
  Future<Boolean> finish(TenantId tenant) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(LOCK)
                    .execute(Tuple.of(tenant.value()))
                    .compose(
                        rows -> {
                          if (rows.size() == 0) {
                            return Future.succeededFuture(false);
                          }
                          Row row = rows.iterator().next();
                          return row.getBoolean("deleting") && !row.getBoolean("devices")
                              ? remove(transaction, tenant, row).map(true)
                              : Future.succeededFuture(false);
                        }))
        .map(Objects::requireNonNull);
  }

  private Future<Optional<Long>> remove(SqlConnection transaction, TenantId tenant, Row tenantRow) {
    return transaction
        .preparedQuery("delete from api_key where tenant = $1 returning sha256")
        .execute(Tuple.of(tenant.value()))
        .compose(
            rows -> {
              List<AccessMessage> news = new ArrayList<>();
              rows.forEach(
                  row ->
                      news.add(
                          new AccessMessage.Withdrawn(
                              AccessMessage.API_KEY + row.getString("sha256"))));
              if (tenantRow.getBoolean("suspended")) {
                news.add(PgTenants.message(tenant, false));
              }
              if (!PgTenants.instead(tenantRow).isEmpty()) {
                news.add(PgTenants.message(tenant, Map.of()));
              }
              return removeCertificates(transaction, tenant, news);
            })
        .compose(news -> PgTenants.appendAll(transaction, news))
        .compose(last -> PgChanges.remove(transaction, tenant).map(last))
        .compose(last -> removeTypes(transaction, tenant).map(said -> said.or(() -> last)))
        .compose(
            last ->
                PgFormerTenants.add(transaction, tenant, clock.instant())
                    .compose(
                        added ->
                            PgTenants.unused(
                                tenant,
                                transaction
                                    .preparedQuery("delete from tenant where id = $1")
                                    .execute(Tuple.of(tenant.value()))))
                    .map(last));
  }

  /// Whoever follows types of devices forgets those of the tenant.
  ///
  /// @return the last place in the outbox of what was said, if there were any
  private Future<Optional<Long>> removeTypes(SqlConnection transaction, TenantId tenant) {
    return transaction
        .preparedQuery("delete from device_type_definition where tenant = $1 returning type")
        .execute(Tuple.of(tenant.value()))
        .compose(
            rows -> {
              Future<Optional<Long>> last = Future.succeededFuture(Optional.empty());
              for (Row row : rows) {
                TypeChange gone =
                    new TypeChange.Deleted(
                        tenant, row.getString("type"), clock.instant().toEpochMilli());
                last =
                    last.compose(before -> PgOutbox.append(transaction, gone.toRecord()))
                        .map(Optional::of);
              }
              return last;
            });
  }

  /// Removes what admits or shuts out devices that are no more.
  ///
  /// @param news where what admission has to know is added
  /// @return `news`
  private static Future<List<AccessMessage>> removeCertificates(
      SqlConnection transaction, TenantId tenant, List<AccessMessage> news) {
    return removeKeys(
            transaction,
            tenant,
            """
            delete from certificate_authority where tenant = $1
            returning $2 || fingerprint as key
            """,
            AccessMessage.AUTHORITY,
            news)
        .compose(
            nothing ->
                removeKeys(
                    transaction,
                    tenant,
                    """
                    with gone as (
                      delete from certificate where tenant = $1 returning fingerprint, revoked_at
                    )
                    select $2 || fingerprint as key from gone where revoked_at is not null
                    """,
                    AccessMessage.CERTIFICATE_REVOCATION,
                    news))
        .compose(
            nothing ->
                removeKeys(
                    transaction,
                    tenant,
                    """
                    delete from device_block where tenant = $1
                    returning $2 || tenant || '/' || device_id as key
                    """,
                    AccessMessage.BLOCK,
                    news))
        .map(news);
  }

  private static Future<Void> removeKeys(
      SqlConnection transaction,
      TenantId tenant,
      String sql,
      String beginning,
      List<AccessMessage> news) {
    return transaction
        .preparedQuery(sql)
        .execute(Tuple.of(tenant.value(), beginning))
        .onSuccess(
            rows ->
                rows.forEach(row -> news.add(new AccessMessage.Withdrawn(row.getString("key")))))
        .mapEmpty();
  }
}
