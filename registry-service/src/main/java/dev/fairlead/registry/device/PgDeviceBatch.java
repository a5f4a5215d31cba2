package dev.fairlead.registry.device;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.Location;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.change.Change;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.credential.PgBlocks;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes and changes devices of one tenant many at a time, in transactions of the caller: each
/// table is asked once, however many there are. Callers give each id once, in the order of
/// [PgColumns#LOCK_ORDER].
public final class PgDeviceBatch {

  private PgDeviceBatch() {}

  /// What came of a batch.
  ///
  /// @param ids which devices were made, or changed
  /// @param outboxId the last place in the outbox of what was said; empty where nothing was
  public record Outcome(Set<DeviceId> ids, OptionalLong outboxId) {

    /// Copies the ids.
    public Outcome {
      ids = Set.copyOf(ids);
    }

    /// What comes of nothing.
    public static Outcome nothing() {
      return new Outcome(Set.of(), OptionalLong.empty());
    }
  }

  /// Those of some devices that are there, and what is said about them. Nobody else changes or
  /// deletes them until the transaction ends.
  public static Future<Map<DeviceId, DeviceDescription>> lock(
      SqlConnection transaction, TenantId tenant, Collection<DeviceId> ids) {
    return transaction
        .preparedQuery(
            """
            select id, name, type, tags::text as tags, latitude, longitude
            from device where tenant = $1 and id = any($2)
            order by id
            for update
            """)
        .execute(
            Tuple.of(
                tenant.value(), (Object) ids.stream().map(DeviceId::value).toArray(String[]::new)))
        .map(
            rows -> {
              Map<DeviceId, DeviceDescription> there = new HashMap<>();
              rows.forEach(
                  row ->
                      there.put(new DeviceId(row.getString("id")), PgDeviceRows.description(row)));
              return there;
            });
  }

