package dev.fairlead.command.session;

import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.message.SessionMessage.Closed;
import dev.fairlead.bus.message.SessionMessage.Opened;
import dev.fairlead.bus.message.SessionMessage.Resumed;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets.LogRestartHandler;
import dev.fairlead.bus.postgres.Received;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/// Follows `fairlead.sessions`. A newer epoch takes a device's row over, and makes due what is
/// unfinished there; `resumed` counts only where no newer epoch has been seen; an older one changes
/// nothing.
public final class PgSessions implements PgConsumer.Use<SessionMessage>, LogRestartHandler {

  private final Runnable arrived;

  /// @param arrived told after sessions came, when there may be something to send
  public PgSessions(Runnable arrived) {
    this.arrived = arrived;
  }

  @Override
  public Future<Void> apply(SqlConnection transaction, List<Received<SessionMessage>> messages) {
    Future<?> ready =
        PgDeviceQueues.lock(
            transaction, messages.stream().map(received -> received.message().device()).toList());
    for (Received<SessionMessage> received : messages) {
      ready = ready.compose(_ -> apply(transaction, received.message()));
    }
    return ready.mapEmpty();
  }

  private static Future<Void> apply(SqlConnection transaction, SessionMessage message) {
    return switch (message) {
      case Opened opened -> live(transaction, opened, opened.place(), false);
      case Resumed resumed -> live(transaction, resumed, resumed.place(), true);
      case Closed closed -> over(transaction, closed);
    };
  }

  /// A row whose `due_at` is null has nothing unfinished and stays so.
  private static Future<Void> live(
      SqlConnection transaction,
      SessionMessage message,
      SessionMessage.Place place,
      boolean sameEpochCounts) {
    return transaction
        .preparedQuery(
            """
            insert into device_queue as q
              (tenant, device_id, session_id, address, generation, epoch_offset)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (tenant, device_id) do update set
              session_id = excluded.session_id, address = excluded.address,
              generation = excluded.generation, epoch_offset = excluded.epoch_offset,
              due_at = case when q.due_at is not null then now() end
            where (q.generation, q.epoch_offset) < (excluded.generation, excluded.epoch_offset)
              or ($7 and (q.generation, q.epoch_offset)
                = (excluded.generation, excluded.epoch_offset))
            """)
        .execute(
            Tuple.of(
                    message.device().tenant().value(),
                    message.device().device().value(),
                    message.session().value(),
                    place.address().toString(),
                    message.epoch().generation(),
                    message.epoch().offset())
                .addBoolean(sameEpochCounts))
        .mapEmpty();
  }

  private static Future<Void> over(SqlConnection transaction, Closed closed) {
    return transaction
        .preparedQuery(
            """
            update device_queue
            set session_id = null, address = null, generation = $3, epoch_offset = $4
            where tenant = $1 and device_id = $2 and (generation, epoch_offset) <= ($3, $4)
            """)
        .execute(
            Tuple.of(
                closed.device().tenant().value(),
                closed.device().device().value(),
                closed.epoch().generation(),
                closed.epoch().offset()))
        .mapEmpty();
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
