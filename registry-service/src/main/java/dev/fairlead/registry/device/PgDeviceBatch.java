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

  private static final String INSERT =
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
      """;

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

  /// Devices that are to be made, and what there is to tell of them, as the database takes it.
  public static final class Making {
    private final int count;
    private final Tuple devices;
    private final News news;

    private Making(int count, Tuple devices, News news) {
      this.count = count;
      this.devices = devices;
      this.news = news;
    }

    /// Prepares to make devices.
    public static Making of(TenantId tenant, List<DescribedDevice> devices, Instant now) {
      return new Making(
          devices.size(), parameters(tenant, devices, now), News.of(tenant, devices, now));
    }

    /// How many devices are to be made.
    public int count() {
      return count;
    }
  }

  /// Makes devices, without credentials, and tells the feed and the bus. What there is to tell is
  /// sent while the database still makes them.
  ///
  /// @return the last place in the outbox of what was said; fails with [SomeExistException] where
  ///     some of the devices were there, and with a violation of a foreign key where the tenant is
  ///     gone
  public static Future<OptionalLong> insertAll(SqlConnection transaction, Making making) {
    if (making.count == 0) {
      return Future.succeededFuture(OptionalLong.empty());
    }
    Future<Long> made =
        transaction
            .preparedQuery(INSERT + "select count(*) as made from made")
            .execute(making.devices)
            .map(rows -> rows.iterator().next().getLong("made"));
    Future<OptionalLong> told = tell(transaction, making.news);
    return made.compose(
        count -> count == making.count ? told : Future.failedFuture(new SomeExistException()));
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
            .compose(
                made ->
                    tell(transaction, News.of(tenant, only(devices, made), now))
                        .map(outboxId -> new Outcome(made, outboxId)));
  }

  private static Future<Set<DeviceId>> make(
      SqlConnection transaction, TenantId tenant, List<DescribedDevice> devices, Instant now) {
    return transaction
        .preparedQuery(INSERT + "select id from made")
        .execute(parameters(tenant, devices, now))
        .map(PgDeviceBatch::ids);
  }

  /// What there is to tell of devices that were made.
  private record News(
      TenantId tenant, List<String> ids, PgChanges.Prepared changes, PgOutbox.Prepared records) {
    static News of(TenantId tenant, List<DescribedDevice> devices, Instant now) {
      List<Change> changes = new ArrayList<>(devices.size());
      List<BusRecord> records = new ArrayList<>(devices.size());
      for (DescribedDevice device : devices) {
        DeviceKey key = new DeviceKey(tenant, device.id());
        changes.addAll(DeviceChanges.created(key, device.description(), now));
        records.add(
            PgDeviceNews.present(key, device.description(), Optional.empty(), Set.of(), now));
      }
      return new News(
          tenant,
          devices.stream().map(device -> device.id().value()).toList(),
          PgChanges.prepare(changes),
          PgOutbox.prepare(records));
    }
  }

  private static List<DescribedDevice> only(List<DescribedDevice> devices, Set<DeviceId> made) {
    return devices.stream().filter(device -> made.contains(device.id())).toList();
  }

  /// All is sent at once, and done in this order.
  private static Future<OptionalLong> tell(SqlConnection transaction, News news) {
    Future<OptionalLong> lifted =
        PgBlocks.lift(transaction, news.tenant(), news.ids())
            .compose(
                blocks ->
                    PgOutbox.append(
                        transaction, blocks.stream().map(AccessMessage::toRecord).toList()));
    Future<Void> changed = PgChanges.append(transaction, news.changes());
    Future<OptionalLong> said = PgOutbox.append(transaction, news.records());
    return Future.all(lifted, changed, said).map(all -> last(said.result(), lifted.result()));
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
