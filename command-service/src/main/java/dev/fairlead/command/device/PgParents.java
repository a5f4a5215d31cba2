package dev.fairlead.command.device;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.DeviceChange.Present;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;

/// Which devices speak for others: a sub-device is reached where its parent is, and its row has the
/// session and the epoch of the parent's.
final class PgParents {

  private PgParents() {}

  /// The device that speaks for another one; empty for one that speaks for itself.
  static Optional<DeviceKey> of(Present present) {
    return present.parent().map(parent -> new DeviceKey(present.device().tenant(), parent));
  }

  /// Puts a device, whose row is locked, below its parent, where it is not yet. The parent has a
  /// row from now on: the lock of those who come to write its session.
  static Future<Void> below(SqlConnection transaction, DeviceKey device, DeviceKey parent) {
    return transaction
        .preparedQuery(
            """
            insert into device_queue (tenant, device_id) values ($1, $2) on conflict do nothing
            """)
        .execute(Tuple.of(parent.tenant().value(), parent.device().value()))
        .compose(
            _ ->
                transaction
                    .preparedQuery(
                        """
                        with above as materialized (
                          select session_id, address, generation, epoch_offset
                          from device_queue where tenant = $1 and device_id = $3
                          for update)
                        update device_queue q
                        set parent = $3, session_id = above.session_id, address = above.address,
                          generation = above.generation, epoch_offset = above.epoch_offset,
                          due_at = case when q.due_at is not null then now() end
                        from above
                        where q.tenant = $1 and q.device_id = $2 and q.parent is distinct from $3
                        """)
                    .execute(
                        Tuple.of(
                            device.tenant().value(),
                            device.device().value(),
                            parent.device().value())))
        .mapEmpty();
  }
}
