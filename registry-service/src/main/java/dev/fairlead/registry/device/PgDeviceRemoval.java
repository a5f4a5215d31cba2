package dev.fairlead.registry.device;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.change.PgChanges;
import dev.fairlead.registry.credential.PgBlocks;
import dev.fairlead.registry.credential.PgCredentials;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The end of a device: its rows, its credentials, its live connection.
final class PgDeviceRemoval {

  private PgDeviceRemoval() {}

  /// A device whose rows nobody else writes now.
  ///
  /// @param close what ends its live connection, if it has one
  record Locked(DeviceKey device, Optional<BusRecord> close) {}

  /// Locks the rows of a device in the order in which consumers lock them, so that the deletion
  /// waits for them and they for it, and never both.
  ///
  /// @return fails with the problem `device-not-found`
  static Future<Locked> lock(SqlConnection transaction, DeviceKey device) {
    Tuple key = Tuple.of(device.tenant().value(), device.device().value());
    return transaction
        .preparedQuery("select id from device where tenant = $1 and id = $2 for update")
        .execute(key)
        .compose(rows -> single(device, rows))
        .compose(
            row ->
                transaction
                    .preparedQuery(
                        """
                        select device_id from reported
                        where tenant = $1 and device_id = $2
                        for update
                        """)
                    .execute(key))
        .compose(
            rows ->
                transaction
                    .preparedQuery(
                        """
                        select online, session, address from presence
                        where tenant = $1 and device_id = $2
                        for update
                        """)
                    .execute(key))
        .compose(rows -> single(device, rows))
        .map(row -> new Locked(device, liveSession(device, row)));
  }

  private static Optional<BusRecord> liveSession(DeviceKey device, Row presence) {
    // That of a sub-device is another device's.
    return presence.getBoolean("online") && presence.getString("session") != null
        ? Optional.of(
            new InboxMessage.Close(
                    device, new SessionId(presence.getString("session")), CloseReason.REVOKED)
                .toRecord(InboxAddress.parse(presence.getString("address"))))
        : Optional.empty();
  }

  private static Future<List<String>> groups(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery(
            """
            select group_id from device_group_member
            where tenant = $1 and device_id = $2
            order by group_id
            """)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .map(
            rows -> {
              List<String> groups = new ArrayList<>(rows.size());
              rows.forEach(row -> groups.add(row.getString("group_id")));
              return groups;
            });
  }

  private static Future<Void> deleteRow(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery("delete from device where tenant = $1 and id = $2")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .mapEmpty();
  }

  private static Future<Void> appendIfAny(SqlConnection transaction, Optional<BusRecord> record) {
    return record.map(one -> append(transaction, one)).orElse(Future.succeededFuture());
  }

  private static Future<Void> append(SqlConnection transaction, BusRecord record) {
    return PgOutbox.append(transaction, record).mapEmpty();
  }

  /// Removes a device and says so on the bus.
  ///
  /// @param revokedUntil until when tokens of it may be about
  /// @return the last place in the outbox of what was said
  static Future<Long> remove(
      SqlConnection transaction, Locked locked, Instant revokedUntil, Instant now) {
    DeviceKey device = locked.device();
    return groups(transaction, device)
        .compose(
            groups -> PgChanges.append(transaction, DeviceChanges.deleted(device, groups, now)))
        .compose(nothing -> deleteRow(transaction, device))
        .compose(nothing -> PgCredentials.revoke(transaction, device, revokedUntil))
        .compose(revocation -> append(transaction, revocation.toRecord()))
        .compose(nothing -> PgBlocks.leave(transaction, device))
        .compose(left -> appendIfAny(transaction, left.map(AccessMessage::toRecord)))
        .compose(nothing -> appendIfAny(transaction, locked.close()))
        .compose(
            nothing ->
                PgOutbox.append(
                    transaction, new DeviceChange.Deleted(device, now.toEpochMilli()).toRecord()));
  }

  /// The one row of a device.
  ///
  /// @return fails with the problem `device-not-found`
  static Future<Row> single(DeviceKey device, RowSet<Row> rows) {
    return rows.size() == 1
        ? Future.succeededFuture(rows.iterator().next())
        : Future.failedFuture(
            new ProblemException(
                ProblemType.DEVICE_NOT_FOUND, "There is no device '" + device.device() + "'."));
  }
}
