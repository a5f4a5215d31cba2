package dev.fairlead.registry.subdevice;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// How sub-devices hang on their parents.
public final class PgSubDevices {

  /// The most sub-devices of a device.
  public static final int SUB_DEVICES_MAX = 1_000;

  private PgSubDevices() {}

  /// A sub-device whose parent came or went.
  ///
  /// @param wasOnline whether it was before
  public record Followed(
      DeviceKey device,
      DeviceKey parent,
      boolean wasOnline,
      boolean online,
      Instant since,
      Optional<String> reason) {}

  /// Puts a device that was just made in this transaction below another one, and gives it the
  /// presence of that one.
  ///
  /// @return fails with the problem `device-not-found` when there is no such parent, with
  ///     `sub-device` when that is one itself, and with `quota-exceeded`
  public static Future<Void> attach(SqlConnection transaction, DeviceKey device, DeviceKey parent) {
    Tuple keys =
        Tuple.of(device.tenant().value(), device.device().value(), parent.device().value());
    // The row of presence stays as it is until the end: who changes it finds the new one below it.
    return transaction
        .preparedQuery(
            """
            select parent,
              (select count(*) from device
               where device.tenant = presence.tenant and device.parent = presence.device_id)
                as children
            from presence where tenant = $1 and device_id = $2
            for update
            """)
        .execute(Tuple.of(parent.tenant().value(), parent.device().value()))
        .compose(
            rows ->
                rows.size() == 0
                    ? failed(
                        ProblemType.DEVICE_NOT_FOUND,
                        "There is no device '" + parent.device() + "'.")
                    : requireRoom(parent, rows.iterator().next()))
        .compose(
            nothing ->
                transaction
                    .preparedQuery("update device set parent = $3 where tenant = $1 and id = $2")
                    .execute(keys))
        .compose(
            nothing ->
                transaction
                    .preparedQuery(
                        """
                        update presence as child
                        set parent = $3, online = above.online, since = above.since,
                          reason = above.reason
                        from presence as above
                        where child.tenant = $1 and child.device_id = $2
                          and above.tenant = $1 and above.device_id = $3
                        """)
                    .execute(keys))
        .mapEmpty();
  }

  private static Future<Void> requireRoom(DeviceKey parent, Row row) {
    if (PgColumns.text(row, "parent").isPresent()) {
      return failed(
          ProblemType.SUB_DEVICE,
          "'" + parent.device() + "' is a sub-device itself, and has none below it.");
    }
    return row.getLong("children") < SUB_DEVICES_MAX
        ? Future.succeededFuture()
        : failed(
            ProblemType.QUOTA_EXCEEDED, "A device may have " + SUB_DEVICES_MAX + " sub-devices.");
  }

  /// Has sub-devices come and go with their parents, whose presence was just written.
  public static Future<List<Followed>> follow(
      SqlConnection transaction, Collection<DeviceKey> parents) {
    if (parents.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    return transaction
        .preparedQuery(
            """
            with children as materialized (
              select child.tenant, child.device_id, child.online as was_online, above.online,
                above.since, above.reason
              from presence as above
              join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
                using (tenant, device_id)
              join presence as child
                on child.tenant = above.tenant and child.parent = above.device_id
              order by child.tenant, child.device_id
              for update of child
            )
            update presence as child
            set online = above.online, since = above.since, reason = above.reason
            from children as above
            where child.tenant = above.tenant and child.device_id = above.device_id
            returning child.tenant, child.device_id, child.parent, above.was_online,
              child.online, child.since, child.reason
            """)
        .execute(PgColumns.keys(parents))
        .map(
            rows -> {
              List<Followed> followed = new ArrayList<>(rows.size());
              rows.forEach(row -> followed.add(followed(row)));
              return followed;
            });
  }

  private static Followed followed(Row row) {
    DeviceKey device = PgColumns.key(row);
    return new Followed(
        device,
        DeviceKey.of(device.tenant().value(), row.getString("parent")),
        row.getBoolean("was_online"),
        row.getBoolean("online"),
        PgColumns.time(row, "since").orElse(Instant.EPOCH),
        PgColumns.text(row, "reason"));
  }

  /// Checks that a device connects itself, and so may have credentials.
  ///
  /// @param row of the device, with `parent`
  /// @return fails with the problem `sub-device`
  public static Future<Void> requireOwnVoice(DeviceKey device, Row row) {
    return PgColumns.text(row, "parent")
        .map(
            parent ->
                PgSubDevices.<Void>failed(
                    ProblemType.SUB_DEVICE,
                    "'%s' is a sub-device of '%s', which connects for it."
                        .formatted(device.device(), parent)))
        .orElse(Future.succeededFuture());
  }

  /// Checks that a device, whose row is locked, has no sub-devices.
  ///
  /// @return fails with the problem `has-sub-devices`
  public static Future<Void> requireNone(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery(
            "select exists (select from device where tenant = $1 and parent = $2) as any_below")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .compose(
            rows ->
                rows.iterator().next().getBoolean("any_below")
                    ? failed(
                        ProblemType.HAS_SUB_DEVICES,
                        "'" + device.device() + "' has sub-devices; delete those first.")
                    : Future.succeededFuture());
  }

  private static <T> Future<T> failed(ProblemType type, String detail) {
    return Future.failedFuture(new ProblemException(type, detail));
  }
}
