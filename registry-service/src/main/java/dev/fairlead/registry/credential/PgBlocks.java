package dev.fairlead.registry.credential;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The table of devices that are shut out, be it because somebody said so or because they were
/// deleted and a certificate that nobody can revoke may still name them.
public final class PgBlocks {

  private PgBlocks() {}

  /// Shuts a device out, or lets it in.
  ///
  /// @return what admission has to know, also when nothing has changed
  public static Future<AccessMessage> set(
      SqlConnection transaction, DeviceKey device, boolean blocked) {
    AccessMessage.Block block = new AccessMessage.Block(device);
    return transaction
        .preparedQuery(
            blocked
                ? "insert into device_block (tenant, device_id) values ($1, $2) on conflict do nothing"
                : "delete from device_block where tenant = $1 and device_id = $2")
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .map(rows -> blocked ? block : new AccessMessage.Withdrawn(block.key()));
  }

  /// Lets a device in that is made anew.
  ///
  /// @return what admission has to know, if it was shut out
  public static Future<Optional<AccessMessage>> lift(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery(
            """
            delete from device_block where tenant = $1 and device_id = $2
            returning tenant, device_id
            """)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .map(rows -> withdrawn(rows).stream().findFirst());
  }

  /// Lets devices of a tenant in that are made anew.
  ///
  /// @return what admission has to know of those that were shut out
  public static Future<List<AccessMessage>> lift(
      SqlConnection transaction, TenantId tenant, Collection<String> devices) {
    return transaction
        .preparedQuery(
            """
            delete from device_block where tenant = $1 and device_id = any($2)
            returning tenant, device_id
            """)
        .execute(Tuple.of(tenant.value(), (Object) devices.toArray(String[]::new)))
        .map(PgBlocks::withdrawn);
  }

  /// Shuts a device out that is deleted, where authorities of its tenant may have signed
  /// certificates for it that no generation reaches.
  ///
  /// @return what admission has to know, if it is shut out now
  public static Future<Optional<AccessMessage>> leave(SqlConnection transaction, DeviceKey device) {
    return transaction
        .preparedQuery(
            """
            insert into device_block (tenant, device_id)
            select $1, $2
            where exists(
              select 1 from certificate_authority where tenant = $1 and kind = 'FOREIGN'
            )
            on conflict do nothing
            returning tenant, device_id
            """)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .map(rows -> blocks(rows).stream().<AccessMessage>map(block -> block).findFirst());
  }

  /// A page of all blocks, in the order of their keys.
  ///
  /// @param after the last key of the page before
  public static Future<List<AccessMessage.Block>> page(
      SqlConnection transaction, Optional<DeviceKey> after, int limit) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id from device_block
            where (tenant, device_id) > ($1, $2)
            order by tenant, device_id
            limit $3
            """)
        .execute(
            Tuple.of(
                after.map(key -> key.tenant().value()).orElse(""),
                after.map(key -> key.device().value()).orElse(""),
                limit))
        .map(PgBlocks::blocks);
  }

  /// Forgets some blocks of devices that are no more, in tenants without authorities of their own:
  /// nothing is left that could name such a device.
  ///
  /// @return what takes them back; fewer than `limit` when no more are left
  public static Future<List<AccessMessage>> forgetIdle(SqlConnection transaction, int limit) {
    return transaction
        .preparedQuery(
            """
            with idle as (
              select tenant, device_id from device_block
              where not exists(
                  select 1 from device
                  where device.tenant = device_block.tenant and device.id = device_block.device_id
                )
                and not exists(
                  select 1 from certificate_authority
                  where certificate_authority.tenant = device_block.tenant and kind = 'FOREIGN'
                )
              limit $1
              for update skip locked
            )
            delete from device_block using idle
            where device_block.tenant = idle.tenant and device_block.device_id = idle.device_id
            returning device_block.tenant, device_block.device_id
            """)
        .execute(Tuple.of(limit))
        .map(PgBlocks::withdrawn);
  }

  private static List<AccessMessage.Block> blocks(RowSet<Row> rows) {
    List<AccessMessage.Block> blocks = new ArrayList<>(rows.size());
    rows.forEach(row -> blocks.add(new AccessMessage.Block(PgColumns.key(row))));
    return blocks;
  }

  private static List<AccessMessage> withdrawn(RowSet<Row> rows) {
    return blocks(rows).stream()
        .<AccessMessage>map(block -> new AccessMessage.Withdrawn(block.key()))
        .toList();
  }
}
