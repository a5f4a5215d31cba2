package dev.fairlead.bus.postgres;

import dev.fairlead.bus.BusAdmin.LogBounds;
import dev.fairlead.bus.BusAdmin.TopicState;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.Batch;
import dev.fairlead.bus.consumer.Offsets;
import dev.fairlead.bus.consumer.StaleBatchException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Offsets in the table `consumer_offset` of the service's own schema, which its migrations make:
///
/// ```sql
/// create table consumer_offset (
///   consumer text not null,
///   topic text not null,
///   partition integer not null,
///   topic_id text not null,
///   next bigint not null,
///   primary key (consumer, topic, partition)
/// );
/// ```
public final class PgOffsets implements Offsets {

  private static final Logger log = LoggerFactory.getLogger(PgOffsets.class);

  private final Pool pool;
  private final String consumer;
  private final LogRestartHandler restarts;

  /// What a consumer does when a log began anew: the topic was made again, or the broker lost the
  /// end of a log that had been read.
  public interface LogRestartHandler {

    /// Does nothing.
    LogRestartHandler IGNORED = (transaction, topicId) -> Future.succeededFuture();

    /// Is called in the transaction that moves the offset back to the log's start: once for a
    /// topic that was made again, for each log of one that lost its end.
    Future<Void> restarted(SqlConnection transaction, String topicId);
  }

  /// @param consumer the name under which the offsets stand
  public PgOffsets(Pool pool, String consumer, LogRestartHandler restarts) {
    this.pool = pool;
    this.consumer = consumer;
    this.restarts = restarts;
  }

  @Override
  public Future<Map<Integer, Long>> load(Topic topic, TopicState state) {
    return pool.withTransaction(transaction -> loadEach(transaction, topic, state))
        .map(Objects::requireNonNull);
  }

  private Future<Map<Integer, Long>> loadEach(
      SqlConnection transaction, Topic topic, TopicState state) {
    Map<Integer, Long> starts = new HashMap<>();
    Future<Void> loaded = Future.succeededFuture();
    // In the order of partitions, so that two replicas never wait for each other's rows crosswise.
    for (Map.Entry<Integer, LogBounds> bounds : new TreeMap<>(state.bounds()).entrySet()) {
      int partition = bounds.getKey();
      loaded =
          loaded
              .compose(
                  nothing ->
                      loadOne(transaction, topic, partition, state.topicId(), bounds.getValue()))
              .map(
                  start -> {
                    starts.put(partition, start);
                    return null;
                  });
    }
    return loaded.map(starts);
  }

  private Future<Long> loadOne(
      SqlConnection transaction, Topic topic, int partition, String topicId, LogBounds bounds) {
    return transaction
        .preparedQuery(
            """
            insert into consumer_offset (consumer, topic, partition, topic_id, next)
            values ($1, $2, $3, $4, $5)
            on conflict (consumer, topic, partition) do update set consumer = excluded.consumer
            returning topic_id, next
            """)
        .execute(Tuple.of(consumer, topic.suffix(), partition, topicId, bounds.start()))
        .compose(
            rows -> {
              Row row = rows.iterator().next();
              long next = row.getLong("next");
              if (row.getString("topic_id").equals(topicId) && next <= bounds.end()) {
                return Future.succeededFuture(next);
              }
              return restart(transaction, topic, partition, topicId, bounds, next);
            });
  }

  private Future<Long> restart(
      SqlConnection transaction,
      Topic topic,
      int partition,
      String topicId,
      LogBounds bounds,
      long stored) {
    log.atError()
        .addKeyValue("consumer", consumer)
        .addKeyValue("topic", topic.suffix())
        .addKeyValue("partition", partition)
        .addKeyValue("stored", stored)
        .addKeyValue("end", bounds.end())
        .log("the log began anew, reading it from its start");
    return transaction
        .preparedQuery(
            """
            update consumer_offset set topic_id = $4, next = case partition when $3 then $5 else 0 end
            where consumer = $1 and topic = $2 and (partition = $3 or topic_id <> $4)
            """)
        .execute(Tuple.of(consumer, topic.suffix(), partition, topicId, bounds.start()))
        .compose(rows -> restarts.restarted(transaction, topicId))
        .map(bounds.start());
  }

  /// Moves on, in the transaction that uses the records of a batch.
  ///
  /// @return fails with [StaleBatchException] when the batch was used already: the transaction must
  ///     roll back
  public Future<Void> advance(SqlConnection transaction, Batch batch) {
    return transaction
        .preparedQuery(
            """
            update consumer_offset set next = $5
            where consumer = $1 and topic = $2 and partition = $3 and next = $4
            """)
        .execute(
            Tuple.of(
                consumer, batch.topic().suffix(), batch.partition(), batch.first(), batch.next()))
        .compose(
            rows ->
                rows.rowCount() == 1
                    ? Future.succeededFuture()
                    : Future.failedFuture(new StaleBatchException()));
  }
}
