package dev.fairlead.bus.postgres;

import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.consumer.Batch;
import dev.fairlead.bus.consumer.BatchHandler;
import dev.fairlead.bus.consumer.DeadLetters;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Uses the records of a topic in PostgreSQL, a batch in a transaction together with the offset:
/// each record has its effect once, however often it is delivered, and even that effect should be
/// harmless to repeat.
///
/// A record that cannot be decoded goes to the dead letters. So does one that PostgreSQL refuses
/// for what it contains; it is found by using the batch's records one by one.
///
/// @param <T> the type of message on the topic
public final class PgConsumer<T> implements BatchHandler {

  private static final Logger log = LoggerFactory.getLogger(PgConsumer.class);

  private final Pool pool;
  private final PgOffsets offsets;
  private final String name;
  private final Function<ReceivedRecord, T> decoder;
  private final Use<T> use;
  private final DeadLetters deadLetters;

  /// What is done with messages.
  ///
  /// @param <T> the type of message
  public interface Use<T> {

    /// Writes what the messages say. May be called again with the same messages after a roll-back.
    ///
    /// @param transaction to write in; never to be committed here
    /// @param messages of one partition, in order; at least one
    Future<Void> apply(SqlConnection transaction, List<Received<T>> messages);

    /// Is told after the commit: the place to wake those who wait for the rows.
    default void committed(List<Received<T>> messages) {}
  }

  /// @param name the consumer, as dead letters name it
  /// @param decoder throws [MalformedRecordException] for what it cannot understand
  public PgConsumer(
      Pool pool,
      PgOffsets offsets,
      String name,
      Function<ReceivedRecord, T> decoder,
      Use<T> use,
      DeadLetters deadLetters) {
    this.pool = pool;
    this.offsets = offsets;
    this.name = name;
    this.decoder = decoder;
    this.use = use;
    this.deadLetters = deadLetters;
  }

  @Override
  public Future<Void> handle(Batch batch) {
    List<Received<T>> understood = new ArrayList<>(batch.records().size());
    List<Future<?>> putAway = new ArrayList<>();
    for (ReceivedRecord record : batch.records()) {
      try {
        understood.add(new Received<>(record, decoder.apply(record)));
      } catch (MalformedRecordException e) {
        putAway.add(deadLetters.put(record, name, String.valueOf(e.getMessage())));
      } catch (RuntimeException e) {
        // A decoder's bug: the same record would meet it again and hold up all behind it.
        log.atError().addKeyValue("consumer", name).setCause(e).log("decoder failed");
        putAway.add(deadLetters.put(record, name, "not decoded: " + e));
      }
    }
    return Future.all(putAway).compose(nothing -> use(batch, understood));
  }

  private Future<Void> use(Batch batch, List<Received<T>> messages) {
    return inTransaction(batch, messages)
        .recover(
            cause ->
                isAboutContent(cause) && !messages.isEmpty()
                    ? useOneByOne(batch, messages)
                    : Future.failedFuture(cause));
  }

  private Future<Void> inTransaction(Batch batch, List<Received<T>> messages) {
    return pool.withTransaction(
            transaction ->
                offsets
                    .advance(transaction, batch)
                    .compose(
                        nothing ->
                            messages.isEmpty()
                                ? Future.succeededFuture()
                                : use.apply(transaction, messages)))
        .onSuccess(
            nothing -> {
              if (!messages.isEmpty()) {
                use.committed(messages);
              }
            });
  }

  private Future<Void> useOneByOne(Batch batch, List<Received<T>> messages) {
    Future<Void> used = Future.succeededFuture();
    long first = batch.first();
    for (Received<T> message : messages) {
      long from = first;
      long next = message.record().offset() + 1;
      used =
          used.compose(
              nothing ->
                  useOne(
                      new Batch(
                          batch.topic(), batch.partition(), from, next, List.of(message.record())),
                      message));
      first = next;
    }
    Batch rest = new Batch(batch.topic(), batch.partition(), first, batch.next(), batch.records());
    return used.compose(
        nothing ->
            rest.first() == rest.next()
                ? Future.succeededFuture()
                : inTransaction(rest, List.of()));
  }

  private Future<Void> useOne(Batch single, Received<T> message) {
    return inTransaction(single, List.of(message))
        .recover(
            cause ->
                isAboutContent(cause)
                    ? deadLetters
                        .put(message.record(), name, "refused by the database: " + reason(cause))
                        .compose(nothing -> inTransaction(single, List.of()))
                    : Future.failedFuture(cause));
  }

  /// Class 22 is a data exception, 23 an integrity constraint: the same record would fail again.
  private static boolean isAboutContent(Throwable cause) {
    String state = cause instanceof PgException e ? e.getSqlState() : null;
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  private static String reason(Throwable cause) {
    String message = cause instanceof PgException e ? e.getErrorMessage() : cause.getMessage();
    return String.valueOf(message);
  }
}
