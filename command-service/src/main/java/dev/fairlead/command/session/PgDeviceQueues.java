package dev.fairlead.command.session;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The locks of devices: the rows under which everything about a device's commands is decided.
public final class PgDeviceQueues {

  private PgDeviceQueues() {}

  /// Waits for the rows of these devices and locks them, in the one order in which everybody does,
  /// until the transaction ends. What is read afterwards is as the last holder left it.
  ///
  /// @return the devices that have a row, each with its live session
  public static Future<Map<DeviceKey, Optional<LiveSession>>> lock(
      SqlConnection transaction, Collection<DeviceKey> devices) {
    List<DeviceKey> distinct = devices.stream().distinct().toList();
    return transaction
        .preparedQuery(
            """
            select q.tenant, q.device_id, q.session_id, q.address
            from device_queue q
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              on q.tenant = wanted.tenant and q.device_id = wanted.device_id
            order by q.tenant, q.device_id
            for update of q
            """)
        .execute(arguments(distinct))
        .map(
            rows -> {
              Map<DeviceKey, Optional<LiveSession>> locked = HashMap.newHashMap(rows.size());
              for (Row row : rows) {
                locked.put(
                    DeviceKey.of(row.getString("tenant"), row.getString("device_id")),
                    session(row));
              }
              return locked;
            });
  }

  /// Has devices looked at for something to send at once, those where something waits. To be called
  /// under their locks.
  public static Future<Void> look(SqlConnection transaction, List<DeviceKey> devices) {
    return devices.isEmpty()
        ? Future.succeededFuture()
        : transaction
            .preparedQuery(
                """
                update device_queue q set due_at = now()
                from unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
                where q.tenant = wanted.tenant and q.device_id = wanted.device_id
                  and exists (
                    select from command c
                    where c.tenant = q.tenant and c.device_id = q.device_id and c.waiting)
                """)
            .execute(arguments(devices))
            .mapEmpty();
  }

  /// The session in the columns `session_id` and `address`.
  public static Optional<LiveSession> session(Row row) {
    @Nullable String session = row.getString("session_id");
    @Nullable String address = row.getString("address");
    return session == null || address == null
        ? Optional.empty()
        : Optional.of(new LiveSession(new SessionId(session), InboxAddress.parse(address)));
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
