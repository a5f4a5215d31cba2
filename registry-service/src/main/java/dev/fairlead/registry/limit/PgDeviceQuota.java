package dev.fairlead.registry.limit;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;

/// How many devices a tenant may have.
public final class PgDeviceQuota {

  /// So near to the limit, those who make devices of one tenant do so one after the other: more
  /// than all registries together make at one moment.
  private static final long NEAR = 1_000;

  /// The same of those who make them by the thousand: ten imports of a tenant with three batches
  /// of two thousand each, and some more.
  private static final long MANY = 70_000;

  private final long devicesMax;

  /// @param defaults what holds for tenants that have nothing else
  public PgDeviceQuota(Limits defaults) {
    this.devicesMax = defaults.of(Limit.DEVICES);
  }

  /// What a tenant has and may have.
  private record Count(long devices, long max) {
    long left() {
      return Math.max(0, max - devices);
    }

    boolean isOver() {
      return devices > max;
    }

    boolean isNear() {
      return devices + NEAR > max;
    }
  }

  /// Checks the number of devices after some were made in the same transaction.
  ///
  /// @return fails with the problem `quota-exceeded`
  public Future<Void> check(SqlConnection transaction, TenantId tenant) {
    return count(transaction, tenant)
        .compose(
            count ->
                count.isNear() && !count.isOver()
                    ? alone(transaction, tenant).compose(locked -> count(transaction, tenant))
                    : Future.succeededFuture(count))
        .compose(
            count ->
                count.isOver()
                    ? Future.failedFuture(
                        new ProblemException(
                            ProblemType.QUOTA_EXCEEDED,
                            "The tenant may have " + count.max() + " devices, and has them."))
                    : Future.succeededFuture());
  }

  /// How many devices more a tenant may have, before some are made in the same transaction. Where
  /// that may come near to the limit, those who make devices do so one after the other.
  ///
  /// @param wanted how many are about to be made
  /// @return at most `wanted`
  public Future<Integer> room(SqlConnection transaction, TenantId tenant, int wanted) {
    return count(transaction, tenant)
        .compose(
            count ->
                count.left() < wanted + MANY
                    ? alone(transaction, tenant).compose(locked -> count(transaction, tenant))
                    : Future.succeededFuture(count))
        .map(count -> (int) Math.min(wanted, count.left()));
  }

  /// Whether a tenant may have so many devices more that nobody needs to wait for anybody.
  ///
  /// @param wanted how many are about to be made
  public Future<Boolean> isFar(SqlConnection transaction, TenantId tenant, int wanted) {
    return count(transaction, tenant).map(count -> count.left() >= wanted + MANY);
  }

  /// Waits for the others who come near the limit.
  private static Future<Void> alone(SqlConnection transaction, TenantId tenant) {
    return transaction
        .preparedQuery("select id from tenant where id = $1 for no key update")
        .execute(Tuple.of(tenant.value()))
        .mapEmpty();
  }

  private Future<Count> count(SqlConnection transaction, TenantId tenant) {
    return transaction
        .preparedQuery(
            """
            select
              (select sum(devices)::bigint from device_count where tenant = $1) as devices,
              (select (limits ->> $2)::bigint from tenant where id = $1) as most
            """)
        .execute(Tuple.of(tenant.value(), Limit.DEVICES.word()))
        .map(
            rows -> {
              Row row = rows.iterator().next();
              return new Count(
                  number(row, "devices").orElse(0L), number(row, "most").orElse(devicesMax));
            });
  }

  /// How many devices a tenant has.
  static Future<Long> devices(SqlClient client, TenantId tenant) {
    return client
        .preparedQuery("select sum(devices)::bigint as devices from device_count where tenant = $1")
        .execute(Tuple.of(tenant.value()))
        .map(rows -> number(rows.iterator().next(), "devices").orElse(0L));
  }

  private static Optional<Long> number(Row row, String column) {
    return Optional.ofNullable(row.getLong(column));
  }
}
