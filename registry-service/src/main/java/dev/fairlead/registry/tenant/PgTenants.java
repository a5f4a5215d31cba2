package dev.fairlead.registry.tenant;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The table of tenants. What it changes about who is admitted it also says on `fairlead.access`,
/// through the outbox.
public final class PgTenants {

  private static final String FOREIGN_KEY_VIOLATION = "23503";

  private final Pool pool;

  /// @param pool of the registry's database
  public PgTenants(Pool pool) {
    this.pool = pool;
  }

  /// What became of a tenant.
  ///
  /// @param outboxId the place in the outbox of what was said about it, if there was anything to
  ///     say
  record Changed(TenantDocument tenant, Optional<Long> outboxId) {}

  /// Makes a tenant.
  ///
  /// @param act for the audit
  /// @return fails with the problem `tenant-exists`
  Future<TenantDocument> create(TenantId tenant, String name, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                insert(transaction, tenant, name, now)
                    .compose(
                        document ->
                            PgAudit.append(transaction, act, TenantRoutes.PATH + tenant)
                                .map(document)))
        .map(Objects::requireNonNull);
  }

  private static Future<TenantDocument> insert(
      SqlConnection transaction, TenantId tenant, String name, Instant now) {
    return transaction
        .preparedQuery(
            """
            insert into tenant (id, name, created_at) values ($1, $2, $3)
            on conflict do nothing
            returning id, name, suspended, created_at
            """)
        .execute(Tuple.of(tenant.value(), name, PgColumns.parameter(now)))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture(document(rows.iterator().next()))
                    : failed(
                        ProblemType.TENANT_EXISTS, "There is a tenant '" + tenant + "' already."));
  }

  /// Tenants in the order of their ids.
  ///
  /// @param after the id before the first
  Future<List<TenantDocument>> list(Optional<String> after, int limit) {
    return pool.preparedQuery(
            """
            select id, name, suspended, created_at from tenant
            where id > $1
            order by id
            limit $2
            """)
        .execute(Tuple.of(after.orElse(""), limit))
        .map(
            rows -> {
              List<TenantDocument> tenants = new ArrayList<>(rows.size());
              rows.forEach(row -> tenants.add(document(row)));
              return tenants;
            });
  }

  /// A tenant.
  ///
  /// @return fails with the problem `tenant-not-found`
  Future<TenantDocument> get(TenantId tenant) {
    return pool.preparedQuery("select id, name, suspended, created_at from tenant where id = $1")
        .execute(Tuple.of(tenant.value()))
        .compose(rows -> single(tenant, rows))
        .map(PgTenants::document);
  }

  /// Renames a tenant, shuts it out or lets it in again.
  ///
  /// @param act for the audit
  /// @return fails with the problems `tenant-not-found` and, for a suspension of the default
  ///     tenant, `forbidden`
  Future<Changed> change(
      TenantId tenant, Optional<String> name, Optional<Boolean> suspended, Act act) {
    if (suspended.orElse(false) && tenant.equals(TenantId.DEFAULT)) {
      return failed(ProblemType.FORBIDDEN, "The default tenant has the operator's key; it stays.");
    }
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        update tenant
                        set name = coalesce($2, name), suspended = coalesce($3, suspended)
                        where id = $1
                        returning id, name, suspended, created_at
                        """)
                    .execute(Tuple.of(tenant.value(), name.orElse(null), suspended.orElse(null)))
                    .compose(rows -> single(tenant, rows))
                    .map(PgTenants::document)
                    .compose(document -> PgAudit.append(transaction, act).map(document))
                    .compose(
                        document ->
                            suspended.isEmpty()
                                ? Future.succeededFuture(new Changed(document, Optional.empty()))
                                : append(transaction, message(tenant, document.suspended()))
                                    .map(id -> new Changed(document, Optional.of(id)))))
        .map(Objects::requireNonNull);
  }

  private static AccessMessage message(TenantId tenant, boolean suspended) {
    AccessMessage.Suspension suspension = new AccessMessage.Suspension(tenant);
    return suspended ? suspension : new AccessMessage.Withdrawn(suspension.key());
  }

  /// Deletes a tenant that has no devices, and its keys.
  ///
  /// @param act for the audit
  /// @return the last place in the outbox of what was said about it; fails with the problems
  ///     `tenant-not-found`, `tenant-not-empty` and, for the default tenant, `forbidden`
  Future<Optional<Long>> delete(TenantId tenant, Act act) {
    if (tenant.equals(TenantId.DEFAULT)) {
      return failed(ProblemType.FORBIDDEN, "The default tenant has the operator's key; it stays.");
    }
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        "select id, name, suspended, created_at from tenant where id = $1 for update")
                    .execute(Tuple.of(tenant.value()))
                    .compose(rows -> single(tenant, rows))
                    .compose(row -> checkEmpty(transaction, tenant).map(document(row)))
                    .compose(document -> PgAudit.append(transaction, act).map(document))
                    .compose(document -> remove(transaction, tenant, document.suspended())))
        .map(Objects::requireNonNull);
  }

  private static Future<Void> checkEmpty(SqlConnection transaction, TenantId tenant) {
    return transaction
        .preparedQuery("select exists(select 1 from device where tenant = $1) as devices")
        .execute(Tuple.of(tenant.value()))
        .compose(
            rows ->
                rows.iterator().next().getBoolean("devices")
                    ? failed(
                        ProblemType.TENANT_NOT_EMPTY,
                        "The tenant '" + tenant + "' still has devices.")
                    : Future.succeededFuture());
  }

  private static Future<Optional<Long>> remove(
      SqlConnection transaction, TenantId tenant, boolean suspended) {
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
              if (suspended) {
                news.add(message(tenant, false));
              }
              return removeCertificates(transaction, tenant, news);
            })
        .compose(news -> appendAll(transaction, news))
        .compose(
            last ->
                transaction
                    .preparedQuery("delete from tenant where id = $1")
                    .execute(Tuple.of(tenant.value()))
                    .map(last));
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

  private static Future<Optional<Long>> appendAll(
      SqlConnection transaction, List<AccessMessage> news) {
    Future<Optional<Long>> last = Future.succeededFuture(Optional.empty());
    for (AccessMessage message : news) {
      last = last.compose(before -> append(transaction, message)).map(Optional::of);
    }
    return last;
  }

  private static Future<Long> append(SqlConnection transaction, AccessMessage message) {
    return PgOutbox.append(transaction, message.toRecord());
  }

  /// The suspensions that hold.
  public static Future<List<AccessMessage>> suspensions(SqlConnection transaction) {
    return transaction
        .query("select id from tenant where suspended order by id")
        .execute()
        .map(
            rows -> {
              List<AccessMessage> suspensions = new ArrayList<>(rows.size());
              rows.forEach(
                  row ->
                      suspensions.add(
                          new AccessMessage.Suspension(new TenantId(row.getString("id")))));
              return suspensions;
            });
  }

  /// Tells what it means that the tenant of a new row does not exist.
  ///
  /// @return the same, but fails with the problem `tenant-not-found` where its foreign key did
  public static <T> Future<T> required(TenantId tenant, Future<T> inserted) {
    return inserted.recover(
        cause ->
            cause instanceof PgException refused
                    && FOREIGN_KEY_VIOLATION.equals(refused.getSqlState())
                ? failed(ProblemType.TENANT_NOT_FOUND, "There is no tenant '" + tenant + "'.")
                : Future.failedFuture(cause));
  }

  private static Future<Row> single(TenantId tenant, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(rows.iterator().next())
        : failed(ProblemType.TENANT_NOT_FOUND, "There is no tenant '" + tenant + "'.");
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }

  private static TenantDocument document(Row row) {
    return new TenantDocument(
        row.getString("id"),
        row.getString("name"),
        row.getBoolean("suspended"),
        PgColumns.time(row, "created_at").orElseThrow());
  }
}
