package dev.fairlead.registry.twin;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Where devices can be told something: the live sessions of those that are not shut out, on wires
/// that have a form for it. Sub-devices are told over the session of the one that speaks for them.
final class PgRecipients {

  private static final String SELECT =
      """
      select own.tenant, own.device_id, own.parent, speaker.session, speaker.address
      from presence as own
      join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
        using (tenant, device_id)
      join presence as speaker
        on speaker.tenant = own.tenant and speaker.device_id = coalesce(own.parent, own.device_id)
      where speaker.online and speaker.wire like 'fairlead.v1.%'
        and not exists(
          select 1 from device_block
          where device_block.tenant = own.tenant
            and device_block.device_id in (own.device_id, speaker.device_id)
        )
        and not exists(
          select 1 from tenant where tenant.id = own.tenant and tenant.suspended
        )
      """;

  private PgRecipients() {}

  /// A session that lives.
  ///
  /// @param parent the device whose session it is, where that is another one
  record Recipient(SessionId session, InboxAddress address, Optional<DeviceKey> parent) {}

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
                  rows.forEach(row -> found.put(PgColumns.key(row), recipient(row)));
                  return found;
                });
  }

  private static Recipient recipient(Row row) {
    return new Recipient(
        new SessionId(row.getString("session")),
        InboxAddress.parse(row.getString("address")),
        PgColumns.text(row, "parent").map(id -> DeviceKey.of(row.getString("tenant"), id)));
  }
}
