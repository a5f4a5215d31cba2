package dev.fairlead.command.device;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.DeviceChange.Deleted;
import dev.fairlead.bus.message.DeviceChange.Present;
import dev.fairlead.bus.message.DevicesMessage;
import dev.fairlead.bus.message.TypeChange;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.Received;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.session.PgDeviceQueues;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Follows `fairlead.devices`. The commands of a device that is deleted are cancelled, and are not
/// those of a later device of the same id, which is another one, perhaps of another tenant that was
/// given the id of the one before.
public final class PgDevices implements PgConsumer.Use<DevicesMessage> {

  /// The name under which the offsets of this consumer stand.
  public static final String CONSUMER = "command.devices";

  private final Pool pool;
  private final PgCommandStore commands;
  private final PgTypes types;

  /// @param pool of the schema `command`
  /// @param types takes what the topic tells of types
  public PgDevices(Pool pool, PgCommandStore commands, PgTypes types) {
    this.pool = pool;
    this.commands = commands;
    this.types = types;
  }

  /// Whether a device is known to exist.
  public Future<Boolean> exists(DeviceKey device) {
    return pool.preparedQuery("select 1 from device where tenant = $1 and device_id = $2")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .map(rows -> rows.size() > 0);
  }

  /// Whether a device is known to be in a group.
  Future<Boolean> isInGroup(DeviceKey device, String group) {
    return pool.preparedQuery(
            "select 1 from device where tenant = $1 and device_id = $2 and $3 = any(groups)")
        .execute(Tuple.of(device.tenant().value(), device.device().value(), group))
        .map(rows -> rows.size() > 0);
  }

  /// Those of some devices that are known, and known to be in the group if there is one to be in.
  Future<Set<DeviceKey>> known(List<DeviceKey> wanted, Optional<String> group) {
    return pool.preparedQuery(
            """
            select d.tenant, d.device_id
            from unnest($1::text[], $2::text[]) as wanted (tenant, device_id)
            join device d on d.tenant = wanted.tenant and d.device_id = wanted.device_id
            where $3::text is null or $3 = any(d.groups)
            """)
        .execute(PgDeviceQueues.arguments(wanted).addValue(group.orElse(null)))
        .map(
            rows -> {
              Set<DeviceKey> known = HashSet.newHashSet(rows.size());
              for (Row row : rows) {
                known.add(DeviceKey.of(row.getString("tenant"), row.getString("device_id")));
              }
              return known;
            });
  }

  /// How far the topic has been read, by any replica: partition → next offset.
  Future<Map<Integer, Long>> positions() {
    return pool.preparedQuery(
            "select partition, next from consumer_offset where consumer = $1 and topic = $2")
        .execute(Tuple.of(CONSUMER, Topic.DEVICES.suffix()))
        .map(
            rows -> {
              Map<Integer, Long> positions = HashMap.newHashMap(rows.size());
              for (Row row : rows) {
                positions.put(row.getInteger("partition"), row.getLong("next"));
              }
              return positions;
            });
  }

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<DevicesMessage>> messages) {
    Future<?> ready = PgDeviceQueues.lock(transaction, devices(messages));
    for (Received<DevicesMessage> received : messages) {
      ready =
          ready.compose(
              _ ->
                  switch (received.message()) {
                    case Present present -> present(transaction, present);
                    case Deleted deleted -> deleted(transaction, deleted);
                    case TypeChange change -> types.apply(transaction, change);
                  });
    }
    return ready.mapEmpty();
  }

  private static List<DeviceKey> devices(List<Received<DevicesMessage>> messages) {
    return messages.stream()
        .flatMap(
            received ->
                switch (received.message()) {
                  case Present present ->
                      Stream.concat(Stream.of(present.device()), PgParents.of(present).stream());
                  case Deleted deleted -> Stream.of(deleted.device());
                  case TypeChange _ -> Stream.empty();
                })
        .toList();
  }

  /// One that has no parent any more has lost the session with it, which was the parent's.
  private static Future<Void> present(SqlConnection transaction, Present present) {
    DeviceKey device = present.device();
    return transaction
        .preparedQuery(
            """
            with known as (
              insert into device (tenant, device_id, groups, type, after_sequence)
              select $1, $2, $3, $4, coalesce(max(sequence), 0)
              from command where tenant = $1 and device_id = $2
              on conflict (tenant, device_id) do update
              set groups = excluded.groups, type = excluded.type
              where device.groups <> excluded.groups
                or device.type is distinct from excluded.type)
            insert into device_queue as q (tenant, device_id) values ($1, $2)
            on conflict (tenant, device_id) do update
            set parent = null, session_id = null, address = null, generation = 0, epoch_offset = -1
            where q.parent is not null and not $5
            """)
        .execute(
            Tuple.of(
                device.tenant().value(),
                device.device().value(),
                present.groups().stream().sorted().toArray(String[]::new),
                present.type().orElse(null),
                present.parent().isPresent()))
        .compose(
            _ ->
                PgParents.of(present)
                    .map(parent -> PgParents.below(transaction, device, parent))
                    .orElse(Future.succeededFuture()));
  }

  private Future<Void> deleted(SqlConnection transaction, Deleted deleted) {
    DeviceKey device = deleted.device();
    Instant at = Instant.ofEpochMilli(deleted.timeMillis());
    return commands
        .cancelAll(transaction, device, at, "the device was deleted")
        .compose(
            _ ->
                transaction
                    .preparedQuery(
                        """
                        with gone as (
                          delete from device where tenant = $1 and device_id = $2)
                        delete from device_queue where tenant = $1 and device_id = $2
                        """)
                    .execute(Tuple.of(device.tenant().value(), device.device().value())))
        .mapEmpty();
  }
}
