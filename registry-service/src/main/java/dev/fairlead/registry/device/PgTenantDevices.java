package dev.fairlead.registry.device;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.tenant.TenantDevices;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Deletes the devices of a tenant, a few at a time, so that everybody else has the database too.
public final class PgTenantDevices implements TenantDevices {

  private static final int AT_ONCE = 4;

  private final Pool pool;
  private final DeviceTokens tokens;
  private final InstantSource clock;

  /// @param tokens tells how long those of a deleted device may be about
  public PgTenantDevices(Pool pool, DeviceTokens tokens, InstantSource clock) {
    this.pool = pool;
    this.tokens = tokens;
    this.clock = clock;
  }

  @Override
  public Future<Boolean> deleteSome(TenantId tenant) {
    return pool.preparedQuery("select id from device where tenant = $1 order by id limit $2")
        .execute(Tuple.of(tenant.value(), AT_ONCE))
        .compose(
            rows -> {
              List<Future<?>> deleted = new ArrayList<>();
              rows.forEach(
                  row ->
                      deleted.add(
                          delete(new DeviceKey(tenant, new DeviceId(row.getString("id"))))));
              return Future.join(deleted).map(!deleted.isEmpty());
            });
  }

  /// One that another replica, or a person, has deleted meanwhile is deleted.
  private Future<Void> delete(DeviceKey device) {
    Instant now = clock.instant();
    return pool.withTransaction(
            transaction ->
                PgDeviceRemoval.lock(transaction, device)
                    .compose(
                        locked ->
                            PgDeviceRemoval.remove(
                                transaction, locked, tokens.plan(now).expiresAt(), now)))
        .<Void>mapEmpty()
        .recover(
            cause ->
                cause instanceof ProblemException problem
                        && problem.problem().type() == ProblemType.DEVICE_NOT_FOUND
                    ? Future.succeededFuture()
                    : Future.failedFuture(cause));
  }
}
