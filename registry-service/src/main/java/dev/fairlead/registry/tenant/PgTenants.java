package dev.fairlead.registry.tenant;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// The table of tenants. What it changes about who is admitted it also says on `fairlead.access`,
/// through the outbox.
public final class PgTenants {

  private static final String FOREIGN_KEY_VIOLATION = "23503";

  private final Pool pool;
  private final Limits defaults;
  private final Duration auditKept;

  /// @param pool of the registry's database
  /// @param defaults the limits of tenants that have nothing else
  /// @param auditKept how long an entry of the audit is kept
  public PgTenants(Pool pool, Limits defaults, Duration auditKept) {
    this.pool = pool;
    this.defaults = defaults;
    this.auditKept = auditKept;
  }

  /// What became of a tenant.
  ///
  /// @param outboxId the place in the outbox of what was said about it, if there was anything to
  ///     say
  record Changed(TenantDocument tenant, Optional<Long> outboxId) {}

  /// Makes a tenant.
  ///
  /// @param act for the audit
  /// @return fails with the problem `tenant-exists`, also for the id of a tenant that was deleted
  ///     and whose audit is still kept
  Future<TenantDocument> create(TenantId tenant, String name, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                // First the row, which waits for whoever is just deleting the one before.
                insert(transaction, tenant, name, now)
                    .compose(
                        document ->
                            PgFormerTenants.free(transaction, tenant, auditKept, now)
                                .compose(
                                    taken ->
                                        taken
                                            .map(until -> PgTenants.<Long>taken(tenant, until))
                                            .orElseGet(
                                                () ->
                                                    PgAudit.append(
                                                        transaction,
                                                        act,
                                                        TenantRoutes.PATH + tenant)))
                                .map(document)))
        .map(Objects::requireNonNull);
  }

  private static <T> Future<T> taken(TenantId tenant, Instant until) {
    return failed(
        ProblemType.TENANT_EXISTS,
        "The id '%s' was that of a tenant that was deleted, whose audit is kept until %s."
            .formatted(tenant, until.truncatedTo(ChronoUnit.SECONDS)));
  }

  private Future<TenantDocument> insert(
      SqlConnection transaction, TenantId tenant, String name, Instant now) {
    return transaction
        .preparedQuery(
            """
            insert into tenant (id, name, created_at) values ($1, $2, $3)
            on conflict do nothing
            returning id, name, suspended, deleting, limits::text as limits, created_at
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
            select id, name, suspended, deleting, limits::text as limits, created_at from tenant
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
    return pool.preparedQuery(
            """
            select id, name, suspended, deleting, limits::text as limits, created_at from tenant where id = $1
            """)
        .execute(Tuple.of(tenant.value()))
        .compose(rows -> single(tenant, rows))
        .map(this::document);
  }

  /// What is to change about a tenant.
  ///
  /// @param limits to have instead of those that all have, by their names
  /// @param usual names of limits that shall be those that all have
  record Edit(
      Optional<String> name,
      Optional<Boolean> suspended,
      Map<String, Long> limits,
      Set<String> usual) {

    boolean changesLimits() {
      return !limits.isEmpty() || !usual.isEmpty();
    }
  }

  /// Renames a tenant, shuts it out or lets it in again, and sets its limits. One that is let in
  /// again is no longer being deleted.
  ///
  /// @param act for the audit, that of the tenant
  /// @return fails with the problems `tenant-not-found` and, for a suspension of the default
  ///     tenant, `forbidden`
  Future<Changed> change(TenantId tenant, Edit edit, Act act) {
    if (edit.suspended().orElse(false) && tenant.equals(TenantId.DEFAULT)) {
      return failed(ProblemType.FORBIDDEN, "The default tenant has the operator's key; it stays.");
    }
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        update tenant
                        set name = coalesce($2, name), suspended = coalesce($3, suspended),
                          deleting = deleting and coalesce($3, true),
                          limits = (limits || $4::text::jsonb) - $5::text[]
                        where id = $1
                        returning id, name, suspended, deleting, limits::text as limits, created_at
                        """)
                    .execute(
                        Tuple.of(
                            tenant.value(),
                            edit.name().orElse(null),
                            edit.suspended().orElse(null),
                            Json.encode(edit.limits()),
                            edit.usual().toArray(String[]::new)))
                    .compose(rows -> single(tenant, rows))
                    .compose(
                        row ->
                            PgAudit.append(transaction, act.succeededIn(tenant.value())).map(row))
                    .compose(
                        row ->
                            appendAll(transaction, news(tenant, edit, row))
                                .map(last -> new Changed(document(row), last))))
        .map(Objects::requireNonNull);
  }

  private static List<AccessMessage> news(TenantId tenant, Edit edit, Row row) {
    List<AccessMessage> news = new ArrayList<>();
    if (edit.suspended().isPresent()) {
      news.add(message(tenant, row.getBoolean("suspended")));
    }
    if (edit.changesLimits()) {
      news.add(message(tenant, instead(row)));
    }
    return news;
  }

  static AccessMessage message(TenantId tenant, Map<Limit, Long> instead) {
    AccessMessage.TenantLimits limits = new AccessMessage.TenantLimits(tenant, instead);
    return instead.isEmpty() ? new AccessMessage.Withdrawn(limits.key()) : limits;
  }

  static AccessMessage message(TenantId tenant, boolean suspended) {
    AccessMessage.Suspension suspension = new AccessMessage.Suspension(tenant);
    return suspended ? suspension : new AccessMessage.Withdrawn(suspension.key());
  }

  static Future<Optional<Long>> appendAll(SqlConnection transaction, List<AccessMessage> news) {
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

  /// What tenants have instead of the limits that all have.
  public static Future<List<AccessMessage>> limits(SqlConnection transaction) {
    return transaction
        .query(
            """
            select id, limits::text as limits from tenant where limits <> '{}' order by id
            """)
        .execute()
        .map(
            rows -> {
              List<AccessMessage> limits = new ArrayList<>(rows.size());
              rows.forEach(
                  row -> limits.add(message(new TenantId(row.getString("id")), instead(row))));
              return limits;
            });
  }

  /// Tells what it means that something still refers to a tenant that is deleted.
  ///
  /// @return the same, but fails with the problem `tenant-not-empty` where a foreign key did
  static <T> Future<T> unused(TenantId tenant, Future<T> deleted) {
    return deleted.recover(
        cause -> isForeignKey(cause) ? inUse(tenant) : Future.failedFuture(cause));
  }

  static <T> Future<T> inUse(TenantId tenant) {
    return failed(ProblemType.TENANT_NOT_EMPTY, "The tenant '" + tenant + "' still has devices.");
  }

  private static boolean isForeignKey(Throwable cause) {
    return cause instanceof PgException refused
        && FOREIGN_KEY_VIOLATION.equals(refused.getSqlState());
  }

  /// Tells what it means that the tenant of a new row does not exist.
  ///
  /// @return the same, but fails with the problem `tenant-not-found` where its foreign key did
  public static <T> Future<T> required(TenantId tenant, Future<T> inserted) {
    return inserted.recover(
        cause ->
            isForeignKey(cause)
                ? failed(ProblemType.TENANT_NOT_FOUND, "There is no tenant '" + tenant + "'.")
                : Future.failedFuture(cause));
  }

  static Future<Row> single(TenantId tenant, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(rows.iterator().next())
        : failed(ProblemType.TENANT_NOT_FOUND, "There is no tenant '" + tenant + "'.");
  }

  static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }

  static Map<Limit, Long> instead(Row row) {
    Map<String, Long> words = new HashMap<>();
    new JsonObject(row.getString("limits"))
        .forEach(entry -> words.put(entry.getKey(), ((Number) entry.getValue()).longValue()));
    return Limits.ofWords(words);
  }

  private TenantDocument document(Row row) {
    return new TenantDocument(
        row.getString("id"),
        row.getString("name"),
        row.getBoolean("suspended"),
        row.getBoolean("deleting"),
        defaults.with(instead(row)).byWord(),
        PgColumns.time(row, "created_at").orElseThrow());
  }
}
