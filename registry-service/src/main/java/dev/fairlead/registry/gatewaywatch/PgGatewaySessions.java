package dev.fairlead.registry.gatewaywatch;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.PgColumns;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// The sessions of gateways, as presence knows them.
final class PgGatewaySessions {

  /// Sessions that one transaction ends.
  static final int BATCH = 2_000;

  private final Pool pool;
  private final PgOutbox outbox;
  private final InstantSource clock;

  /// @param clock for the times in tombstones
  PgGatewaySessions(Pool pool, PgOutbox outbox, InstantSource clock) {
    this.pool = pool;
    this.outbox = outbox;
    this.clock = clock;
  }

  /// Whether the database commits at this moment. Drawing a transaction id makes it a real commit,
  /// which a standby would refuse.
  Future<Void> commit() {
    return pool.withTransaction(
            transaction -> transaction.query("select pg_current_xact_id()").execute())
        .mapEmpty();
  }

  /// The gateways that have living sessions. Jumps from one to the next in the index, however many
  /// sessions they have.
  Future<Set<String>> gateways() {
    return pool.query(
            """
            with recursive each(gateway) as (
              (select gateway from presence where online order by gateway limit 1)
              union all
              select (select gateway from presence
                      where online and gateway > each.gateway order by gateway limit 1)
              from each
              where each.gateway is not null
            )
            select gateway from each where gateway is not null
            """)
        .execute()
        .map(
            rows -> {
              Set<String> gateways = new HashSet<>();
              rows.forEach(row -> gateways.add(row.getString("gateway")));
              return gateways;
            });
  }

  /// Declares a gateway lost and ends its sessions on the bus; presence follows when it reads that.
  ///
  /// The gateway may live all the same, and announces its sessions when it reads that it was lost:
  /// that must come after their ends, or they would stay ended. So it is said behind the last of
  /// them, in one transaction with it, and once more when the bus has them all, since two topics
  /// have no order between them.
  ///
  /// @return how many sessions were ended
  Future<Integer> declareLost(String gateway) {
    return end(gateway, Optional.empty(), 0)
        .compose(
            ended ->
                outbox
                    .published(ended.lostId())
                    .compose(nothing -> pool.withTransaction(again -> sayLost(again, gateway)))
                    .map(id -> ended.sessions()))
        .onSuccess(sessions -> outbox.poke());
  }

  /// @param lostId the row in the outbox that says that the gateway is lost
  private record Ended(int sessions, long lostId) {}

  private Future<Ended> end(String gateway, Optional<DeviceKey> after, int before) {
    return pool.withTransaction(
            transaction ->
                endBatch(transaction, gateway, after)
                    .compose(
                        ended ->
                            ended.size() == BATCH
                                ? Future.succeededFuture(new Batch(ended, OptionalLong.empty()))
                                : sayLost(transaction, gateway)
                                    .map(id -> new Batch(ended, OptionalLong.of(id)))))
        .map(Objects::requireNonNull)
        .compose(
            batch -> {
              outbox.poke();
              int total = before + batch.ended().size();
              return batch.lostId().isPresent()
                  ? Future.succeededFuture(new Ended(total, batch.lostId().getAsLong()))
                  : end(gateway, Optional.of(batch.ended().getLast()), total);
            });
  }

  private record Batch(List<DeviceKey> ended, OptionalLong lostId) {}

  private static Future<Long> sayLost(SqlConnection transaction, String gateway) {
    return PgOutbox.append(transaction, new GatewayMessage.GatewayLost(gateway).toRecord());
  }

  private Future<List<DeviceKey>> endBatch(
      SqlConnection transaction, String gateway, Optional<DeviceKey> after) {
    return transaction
        .preparedQuery(
            """
            select tenant, device_id, session, epoch_generation, epoch_offset
            from presence
            where online and gateway = $1 and (tenant, device_id) > ($2, $3)
            order by tenant, device_id
            limit $4
            """)
        .execute(
            Tuple.of(
                gateway,
                after.map(key -> key.tenant().value()).orElse(""),
                after.map(key -> key.device().value()).orElse(""),
                BATCH))
        .compose(
            rows -> {
              List<DeviceKey> ended = new ArrayList<>(rows.size());
              List<BusRecord> tombstones = new ArrayList<>(rows.size());
              for (Row row : rows) {
                DeviceKey device = PgColumns.key(row);
                ended.add(device);
                tombstones.add(tombstone(device, row));
              }
              return PgOutbox.append(transaction, tombstones).map(ended);
            });
  }

  private BusRecord tombstone(DeviceKey device, Row row) {
    return SessionMessage.closed(
        device,
        new SessionId(row.getString("session")),
        new Epoch(row.getLong("epoch_generation"), row.getLong("epoch_offset")),
        CloseReason.GATEWAY_LOST,
        clock.millis());
  }
}
