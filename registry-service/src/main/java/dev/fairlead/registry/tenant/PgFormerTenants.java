package dev.fairlead.registry.tenant;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// The table of tenants that were deleted. What is left of one, its audit above all, is found by
/// its id: while it is kept, another tenant of this id would be shown it.
final class PgFormerTenants {

  private PgFormerTenants() {}

  /// Remembers a tenant that is being deleted.
  static Future<Void> add(SqlConnection transaction, TenantId tenant, Instant now) {
    return transaction
        .preparedQuery(
            """
            insert into former_tenant (id, deleted_at) values ($1, $2)
            on conflict (id) do update set deleted_at = excluded.deleted_at
            """)
        .execute(Tuple.of(tenant.value(), PgColumns.parameter(now)))
        .mapEmpty();
  }

  /// Gives an id free, where it is one of a former tenant of which nothing is kept any more.
  ///
  /// Entries may still be on their way when their tenant is deleted, so that the moment counts from
  /// which none can come, as well as those that are there. Also somebody who acts in a tenant that
  /// does not exist leaves entries; alone they take no id away.
  ///
  /// @param kept how long an entry of the audit is
  /// @return until when the id is taken; empty when it is free
  static Future<Optional<Instant>> free(
      SqlConnection transaction, TenantId tenant, Duration kept, Instant now) {
    return transaction
        .preparedQuery(
            """
            select deleted_at, (
              select at from audit where tenant = former_tenant.id
              order by sequence desc limit 1) as last_at
            from former_tenant where id = $1
            """)
        .execute(Tuple.of(tenant.value()))
        .compose(
            rows -> {
              Optional<Instant> until =
                  rows.size() == 0
                      ? Optional.empty()
                      : takenUntil(rows.iterator().next(), kept, now);
              return until.isPresent()
                  ? Future.succeededFuture(until)
                  : transaction
                      .preparedQuery("delete from former_tenant where id = $1")
                      .execute(Tuple.of(tenant.value()))
                      .map(until);
            });
  }

  private static Optional<Instant> takenUntil(Row row, Duration kept, Instant now) {
    Instant deletedAt = PgColumns.time(row, "deleted_at").orElseThrow();
    Optional<Instant> last = PgColumns.time(row, "last_at");
    Instant until = last.filter(deletedAt::isBefore).orElse(deletedAt).plus(kept);
    // What is there counts until it has been taken away, which is done from time to time.
    return last.isPresent() || until.isAfter(now) ? Optional.of(until) : Optional.empty();
  }
}
