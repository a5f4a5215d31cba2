package dev.fairlead.registry.device;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.Location;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.credential.PgBlocks;
import dev.fairlead.registry.credential.PgCredentials;
import dev.fairlead.registry.limit.PgDeviceQuota;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.subdevice.PgSubDevices;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// Makes a device, in a transaction of the caller.
public final class PgNewDevice {

  private PgNewDevice() {}

  /// Makes a device with all that hangs on it, and tells the bus through the outbox.
  ///
  /// @param plan the token that it will be given
  /// @param quota how many devices a tenant may have
  /// @return the generation of its credentials; fails with the problems `device-exists` and
  ///     `quota-exceeded`
  public static Future<Long> insert(
      SqlConnection transaction,
      DeviceKey device,
      DeviceDescription description,
      DeviceTokens.Plan plan,
      PgDeviceQuota quota,
      Instant now) {
    return insertRows(transaction, device, description, now)
        .compose(nothing -> quota.check(transaction, device.tenant()))
        .compose(nothing -> lift(transaction, device))
        .compose(nothing -> PgCredentials.generation(transaction, device, plan))
        .compose(
            generation ->
                tell(transaction, device, description, Optional.empty(), now).map(generation));
  }

  /// Makes a sub-device with all that hangs on it, and tells the bus through the outbox.
  ///
  /// @param parent speaks for it
  /// @param quota how many devices a tenant may have
  /// @return fails with the problems `device-exists`, `device-not-found`, `sub-device` and
  ///     `quota-exceeded`
  static Future<Void> insertBelow(
      SqlConnection transaction,
      DeviceKey parent,
      DeviceKey device,
      DeviceDescription description,
      PgDeviceQuota quota,
      Instant now) {
    return insertRows(transaction, device, description, now)
        .compose(nothing -> quota.check(transaction, device.tenant()))
        .compose(nothing -> lift(transaction, device))
        .compose(nothing -> PgSubDevices.attach(transaction, device, parent))
        // There are none, but a device that is made again under this id must go on above these.
        .compose(nothing -> PgCredentials.certificateGeneration(transaction, device, now))
        .compose(
            generation ->
                tell(transaction, device, description, Optional.of(parent.device()), now));
  }

  private static Future<Void> tell(
      SqlConnection transaction,
      DeviceKey device,
      DeviceDescription description,
      Optional<DeviceId> parent,
      Instant now) {
    return PgChanges.append(transaction, DeviceChanges.created(device, description, now))
        .compose(
            nothing ->
                PgOutbox.append(
                    transaction, PgDeviceNews.present(device, description, parent, Set.of(), now)))
        .mapEmpty();
  }

  /// A block that the device before it left behind under this id.
  private static Future<Void> lift(SqlConnection transaction, DeviceKey device) {
    return PgBlocks.lift(transaction, device)
        .compose(
            lifted ->
                lifted.isPresent()
                    ? PgOutbox.append(transaction, lifted.get().toRecord()).mapEmpty()
                    : Future.succeededFuture());
  }

  private static Future<Void> insertRows(
      SqlConnection transaction, DeviceKey device, DeviceDescription description, Instant now) {
    return transaction
        .preparedQuery(
            """
            with made as (
              insert into device
                (tenant, id, name, type, tags, created_at, updated_at, latitude, longitude, words)
              values ($1, $2, $3, $4, $5::text::jsonb, $6, $6, $7, $8, $9::text::tsvector)
              on conflict do nothing
              returning tenant, id
            ), presences as (
              insert into presence (tenant, device_id) select tenant, id from made
            ), reports as (
              insert into reported (tenant, device_id) select tenant, id from made
            ), measurements as (
              insert into telemetry_latest (tenant, device_id) select tenant, id from made
            )
            select id from made
            """)
        .execute(
            Tuple.of(
                device.tenant().value(),
                device.device().value(),
                description.name().orElse(null),
                description.type().orElse(null),
                PgDeviceRows.json(description.tags()),
                PgColumns.parameter(now),
                description.location().map(Location::latitude).orElse(null),
                description.location().map(Location::longitude).orElse(null),
                PgDeviceRows.words(device.device(), description)))
        .compose(
            rows ->
                rows.size() == 1 ? Future.succeededFuture() : Future.failedFuture(taken(device)));
  }

  /// Checks that a device could be made under this id.
  ///
  /// @return fails with the problem `device-exists`
  public static Future<Void> requireFree(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery("select id from device where tenant = $1 and id = $2")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(
            rows ->
                rows.size() == 0 ? Future.succeededFuture() : Future.failedFuture(taken(device)));
  }

  private static ProblemException taken(DeviceKey device) {
    return new ProblemException(
        ProblemType.DEVICE_EXISTS, "There is a device '" + device.device() + "' already.");
  }
}
