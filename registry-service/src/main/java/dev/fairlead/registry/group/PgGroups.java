package dev.fairlead.registry.group;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.registry.filter.PgGroupFilters;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.tenant.PgRoom;
import dev.fairlead.registry.tenant.PgTenants;
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

/// The table of groups.
final class PgGroups {

  /// How many groups a tenant may have.
  private static final PgRoom ROOM = new PgRoom("device_group", 10_000, "groups");

  private static final String FOREIGN_KEY_VIOLATION = "23503";

  private final Pool pool;

  PgGroups(Pool pool) {
    this.pool = pool;
  }

  /// Makes a group.
  ///
  /// @return fails with the problems `group-exists`, `quota-exceeded` and `tenant-not-found`
  Future<GroupDocument> create(TenantId tenant, GroupDocument group, Act act) {
    Future<GroupDocument> made =
        pool.withTransaction(
                transaction ->
                    ROOM.check(transaction, tenant)
                        .compose(nothing -> insert(transaction, tenant, group))
                        .compose(nothing -> requireResolved(transaction, tenant, group))
                        .compose(
                            nothing ->
                                PgAudit.append(transaction, act, GroupRoutes.PATH + group.id()))
                        .map(group))
            .map(Objects::requireNonNull);
    return PgTenants.required(tenant, made);
  }

  /// Checks that the filter of a group, which is written already, can be used: it must not name
  /// itself, over however many others.
  ///
  /// @return fails with the problem `validation-failed`
  private static Future<Void> requireResolved(
      SqlConnection transaction, TenantId tenant, GroupDocument group) {
    return group.filter().isEmpty()
        ? Future.succeededFuture()
        : PgGroupFilters.resolve(transaction, tenant, FilterParser.parse(group.filter().get()))
            .mapEmpty();
  }

  private static Future<Void> insert(
      SqlConnection transaction, TenantId tenant, GroupDocument group) {
    return transaction
        .preparedQuery(
            """
            insert into device_group (tenant, id, name, filter, created_at, updated_at)
            values ($1, $2, $3, $4, $5, $5)
            on conflict do nothing
            returning id
            """)
        .execute(
            Tuple.of(
                tenant.value(),
                group.id(),
                group.name(),
                group.filter().orElse(null),
                PgColumns.parameter(group.createdAt())))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture()
                    : failed(
                        ProblemType.GROUP_EXISTS,
                        "There is a group '" + group.id() + "' already."));
  }

  /// Groups of a tenant in the order of their ids.
  ///
  /// @param after the id before the first
  Future<List<GroupDocument>> list(TenantId tenant, Optional<String> after, int limit) {
    return pool.preparedQuery(
            """
            select id, name, filter, created_at, updated_at from device_group
            where tenant = $1 and id > $2
            order by id
            limit $3
            """)
        .execute(Tuple.of(tenant.value(), after.orElse(""), limit))
        .map(
            rows -> {
              List<GroupDocument> groups = new ArrayList<>(rows.size());
              rows.forEach(row -> groups.add(document(row)));
              return groups;
            });
  }

  /// A group.
  ///
  /// @return fails with the problem `group-not-found`
  Future<GroupDocument> get(TenantId tenant, String id) {
    return pool.preparedQuery(
            """
            select id, name, filter, created_at, updated_at from device_group
            where tenant = $1 and id = $2
            """)
        .execute(Tuple.of(tenant.value(), id))
        .compose(rows -> single(id, rows));
  }

  /// Renames a group, or has another filter decide; a static group stays static, a dynamic one
  /// dynamic.
  ///
  /// @return fails with the problems `group-not-found` and, for a filter of a static group,
  ///     `validation-failed`
  Future<GroupDocument> change(
      TenantId tenant,
      String id,
      Optional<String> name,
      Optional<String> filter,
      Instant now,
      Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        update device_group
                        set name = coalesce($3, name),
                          filter = case when filter is null then null else coalesce($4, filter) end,
                          updated_at = $5
                        where tenant = $1 and id = $2
                        returning id, name, filter, created_at, updated_at
                        """)
                    .execute(
                        Tuple.of(
                            tenant.value(),
                            id,
                            name.orElse(null),
                            filter.orElse(null),
                            PgColumns.parameter(now)))
                    .compose(rows -> single(id, rows))
                    .compose(
                        group ->
                            filter.isPresent() && group.filter().isEmpty()
                                ? failed(
                                    ProblemType.VALIDATION_FAILED,
                                    "The group '" + id + "' is static: it has no filter.")
                                : Future.succeededFuture(group))
                    .compose(group -> requireResolved(transaction, tenant, group).map(group))
                    .compose(group -> PgAudit.append(transaction, act).map(group)))
        .map(Objects::requireNonNull);
  }

  /// Deletes a group that has no devices of its own and that no key is for.
  ///
  /// @return fails with the problems `group-not-found` and `group-in-use`
  Future<Void> delete(TenantId tenant, String id, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        select exists (
                          select from device_group_member where tenant = $1 and group_id = $2
                        ) as devices
                        from device_group where tenant = $1 and id = $2
                        for update
                        """)
                    .execute(Tuple.of(tenant.value(), id))
                    .compose(
                        rows ->
                            rows.size() == 0
                                ? notFound(id)
                                : rows.iterator().next().getBoolean("devices")
                                    ? inUse("The group '" + id + "' still has devices.")
                                    : remove(transaction, tenant, id))
                    .compose(nothing -> PgAudit.append(transaction, act)))
        .mapEmpty();
  }

  private static Future<Void> remove(SqlConnection transaction, TenantId tenant, String id) {
    return transaction
        .preparedQuery("delete from device_group where tenant = $1 and id = $2")
        .execute(Tuple.of(tenant.value(), id))
        .<Void>mapEmpty()
        .recover(
            cause ->
                cause instanceof PgException refused
                        && FOREIGN_KEY_VIOLATION.equals(refused.getSqlState())
                    ? inUse("There are " + users(refused) + " for the group '" + id + "'.")
                    : Future.failedFuture(cause));
  }

  private static String users(PgException refused) {
    return String.valueOf(refused.getConstraint()).startsWith("webhook") ? "webhooks" : "API keys";
  }

  private static Future<Void> inUse(String detail) {
    return failed(ProblemType.GROUP_IN_USE, detail);
  }

  private static <T> Future<T> notFound(String id) {
    return failed(ProblemType.GROUP_NOT_FOUND, "There is no group '" + id + "'.");
  }

  private static Future<GroupDocument> single(String id, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(document(rows.iterator().next()))
        : notFound(id);
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }

  private static GroupDocument document(Row row) {
    return new GroupDocument(
        row.getString("id"),
        row.getString("name"),
        PgColumns.text(row, "filter"),
        PgColumns.time(row, "created_at").orElseThrow(),
        PgColumns.time(row, "updated_at").orElseThrow());
  }
}
