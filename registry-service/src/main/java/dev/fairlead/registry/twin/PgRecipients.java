package dev.fairlead.registry.twin;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// Where devices can be told something: the live sessions of those that are not shut out, on wires
/// that have a form for it.
final class PgRecipients {

  private static final String SELECT =
      """
      select tenant, device_id, session, address
      from presence
      join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
        using (tenant, device_id)
      where online and wire like 'fairlead.v1.%'
        and not exists(
          select 1 from device_block
          where device_block.tenant = presence.tenant
            and device_block.device_id = presence.device_id
        )
        and not exists(
          select 1 from tenant where tenant.id = presence.tenant and tenant.suspended
        )
      """;

  private PgRecipients() {}

  /// A session that lives.
  record Recipient(SessionId session, InboxAddress address) {}

  /// The sessions of some devices.
  static Future<Map<DeviceKey, Recipient>> of(
      SqlConnection transaction, Collection<DeviceKey> devices) {
    return devices.isEmpty()
        ? Future.succeededFuture(Map.of())
        : transaction
            .preparedQuery(SELECT)
            .execute(PgColumns.keys(devices))
            .map(
                rows -> {
                  Map<DeviceKey, Recipient> found = new HashMap<>();
                  rows.forEach(
                      row ->
                          found.put(
                              PgColumns.key(row),
                              new Recipient(
                                  new SessionId(row.getString("session")),
                                  InboxAddress.parse(row.getString("address")))));
                  return found;
                });
  }
}
