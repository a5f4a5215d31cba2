package dev.fairlead.registry.presence;

import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.change.ChangeKind;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The generation of the bus. It is raised when the log of sessions began anew, because offsets,
/// and so epochs, begin anew as well; every session is forgotten then, and gateways announce those
/// that live.
///
/// A topic that was made again is met once for each partition, and raises the generation once. A
/// log that lost its end, of a topic that is still the same, raises it each time: one time too many
/// costs an announcement, one too few would take the old for the new.
public final class PgBusGeneration implements PgOffsets.LogRestartHandler {

  /// Why a device is offline whose session was forgotten.
  static final String LOG_RESTARTED = "log-restarted";

  private static final Logger log = LoggerFactory.getLogger(PgBusGeneration.class);

  /// The generation that holds now.
  public static Future<Long> current(SqlConnection connection) {
    return connection
        .query("select number from bus_generation")
        .execute()
        .map(rows -> rows.iterator().next().getLong("number"));
  }

  @Override
  public Future<Void> restarted(SqlConnection transaction, String topicId) {
    return transaction
        .preparedQuery(
            """
            update bus_generation
            set number = number + 1,
                topic_id = $1,
                pending = (select count(*) from consumer_offset
                           where consumer = $2 and topic_id <> $1),
                raised_by = pg_current_xact_id()
            where (topic_id is distinct from $1 or pending = 0)
              and raised_by is distinct from pg_current_xact_id()
            returning number
            """)
        .execute(Tuple.of(topicId, PgSessions.CONSUMER))
        .compose(rows -> rows.size() == 0 ? metAgain(transaction) : raised(transaction, rows));
  }

  private static Future<Void> metAgain(SqlConnection transaction) {
    return transaction
        .query("update bus_generation set pending = greatest(pending - 1, 0)")
        .execute()
        .mapEmpty();
  }

  private static Future<Void> raised(SqlConnection transaction, RowSet<Row> rows) {
    long number = rows.iterator().next().getLong("number");
    log.atError()
        .addKeyValue("generation", number)
        .log("the log of sessions began anew, all sessions are forgotten");
    return tell(transaction).compose(_ -> forget(transaction, number));
  }

  /// In one statement: they may be all devices that there are.
  private static Future<Void> tell(SqlConnection transaction) {
    return transaction
        .preparedQuery(
            """
            insert into change (tenant, device, kind, at, data)
            select tenant, device_id, $1, now(),
              jsonb_build_object('session', session, 'reason', $2::text)
            from presence
            where online
            order by tenant, device_id
            """)
        .execute(Tuple.of(ChangeKind.DEVICE_OFFLINE.word(), LOG_RESTARTED))
        .mapEmpty();
  }

  private static Future<Void> forget(SqlConnection transaction, long number) {
    return transaction
        .preparedQuery(
            """
            update presence
            set online = false,
                reason = case when online then $1 else reason end,
                since = case when online then now() else since end,
                newest_generation = null, newest_offset = null
            where online or newest_generation is not null
            """)
        .execute(Tuple.of(LOG_RESTARTED))
        .compose(
            nothing ->
                PgOutbox.append(transaction, new AccessMessage.Generation(number).toRecord()))
        .mapEmpty();
  }
}
