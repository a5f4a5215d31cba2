package dev.fairlead.registry.device;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the bus is told of devices that are there.
public final class PgDeviceNews {

  private PgDeviceNews() {}

  /// How devices are described now, and in which groups they are.
  ///
  /// @param devices whose rows the caller has locked
  /// @param now of the records
  public static Future<List<BusRecord>> present(
      SqlConnection transaction, Collection<DeviceKey> devices, Instant now) {
    return transaction
        .preparedQuery(
            """
            select device.tenant, device.id as device_id, name, type, tags::text as tags,
              latitude, longitude, parent,
              array(
                select member.group_id from device_group_member member
                where member.tenant = device.tenant and member.device_id = device.id
                order by member.group_id
              ) as groups
            from device
            join unnest($1::text[], $2::text[]) as wanted (tenant, id) using (tenant, id)
            order by device.tenant, device.id
            """)
        .execute(PgColumns.keys(devices))
        .map(
            rows -> {
              List<BusRecord> records = new ArrayList<>(rows.size());
              rows.forEach(
                  row ->
                      records.add(
                          present(
                              PgColumns.key(row),
                              PgDeviceRows.description(row),
                              PgColumns.text(row, "parent").map(DeviceId::new),
                              Set.of(row.getArrayOfStrings("groups")),
                              now)));
              return records;
            });
  }

  static BusRecord present(
      DeviceKey device,
      DeviceDescription description,
      Optional<DeviceId> parent,
      Set<String> groups,
      Instant now) {
    return new DeviceChange.Present(
            device,
            description.name(),
            description.type(),
            description.tags(),
            description.location(),
            parent,
            groups,
            now.toEpochMilli())
        .toRecord();
  }
}
