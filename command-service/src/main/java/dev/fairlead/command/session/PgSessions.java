package dev.fairlead.command.session;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.message.SessionMessage.Closed;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets.LogRestartHandler;
import dev.fairlead.bus.postgres.Received;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Follows `fairlead.sessions`. A newer epoch takes a device's row over, and makes due what is
/// unfinished there; `resumed` counts only where no newer epoch has been seen; an older one changes
/// nothing. The rows of its sub-devices change with it; sessions of their own they have none.
public final class PgSessions implements PgConsumer.Use<SessionMessage>, LogRestartHandler {

  private final ReturnPace pace;
  private final Runnable arrived;

  /// @param pace at which devices are looked at that have unfinished commands
  /// @param arrived told after sessions came, when there may be something to send
  public PgSessions(ReturnPace pace, Runnable arrived) {
    this.pace = pace;
    this.arrived = arrived;
  }

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<SessionMessage>> messages) {
    Set<DeviceKey> devices =
        messages.stream().map(received -> received.message().device()).collect(Collectors.toSet());
    return PgDeviceQueues.children(transaction, devices)
        .compose(
            children -> {
              Set<DeviceKey> families = new HashSet<>(devices);
              families.addAll(children);
              return PgDeviceQueues.lock(transaction, families);
            })
        .compose(
            locked -> {
              SortedMap<DeviceKey, DeviceQueue> rows =
                  SessionFold.of(messages.stream().map(Received::message).toList(), locked);
              return rows.isEmpty()
                  ? Future.succeededFuture()
                  : write(transaction, rows)
                      .compose(_ -> requireAll(transaction, rows.keySet(), locked.keySet()));
            });
  }

  /// Nobody puts a device below another one whose row is locked: one that is there now and was not
  /// locked came before the lock.
  ///
  /// @return fails when there is one: the transaction must roll back and be tried again
  private static Future<Void> requireAll(
      SqlConnection transaction, Set<DeviceKey> written, Set<DeviceKey> locked) {
    return PgDeviceQueues.children(transaction, written)
        .compose(
            children ->
                locked.containsAll(children)
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new IllegalStateException("a sub-device was made meanwhile")));
  }

  /// A row whose `due_at` is null has nothing unfinished and stays so.
  private Future<Void> write(SqlConnection transaction, SortedMap<DeviceKey, DeviceQueue> rows) {
    List<DeviceQueue> queues = List.copyOf(rows.values());
    return transaction
        .preparedQuery(
            """
            insert into device_queue as q
              (tenant, device_id, session_id, address, generation, epoch_offset, due_at)
            select tenant, device_id, session_id, address, generation, epoch_offset,
              now() + make_interval(secs => delay)
            from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
              $7::double precision[])
              with ordinality as given (tenant, device_id, session_id, address, generation,
                epoch_offset, delay, place)
            order by place
            on conflict (tenant, device_id) do update set
              session_id = excluded.session_id, address = excluded.address,
              generation = excluded.generation, epoch_offset = excluded.epoch_offset,
              due_at = case when q.due_at is not null
                then coalesce(excluded.due_at, q.due_at) end
            where (q.generation, q.epoch_offset) <= (excluded.generation, excluded.epoch_offset)
            """)
        .execute(
            PgDeviceQueues.arguments(List.copyOf(rows.keySet()))
                .addArrayOfString(texts(queues, session -> session.session().value()))
                .addArrayOfString(texts(queues, session -> session.address().toString()))
                .addArrayOfLong(queues.stream().map(DeviceQueue::generation).toArray(Long[]::new))
                .addArrayOfLong(queues.stream().map(DeviceQueue::offset).toArray(Long[]::new))
                .addArrayOfDouble(rows.entrySet().stream().map(this::delay).toArray(Double[]::new)))
        .mapEmpty();
  }

  private @Nullable Double delay(Map.Entry<DeviceKey, DeviceQueue> row) {
    DeviceQueue queue = row.getValue();
    return queue.due() && queue.session().isPresent()
        ? PgDeviceQueues.seconds(pace.next(row.getKey().tenant()))
        : null;
  }

  private static @Nullable String[] texts(
      List<DeviceQueue> queues, Function<LiveSession, String> text) {
    return queues.stream()
        .map(queue -> queue.session().map(text).orElse(null))
        .toArray(String[]::new);
  }

  @Override
  public void committed(List<Received<SessionMessage>> messages) {
    if (messages.stream().anyMatch(received -> !(received.message() instanceof Closed))) {
      arrived.run();
    }
  }

  /// Offsets of a new log say nothing about those of the old one: all sessions are forgotten, and
  /// gateways announce theirs again.
  @Override
  public Future<Void> restarted(SqlConnection transaction, String topicId) {
    return transaction
        .query(
            """
            update device_queue
            set session_id = null, address = null, generation = 0, epoch_offset = -1
            where epoch_offset >= 0
            """)
        .execute()
        .mapEmpty();
  }
}
