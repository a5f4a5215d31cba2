package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.SessionMessage.Place;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
                   since, last_seen_at, reason, parent, sessions,
                   flapping_since, flapping_until
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

  /// Writes rows that are locked, all of them in one statement.
  Future<Void> write(SqlConnection transaction, Map<DeviceKey, Presence> changed) {
    if (changed.isEmpty()) {
      return Future.succeededFuture();
    }
    return transaction
        .preparedQuery(
            """
            update presence
            set online = given.online, session = given.session,
                epoch_generation = given.epoch_generation, epoch_offset = given.epoch_offset,
                newest_generation = given.newest_generation, newest_offset = given.newest_offset,
                gateway = given.gateway, address = given.address, wire = given.wire,
                remote_address = given.remote_address, since = given.since,
                last_seen_at = given.last_seen_at, reason = given.reason,
                sessions = given.sessions,
                flapping = presence.flapping
                  or presence.flapping_until is distinct from given.flapping_until,
                flapping_since = given.flapping_since, flapping_until = given.flapping_until
            from unnest(
                $1::text[], $2::text[], $3::boolean[], $4::text[], $5::bigint[], $6::bigint[],
                $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[],
                $13::timestamptz[], $14::timestamptz[], $15::text[], $16::text[],
                $17::timestamptz[], $18::timestamptz[]
              ) as given(
                tenant, device_id, online, session, epoch_generation, epoch_offset,
                newest_generation, newest_offset, gateway, address, wire, remote_address,
                since, last_seen_at, reason, sessions, flapping_since, flapping_until
              )
            where presence.tenant = given.tenant and presence.device_id = given.device_id
            """)
        .execute(columns(changed))
        .mapEmpty();
  }

  /// The last sessions of a device.
  ///
  /// @return empty for one that does not exist
  Future<Optional<SessionHistory>> history(Pool pool, DeviceKey device) {
    return pool.preparedQuery(
            """
            select sessions from presence
            where tenant = $1 and device_id = $2
            """)
        .execute(Tuple.of(device.tenant().value(), device.device().value()))
        .map(
            rows ->
                rows.size() == 0
                    ? Optional.empty()
                    : Optional.of(
                        StoredHistory.read(rows.iterator().next().getString("sessions"))));
  }

  private static Presence presence(Row row) {
    return new Presence(
        row.getBoolean("online"),
        session(row),
        PgColumns.epoch(row, "newest"),
        PgColumns.time(row, "since"),
        PgColumns.time(row, "last_seen_at"),
        PgColumns.text(row, "reason"),
        StoredHistory.read(row.getString("sessions")),
        PgColumns.time(row, "flapping_since")
            .map(
                since -> new Flapping(since, PgColumns.time(row, "flapping_until").orElseThrow())));
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

  private static Tuple columns(Map<DeviceKey, Presence> changed) {
    List<DeviceKey> devices = changed.keySet().stream().sorted(PgColumns.LOCK_ORDER).toList();
    List<Presence> states = devices.stream().map(changed::get).toList();
    return PgColumns.keys(devices)
        .addArrayOfBoolean(states.stream().map(Presence::online).toArray(Boolean[]::new))
        .addArrayOfString(texts(states, session(session -> session.id().value())))
        .addArrayOfLong(longs(states, session(session -> session.epoch().generation())))
        .addArrayOfLong(longs(states, session(session -> session.epoch().offset())))
        .addArrayOfLong(longs(states, state -> state.newest().map(Epoch::generation)))
        .addArrayOfLong(longs(states, state -> state.newest().map(Epoch::offset)))
        .addArrayOfString(texts(states, session(session -> session.place().address().gateway())))
        .addArrayOfString(texts(states, session(session -> session.place().address().toString())))
        .addArrayOfString(texts(states, session(session -> session.place().wire())))
        .addArrayOfString(texts(states, session(session -> session.place().remoteAddress())))
        .addArrayOfOffsetDateTime(times(states, Presence::since))
        .addArrayOfOffsetDateTime(times(states, Presence::lastSeenAt))
        .addArrayOfString(texts(states, Presence::reason))
        .addArrayOfString(texts(states, state -> Optional.of(StoredHistory.write(state.history()))))
        .addArrayOfOffsetDateTime(times(states, state -> state.flapping().map(Flapping::since)))
        .addArrayOfOffsetDateTime(times(states, state -> state.flapping().map(Flapping::until)));
  }

  private static <T> Function<Presence, Optional<T>> session(Function<LiveSession, T> of) {
    return state -> state.session().map(of);
  }

  private static @Nullable String[] texts(
      List<Presence> states, Function<Presence, Optional<String>> column) {
    return states.stream().map(state -> column.apply(state).orElse(null)).toArray(String[]::new);
  }

  private static @Nullable Long[] longs(
      List<Presence> states, Function<Presence, Optional<Long>> column) {
    return states.stream().map(state -> column.apply(state).orElse(null)).toArray(Long[]::new);
  }

  private static @Nullable OffsetDateTime[] times(
      List<Presence> states, Function<Presence, Optional<Instant>> column) {
    return states.stream()
        .map(state -> column.apply(state).map(PgColumns::parameter).orElse(null))
        .toArray(OffsetDateTime[]::new);
  }
}
