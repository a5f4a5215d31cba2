package dev.fairlead.registry.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.Location;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.alert.PgAlertStore;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.credential.DeviceTokens;
import dev.fairlead.registry.credential.PgBlocks;
import dev.fairlead.registry.filter.Filter;
import dev.fairlead.registry.filter.PgFilter;
import dev.fairlead.registry.filter.PgGroupFilters;
import dev.fairlead.registry.limit.PgDeviceQuota;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.registry.row.PgTimeLimit;
import dev.fairlead.registry.subdevice.PgSubDevices;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Devices in PostgreSQL. A device and the rows that hang on it come and go together.
final class PgDeviceStore implements DeviceStore {

  /// The member of a patch that shuts a device out or lets it in.
  private static final String BLOCKED = "blocked";

  private final Pool pool;
  private final Pool longQueries;
  private final PgOutbox outbox;
  private final PgDeviceQuota quota;

  /// @param longQueries for lists that a filter makes
  /// @param quota how many devices a tenant may have
  PgDeviceStore(Pool pool, Pool longQueries, PgOutbox outbox, PgDeviceQuota quota) {
    this.pool = pool;
    this.longQueries = longQueries;
    this.outbox = outbox;
    this.quota = quota;
  }

  @Override
  public Future<Made> create(
      DeviceKey device,
      DeviceDescription description,
      DeviceTokens.Plan plan,
      Instant now,
      Act act) {
    Future<Made> made =
        pool.withTransaction(
                transaction ->
                    PgNewDevice.insert(transaction, device, description, plan, quota, now)
                        .compose(
                            generation ->
                                PgAudit.append(
                                        transaction, act, DeviceRoutes.PATH + device.device())
                                    .map(outboxId -> new Made(generation, outboxId))))
            .map(Objects::requireNonNull);
    return PgTenants.required(device.tenant(), made);
  }

  @Override
  public Future<Long> createBelow(
      DeviceKey parent, DeviceKey device, DeviceDescription description, Instant now, Act act) {
    Future<Long> made =
        pool.withTransaction(
                transaction ->
                    PgNewDevice.insertBelow(transaction, parent, device, description, quota, now)
                        .compose(
                            nothing ->
                                PgAudit.append(
                                    transaction, act, DeviceRoutes.PATH + device.device())))
            .map(Objects::requireNonNull);
    return PgTenants.required(device.tenant(), made);
  }

  @Override
  public Future<DeviceDocument> get(DeviceKey device) {
    return pool.withConnection(connection -> read(connection, device)).map(Objects::requireNonNull);
  }

  private Future<DeviceDocument> read(SqlConnection connection, DeviceKey device) {
    return connection
        .preparedQuery(PgDeviceRows.SELECT_ONE)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(rows -> PgDeviceRemoval.single(device, rows))
        .compose(
            row ->
                PgAlertStore.open(connection, device)
                    .map(open -> PgDeviceRows.document(row, open)));
  }

  @Override
  public Future<Listed> list(DeviceFilter filter, Optional<String> after, int limit, Instant now) {
    if (!filter.mayTakeLong()) {
      return run(pool, PgDeviceQuery.of(filter, Optional.empty(), after, limit, now, false))
          .map(devices -> new Listed(devices, true));
    }
    return PgTimeLimit.within(
        longQueries,
        transaction ->
            resolved(transaction, filter)
                .compose(
                    expression ->
                        PgFewDevices.are(transaction, filter, expression, now)
                            .compose(
                                few ->
                                    run(
                                        transaction,
                                        PgDeviceQuery.of(
                                            filter, expression, after, limit, now, few)))
                            .map(
                                devices ->
                                    new Listed(
                                        devices,
                                        expression.flatMap(PgFilter::unindexed).isEmpty()))));
  }

  /// The expression of a filter without names of dynamic groups.
  private static Future<Optional<Filter>> resolved(SqlConnection transaction, DeviceFilter filter) {
    return filter
        .filter()
        .map(
            expression ->
                PgGroupFilters.resolve(transaction, filter.tenant(), expression).map(Optional::of))
        .orElseGet(() -> Future.succeededFuture(Optional.empty()));
  }

  private static Future<List<DeviceDocument.Summary>> run(SqlClient client, PgDeviceQuery query) {
    return client
        .preparedQuery(query.sql())
        .execute(query.parameters())
        .map(
            rows -> {
              List<DeviceDocument.Summary> devices = new ArrayList<>(rows.size());
              rows.forEach(row -> devices.add(PgDeviceRows.summary(row)));
              return devices;
            });
  }

  @Override
  public Future<Optional<Long>> patch(DeviceKey device, ObjectNode patch, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .preparedQuery(
                        """
                        select name, type, tags::text as tags, latitude, longitude
                        from device where tenant = $1 and id = $2
                        for update
                        """)
                    .execute(Tuple.of(device.tenant().value(), device.device().value()))
                    .compose(rows -> PgDeviceRemoval.single(device, rows))
                    .map(row -> PgDeviceRows.description(row).patched(patch))
                    .compose(description -> update(transaction, device, description, now))
                    .compose(updated -> PgAudit.append(transaction, act))
                    .compose(audited -> block(transaction, device, patch)))
        .map(Objects::requireNonNull)
        .onSuccess(blocked -> outbox.poke());
  }

  private static Future<Optional<Long>> block(
      SqlConnection transaction, DeviceKey device, ObjectNode patch) {
    return patch.has(BLOCKED)
        ? PgBlocks.set(transaction, device, patch.path(BLOCKED).booleanValue())
            .compose(news -> PgOutbox.append(transaction, news.toRecord()))
            .map(Optional::of)
        : Future.succeededFuture(Optional.empty());
  }

  private static Future<Long> update(
      SqlConnection transaction, DeviceKey device, DeviceDescription description, Instant now) {
    return transaction
        .preparedQuery(
            """
            update device set name = $3, type = $4, tags = $5::text::jsonb, updated_at = $6,
              latitude = $7, longitude = $8, words = $9::text::tsvector
            where tenant = $1 and id = $2
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
            rows -> PgChanges.append(transaction, DeviceChanges.updated(device, description, now)))
        .compose(nothing -> PgDeviceNews.present(transaction, List.of(device), now))
        .compose(news -> PgOutbox.append(transaction, news.getFirst()));
  }

  @Override
  public Future<Long> delete(DeviceKey device, Instant revokedUntil, Instant now, Act act) {
    return pool.withTransaction(
            transaction ->
                PgDeviceRemoval.lock(transaction, device)
                    .compose(locked -> PgSubDevices.requireNone(transaction, device).map(locked))
                    .compose(
                        locked ->
                            PgAudit.append(transaction, act)
                                .compose(
                                    nothing ->
                                        PgDeviceRemoval.remove(
                                            transaction, locked, revokedUntil, now))))
        .map(Objects::requireNonNull);
  }
}