  /// Some of the devices to be made were there already.
  public static final class SomeExistException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private SomeExistException() {
      super("there are devices of these ids", null, false, false);
    }
  }

  /// Makes devices, without credentials, and tells the feed and the bus. What there is to tell is
  /// sent while the database still makes them.
  ///
  /// @return what was made, all of them; fails with [SomeExistException] where some were there, and
  ///     with a violation of a foreign key where the tenant is gone
  public static Future<Outcome> insertAll(
      SqlConnection transaction, TenantId tenant, List<DescribedDevice> devices, Instant now) {
    if (devices.isEmpty()) {
      return Future.succeededFuture(Outcome.nothing());
    }
    Future<Set<DeviceId>> made = make(transaction, tenant, devices, now);
    Future<Outcome> told = tell(transaction, tenant, News.of(tenant, devices, now));
    return made.compose(
        ids -> ids.size() == devices.size() ? told : Future.failedFuture(new SomeExistException()));
  }

  /// Makes devices, without credentials, and tells the feed and the bus. One that is there already
  /// is left as it is.
  ///
  /// @return what was made; fails with a violation of a foreign key where the tenant is gone
  public static Future<Outcome> insert(
      SqlConnection transaction, TenantId tenant, List<DescribedDevice> devices, Instant now) {
    return devices.isEmpty()
        ? Future.succeededFuture(Outcome.nothing())
        : make(transaction, tenant, devices, now)
            .compose(made -> tell(transaction, tenant, News.of(tenant, only(devices, made), now)));
  }

  private static Future<Set<DeviceId>> make(
      SqlConnection transaction, TenantId tenant, List<DescribedDevice> devices, Instant now) {
    return transaction
        .preparedQuery(
            """
            with made as (
              insert into device
                (tenant, id, name, type, tags, created_at, updated_at, latitude, longitude, words)
              select $1, id, name, type, tags::jsonb, $2, $2, latitude, longitude, words::tsvector
              from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::float8[],
                  $8::float8[], $9::text[])
                with ordinality as given (id, name, type, tags, latitude, longitude, words, place)
              order by place
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
        .execute(parameters(tenant, devices, now))
        .map(PgDeviceBatch::ids);
  }

  /// What there is to tell of devices that were made.
  private record News(Set<DeviceId> ids, List<Change> changes, List<BusRecord> records) {
    static News of(TenantId tenant, List<DescribedDevice> devices, Instant now) {
      News news = new News(new HashSet<>(), new ArrayList<>(), new ArrayList<>());
      for (DescribedDevice device : devices) {
        DeviceKey key = new DeviceKey(tenant, device.id());
        news.ids.add(device.id());
        news.changes.addAll(DeviceChanges.created(key, device.description(), now));
        news.records.add(
            PgDeviceNews.present(key, device.description(), Optional.empty(), Set.of(), now));
      }
      return news;
    }
  }

  private static List<DescribedDevice> only(List<DescribedDevice> devices, Set<DeviceId> made) {
    return devices.stream().filter(device -> made.contains(device.id())).toList();
  }

  /// All is sent at once, and done in this order.
  private static Future<Outcome> tell(SqlConnection transaction, TenantId tenant, News news) {
    Future<OptionalLong> lifted =
        PgBlocks.lift(transaction, tenant, news.ids().stream().map(DeviceId::value).toList())
            .compose(
                blocks ->
                    PgOutbox.append(
                        transaction, blocks.stream().map(AccessMessage::toRecord).toList()));
    Future<Void> changed = PgChanges.append(transaction, news.changes());
    Future<OptionalLong> said = PgOutbox.append(transaction, news.records());
    return Future.all(lifted, changed, said)
        .map(all -> new Outcome(news.ids(), last(said.result(), lifted.result())));
  }

  /// The later of two places in the outbox.
  private static OptionalLong last(OptionalLong one, OptionalLong other) {
    return one.isPresent() && other.isPresent()
        ? OptionalLong.of(Math.max(one.getAsLong(), other.getAsLong()))
        : one.isPresent() ? one : other;
  }

  /// Changes what is said about devices, and tells the feed and the bus.
  ///
  /// @param devices that [#lock] found
  /// @return what was changed
  public static Future<Outcome> update(
      SqlConnection transaction, TenantId tenant, List<DescribedDevice> devices, Instant now) {
    if (devices.isEmpty()) {
      return Future.succeededFuture(Outcome.nothing());
    }
    List<DeviceKey> keys =
        devices.stream().map(device -> new DeviceKey(tenant, device.id())).toList();
    List<Change> changes = new ArrayList<>(devices.size());
    devices.forEach(
        device ->
            changes.addAll(
                DeviceChanges.updated(
                    new DeviceKey(tenant, device.id()), device.description(), now)));
    return transaction
        .preparedQuery(
            """
            update device set name = given.name, type = given.type, tags = given.tags::jsonb,
              updated_at = $2, latitude = given.latitude, longitude = given.longitude,
              words = given.words::tsvector
            from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::float8[],
                $8::float8[], $9::text[]) as given (id, name, type, tags, latitude, longitude, words)
            where device.tenant = $1 and device.id = given.id
            returning device.id
            """)
        .execute(parameters(tenant, devices, now))
        .map(PgDeviceBatch::ids)
        .compose(
            ids ->
                PgChanges.append(transaction, changes)
                    .compose(nothing -> PgDeviceNews.present(transaction, keys, now))
                    .compose(records -> PgOutbox.append(transaction, records))
                    .map(outboxId -> new Outcome(ids, outboxId)));
  }

  private static Set<DeviceId> ids(RowSet<Row> rows) {
    Set<DeviceId> ids = new HashSet<>();
    rows.forEach(row -> ids.add(new DeviceId(row.getString("id"))));
    return ids;
  }

  private static Tuple parameters(TenantId tenant, List<DescribedDevice> devices, Instant now) {
    return Tuple.tuple()
        .addString(tenant.value())
        .addOffsetDateTime(PgColumns.parameter(now))
        .addArrayOfString(texts(devices, device -> device.id().value()))
        .addArrayOfString(texts(devices, device -> device.description().name().orElse(null)))
        .addArrayOfString(texts(devices, device -> device.description().type().orElse(null)))
        .addArrayOfString(texts(devices, device -> PgDeviceRows.json(device.description().tags())))
        .addArrayOfDouble(degrees(devices, Location::latitude))
        .addArrayOfDouble(degrees(devices, Location::longitude))
        .addArrayOfString(
            texts(devices, device -> PgDeviceRows.words(device.id(), device.description())));
  }

  private static String[] texts(
      List<DescribedDevice> devices, Function<DescribedDevice, @Nullable String> column) {
    return devices.stream().map(column).toArray(String[]::new);
  }

  private static Double[] degrees(
      List<DescribedDevice> devices, Function<Location, Double> column) {
    return devices.stream()
        .map(device -> device.description().location().map(column).orElse(null))
        .toArray(Double[]::new);
  }
}
