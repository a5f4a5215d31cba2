package dev.fairlead.command.session;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The locks of devices: the rows under which everything about a device's commands is decided.
public final class PgDeviceQueues {

  private static final String ROWS =
      """
      select q.tenant, q.device_id, q.parent, q.session_id, q.address, q.generation,
        q.epoch_offset, q.due_at is not null as due
      from device_queue q
      """;

  private static final String LOCKED =
      """
      order by q.tenant, q.device_id
      for update of q
      """;

  private PgDeviceQueues() {}

  /// Waits for the rows of these devices and locks them, in the one order in which everybody does,
  /// until the transaction ends. What is read afterwards is as the last holder left it.
  ///
  /// @return the devices that have a row
  public static Future<Map<DeviceKey, DeviceQueue>> lock(
      SqlConnection transaction, Collection<DeviceKey> devices) {
    List<DeviceKey> distinct = devices.stream().distinct().toList();
    return transaction
        .preparedQuery(
            ROWS
                + """
                join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
                  on q.tenant = wanted.tenant and q.device_id = wanted.device_id
                """
                + LOCKED)
        .execute(arguments(distinct))
        .map(PgDeviceQueues::queues);
  }

  /// The same with the rows of the devices that these commands are for.
  ///
  /// @param commands their ids
  public static Future<Map<DeviceKey, DeviceQueue>> lockOf(
      SqlConnection transaction, Collection<UUID> commands) {
    return transaction
        .preparedQuery(
            ROWS
                + """
                where (q.tenant, q.device_id) in (
                  select tenant, device_id from command where id = any($1))
                """
                + LOCKED)
        .execute(Tuple.tuple().addArrayOfUUID(commands.toArray(UUID[]::new)))
        .map(PgDeviceQueues::queues);
  }

  private static Map<DeviceKey, DeviceQueue> queues(RowSet<Row> rows) {
    Map<DeviceKey, DeviceQueue> queues = HashMap.newHashMap(rows.size());
    for (Row row : rows) {
      queues.put(
          key(row),
          new DeviceQueue(
              Optional.ofNullable(row.getString("parent"))
                  .map(parent -> DeviceKey.of(row.getString("tenant"), parent)),
              session(row),
              row.getLong("generation"),
              row.getLong("epoch_offset"),
              row.getBoolean("due")));
    }
    return queues;
  }

  /// The sub-devices of some devices. The registry lets a device have 1,000 at the most.
  static Future<List<DeviceKey>> children(
      SqlConnection transaction, Collection<DeviceKey> parents) {
    return transaction
        .preparedQuery(
            """
            select q.tenant, q.device_id
            from unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
            join device_queue q on q.tenant = wanted.tenant and q.parent = wanted.device_id
            where q.parent is not null
            """)
        .execute(arguments(parents.stream().distinct().toList()))
        .map(PgDeviceQueues::keys);
  }

  /// Has devices looked at for something to send, each when it is its turn: those that are there,
  /// where something waits, and that are not looked at sooner. To be called under their locks.
  public static Future<Void> look(
      SqlConnection transaction, List<DeviceKey> devices, ReturnPace pace) {
    return devices.isEmpty()
        ? Future.succeededFuture()
        : transaction
            .preparedQuery(
                """
                select q.tenant, q.device_id
                from unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
                join device_queue q
                  on q.tenant = wanted.tenant and q.device_id = wanted.device_id
                where q.session_id is not null and (q.due_at is null or q.due_at > now())
                  and exists (
                    select from command c
                    where c.tenant = q.tenant and c.device_id = q.device_id and c.waiting)
                """)
            .execute(arguments(devices))
            .compose(rows -> schedule(transaction, rows, pace));
  }

  private static Future<Void> schedule(
      SqlConnection transaction, RowSet<Row> rows, ReturnPace pace) {
    List<DeviceKey> devices = keys(rows);
    return devices.isEmpty()
        ? Future.succeededFuture()
        : transaction
            .preparedQuery(
                """
                update device_queue q set due_at = least(
                  coalesce(q.due_at, 'infinity'), now() + make_interval(secs => wanted.delay))
                from unnest($1::text[], $2::text[], $3::double precision[])
                  as wanted(tenant, device_id, delay)
                where q.tenant = wanted.tenant and q.device_id = wanted.device_id
                """)
            .execute(
                arguments(devices)
                    .addArrayOfDouble(
                        devices.stream()
                            .map(device -> seconds(pace.next(device.tenant())))
                            .toArray(Double[]::new)))
            .mapEmpty();
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static List<DeviceKey> keys(RowSet<Row> rows) {
    List<DeviceKey> devices = new ArrayList<>(rows.size());
    rows.forEach(row -> devices.add(key(row)));
    return devices;
  }

  private static DeviceKey key(Row row) {
    return DeviceKey.of(row.getString("tenant"), row.getString("device_id"));
  }

  /// The session in the columns `session_id` and `address`, of the device in `tenant` and
  /// `device_id` or of its `parent`.
  public static Optional<LiveSession> session(Row row) {
    @Nullable String session = row.getString("session_id");
    @Nullable String address = row.getString("address");
    return session == null || address == null
        ? Optional.empty()
        : Optional.of(
            new LiveSession(
                DeviceKey.of(
                    row.getString("tenant"),
                    Objects.requireNonNullElse(
                        row.getString("parent"), row.getString("device_id"))),
                new SessionId(session),
                InboxAddress.parse(address)));
  }

  /// Devices as two arguments: the array of their tenants and that of their ids.
  public static Tuple arguments(List<DeviceKey> devices) {
    return Tuple.tuple()
        .addArrayOfString(
            devices.stream().map(device -> device.tenant().value()).toArray(String[]::new))
        .addArrayOfString(
            devices.stream().map(device -> device.device().value()).toArray(String[]::new));
  }
}
