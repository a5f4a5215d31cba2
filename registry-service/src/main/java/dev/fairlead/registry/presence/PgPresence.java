package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.SessionMessage.Place;
import dev.fairlead.registry.row.PgColumns;
import dev.fairlead.runtime.http.Json;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The table of presence. Each device has a row, made with the device.
final class PgPresence {

  /// Reads the rows of some devices and locks them until the transaction ends.
  ///
  /// @return without those that do not exist, and without sub-devices, which have no sessions
  Future<Map<DeviceKey, Presence>> lock(SqlConnection transaction, Set<DeviceKey> devices) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id, online, session, epoch_generation, epoch_offset,
                   newest_generation, newest_offset, address, wire, remote_address,
                   since, last_seen_at, reason, parent, sessions::text as sessions
            from presence
            join unnest($1::text[], $2::text[]) as wanted(tenant, device_id)
              using (tenant, device_id)
            order by tenant, device_id
            for update of presence
            """)
        .execute(PgColumns.keys(devices))
        .map(
            rows -> {
              Map<DeviceKey, Presence> found = new HashMap<>();
              for (Row row : rows) {
                if (row.getString("parent") == null) {
                  found.put(PgColumns.key(row), presence(row));
                }
              }
              return found;
            });
  }

  /// Writes rows that are locked.
  Future<Void> write(SqlConnection transaction, Map<DeviceKey, Presence> changed) {
    if (changed.isEmpty()) {
      return Future.succeededFuture();
    }
    List<Tuple> rows =
        changed.entrySet().stream().map(entry -> tuple(entry.getKey(), entry.getValue())).toList();
    return transaction
        .preparedQuery(
            """
            update presence
            set online = $3, session = $4, epoch_generation = $5, epoch_offset = $6,
                newest_generation = $7, newest_offset = $8, gateway = $9, address = $10,
                wire = $11, remote_address = $12, since = $13, last_seen_at = $14,
                reason = $15, sessions = $16::text::jsonb
            where tenant = $1 and device_id = $2
            """)
        .executeBatch(rows)
        .mapEmpty();
  }

  private static Presence presence(Row row) {
    return new Presence(
        row.getBoolean("online"),
        session(row),
        PgColumns.epoch(row, "newest"),
        PgColumns.time(row, "since"),
        PgColumns.time(row, "last_seen_at"),
        PgColumns.text(row, "reason"),
        new SessionHistory(
            List.of(
                Json.read(
                    row.getString("sessions").getBytes(StandardCharsets.UTF_8),
                    PastSession[].class))));
  }

  private static Optional<LiveSession> session(Row row) {
    return PgColumns.epoch(row, "epoch")
        .map(
            epoch ->
                new LiveSession(
                    new SessionId(row.getString("session")),
                    epoch,
                    new Place(
                        InboxAddress.parse(row.getString("address")),
                        row.getString("wire"),
                        row.getString("remote_address"))));
  }

  private static Tuple tuple(DeviceKey device, Presence presence) {
    Optional<LiveSession> session = presence.session();
    Optional<Place> place = session.map(LiveSession::place);
    List<Object> values = new ArrayList<>();
    Tuple tuple = Tuple.tuple(values);
    tuple.addString(device.tenant().value());
    tuple.addString(device.device().value());
    tuple.addBoolean(presence.online());
    tuple.addValue(session.map(known -> known.id().value()).orElse(null));
    tuple.addValue(session.map(known -> known.epoch().generation()).orElse(null));
    tuple.addValue(session.map(known -> known.epoch().offset()).orElse(null));
    tuple.addValue(presence.newest().map(Epoch::generation).orElse(null));
    tuple.addValue(presence.newest().map(Epoch::offset).orElse(null));
    tuple.addValue(place.map(known -> known.address().gateway()).orElse(null));
    tuple.addValue(place.map(known -> known.address().toString()).orElse(null));
    tuple.addValue(place.map(Place::wire).orElse(null));
    tuple.addValue(place.map(Place::remoteAddress).orElse(null));
    tuple.addValue(presence.since().map(PgColumns::parameter).orElse(null));
    tuple.addValue(presence.lastSeenAt().map(PgColumns::parameter).orElse(null));
    tuple.addValue(presence.reason().orElse(null));
    tuple.addString(new String(Json.write(presence.history().sessions()), StandardCharsets.UTF_8));
    return tuple;
  }
}
