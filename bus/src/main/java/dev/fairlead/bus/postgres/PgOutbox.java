package dev.fairlead.bus.postgres;

import dev.fairlead.bus.Backoff;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.UnsendableRecordException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a service must say on the bus about its rows: written in the same transaction as they,
/// published in the order of transactions, then removed. One replica publishes at a time. A record
/// may be published twice, never lost; but one that the bus cannot ever take is counted and
/// removed.
///
/// The table, which the service's migrations make:
///
/// ```sql
/// create table outbox (
///   id bigint generated always as identity primary key,
///   xid xid8 not null default pg_current_xact_id(),
///   topic text not null,
///   key text not null,
///   partition_key text,
///   partition integer,
///   headers jsonb not null,
///   value bytea
/// );
/// create index outbox_order on outbox (xid, id);
/// ```
public final class PgOutbox {

  private static final Logger log = LoggerFactory.getLogger(PgOutbox.class);

  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration HIDDEN_POLL = Duration.ofMillis(5);
  private static final Duration RETRY_FIRST = Duration.ofMillis(100);
  private static final Duration RETRY_LONGEST = Duration.ofSeconds(5);
  private static final int ROWS_MAX = 2_000;
  private static final long BYTES_MAX = 4L << 20;
  private static final String FIRST_XID = "0";

  private final Vertx vertx;
  private final Context context;
  private final Pool pool;
  private final BusProducer producer;
  private final String lockName;
  private final Counter published;
  private final Counter refused;
  private final Backoff backoff = new Backoff(RETRY_FIRST, RETRY_LONGEST);
  private final Map<Long, Promise<Void>> waiting = new HashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /// The transaction that the last round came to, where the next goes on: all that older ones wrote
  /// is gone, and what is left of it in the index need not be gone through again.
  private String reached = FIRST_XID;

  private boolean running;
  private boolean poked;
  private boolean closed;
  private long timer = NO_TIMER;

  private static final long NO_TIMER = -1;

  /// What a look at the outbox found.
  private enum Round {
    /// All that could be seen was published.
    DONE,
    /// There may be more.
    MORE,
    /// Rows are there that an older transaction, still running, hides.
    HIDDEN,
    /// Another replica publishes.
    ELSEWHERE
  }

  /// A look at the outbox.
  ///
  /// @param reached where the next begins, once its transaction is committed
  private record Look(Round round, String reached) {}

  /// Makes an outbox that does nothing yet; its context is the caller's.
  ///
  /// @param service the name of the service, the same in all its replicas
  /// @param producer made for the topics that are written to
  public PgOutbox(
      Vertx vertx, Pool pool, BusProducer producer, String service, MeterRegistry meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.pool = pool;
    this.producer = producer;
    this.lockName = service + ".outbox";
    this.published = meters.counter("bus.outbox.published");
    this.refused = meters.counter("bus.outbox.refused");
  }

  /// Puts a record into the outbox.
  ///
  /// @return the row's id, for [#published]; the caller pokes after the commit
  public static Future<Long> append(SqlConnection transaction, BusRecord record) {
    JsonObject headers = new JsonObject();
    record.headers().forEach(headers::put);
    byte[] value = record.value();
    return transaction
        .preparedQuery(
            """
            insert into outbox (topic, key, partition_key, partition, headers, value)
            values ($1, $2, $3, $4, $5, $6)
            returning id
            """)
        .execute(
            Tuple.of(
                record.topic().name(),
                record.key(),
                record.partitionKey().orElse(null),
                record.partition().isPresent() ? record.partition().getAsInt() : null,
                headers,
                value == null ? null : Buffer.buffer(value)))
        .map(rows -> rows.iterator().next().getLong("id"));
  }

  /// Records as the database takes them.
  public record Prepared(int count, Tuple parameters) {}

  /// Prepares records, to be published in this order.
  public static Prepared prepare(List<BusRecord> records) {
    return new Prepared(
        records.size(),
        Tuple.tuple()
            .addArrayOfString(column(records, String[]::new, record -> record.topic().name()))
            .addArrayOfString(column(records, String[]::new, BusRecord::key))
            .addArrayOfString(
                column(records, String[]::new, record -> record.partitionKey().orElse(null)))
            .addArrayOfInteger(column(records, Integer[]::new, PgOutbox::partition))
            .addArrayOfString(column(records, String[]::new, PgOutbox::headers))
            .addArrayOfBuffer(column(records, Buffer[]::new, PgOutbox::value)));
  }

  /// Puts records into the outbox, to be published in this order, with one statement however many
  /// they are.
  ///
  /// @return the last row's id, for [#published]; empty where there are none. The caller pokes
  ///     after the commit
  public static Future<OptionalLong> append(SqlConnection transaction, List<BusRecord> records) {
    return append(transaction, prepare(records));
  }

  /// Puts records into the outbox that were prepared.
  ///
  /// @return the last row's id, for [#published]; empty where there are none. The caller pokes
  ///     after the commit
  public static Future<OptionalLong> append(SqlConnection transaction, Prepared records) {
    if (records.count() == 0) {
      return Future.succeededFuture(OptionalLong.empty());
    }
    return transaction
        .preparedQuery(
            """
            with appended as (
              insert into outbox (topic, key, partition_key, partition, headers, value)
              select topic, key, partition_key, partition, headers::jsonb, value
              from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::bytea[])
                with ordinality
                as given (topic, key, partition_key, partition, headers, value, place)
              order by place
              returning id
            )
            select max(id) as last from appended
            """)
        .execute(records.parameters())
        .map(rows -> OptionalLong.of(rows.iterator().next().getLong("last")));
  }

  private static <T extends @Nullable Object> T[] column(
      List<BusRecord> records, IntFunction<T[]> array, Function<BusRecord, T> column) {
    return records.stream().map(column).toArray(array);
  }

  private static @Nullable Integer partition(BusRecord record) {
    return record.partition().isPresent() ? record.partition().getAsInt() : null;
  }

  private static String headers(BusRecord record) {
    JsonObject headers = new JsonObject();
    record.headers().forEach(headers::put);
    return headers.encode();
  }

  private static @Nullable Buffer value(BusRecord record) {
    byte[] value = record.value();
    return value == null ? null : Buffer.buffer(value);
  }

  /// Begins to publish.
  public void start() {
    context.runOnContext(nothing -> run());
  }

  /// Stops; what is left is published by another replica or at the next start.
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        nothing -> {
          closed = true;
          waiting.values().forEach(promise -> promise.tryFail("the outbox is closed"));
          waiting.clear();
          done.complete();
        });
    return done.future();
  }

  /// Is told whenever [#poke] says that something was committed, or somebody waits for it with
  /// [#published]: for readers of other tables that the same transactions write. On the thread of
  /// whoever says so.
  public void onPoke(Runnable listener) {
    listeners.add(listener);
  }

  /// Says that something was committed. Cheap, from any thread.
  public void poke() {
    listeners.forEach(Runnable::run);
    context.runOnContext(
        nothing -> {
          poked = true;
          run();
        });
  }

  /// Completes when the bus has the record of a row, whoever published it. Pokes as well.
  ///
  /// @param id as [#append] gave it; its transaction must be committed
  public Future<Void> published(long id) {
    Promise<Void> promise = Promise.promise();
    listeners.forEach(Runnable::run);
    context.runOnContext(
        nothing -> {
          waiting.put(id, promise);
          poked = true;
          run();
        });
    return promise.future();
  }

  private void run() {
    if (running || closed) {
      return;
    }
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
    running = true;
    poked = false;
    round()
        .onComplete(result -> after(result.succeeded() ? result.result() : null, result.cause()));
  }

  private void after(@Nullable Round round, Throwable cause) {
    running = false;
    if (round == null) {
      reached = FIRST_XID;
      log.atWarn().setCause(cause).log("outbox not published, will be tried again");
      runIn(backoff.nextMillis());
      return;
    }
    backoff.reset();
    switch (round) {
      case MORE -> run();
      case HIDDEN -> runIn(HIDDEN_POLL.toMillis());
      case DONE, ELSEWHERE -> {
        if (poked && round == Round.DONE) {
          run();
        } else {
          runIn(waiting.isEmpty() ? POLL.toMillis() : HIDDEN_POLL.toMillis());
        }
      }
    }
  }

  private void runIn(long millis) {
    if (!closed && timer == NO_TIMER) {
      timer =
          vertx.setTimer(
              millis,
              id ->
                  context.runOnContext(
                      nothing -> {
                        timer = NO_TIMER;
                        run();
                      }));
    }
  }

  private Future<Round> round() {
    return pool.withTransaction(
            transaction ->
                tryLock(transaction)
                    .compose(
                        locked ->
                            locked
                                ? publish(transaction)
                                : Future.succeededFuture(new Look(Round.ELSEWHERE, FIRST_XID))))
        .map(Objects::requireNonNull)
        .compose(
            look -> {
              reached = look.reached();
              return completeWaiting().map(look.round());
            });
  }

  /// The table is most often empty, but for what was not cleaned up yet: by its statistics, going
  /// through all of that and sorting it would seem cheaper than following the index.
  private Future<Boolean> tryLock(SqlConnection transaction) {
    return transaction
        .preparedQuery(
            """
            select set_config('enable_seqscan', 'off', true),
              set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true),
              pg_try_advisory_xact_lock(hashtext($1)) as locked
            """)
        .execute(Tuple.of(lockName))
        .map(rows -> rows.iterator().next().getBoolean("locked"));
  }

  private Future<Look> publish(SqlConnection transaction) {
    return transaction
        .preparedQuery(
            """
            select id, xid::text as writer, topic, key, partition_key, partition, headers, value
            from (
              select *, sum(coalesce(length(value), 0))
                over (order by xid, id rows unbounded preceding)
                - coalesce(length(value), 0) as before
              from outbox
              where xid >= $1::text::xid8 and xid < pg_snapshot_xmin(pg_current_snapshot())
              order by xid, id
              limit $2
            ) as next
            where before < $3
            order by xid, id
            """)
        .execute(Tuple.of(reached, ROWS_MAX, BYTES_MAX))
        .compose(
            rows ->
                rows.size() == 0
                    ? anythingHidden(transaction)
                    : send(rows)
                        .compose(last -> remove(transaction, last, rows.size()))
                        .map(last -> new Look(Round.MORE, last.writer())));
  }

  /// A place in the order of the outbox.
  private record Place(String writer, long id) {}

  /// When all is gone, the next look begins at the beginning: whatever else was done to the
  /// database, nothing stays behind.
  private Future<Look> anythingHidden(SqlConnection transaction) {
    return transaction
        .preparedQuery("select exists(select 1 from outbox where xid >= $1::text::xid8) as hidden")
        .execute(Tuple.of(reached))
        .map(
            rows ->
                rows.iterator().next().getBoolean("hidden")
                    ? new Look(Round.HIDDEN, reached)
                    : new Look(Round.DONE, FIRST_XID));
  }

  /// Sends the rows in order, and tells the last of them. Should one fail, those behind it may be
  /// on the bus already and are sent again: in order once more, which is what the last word on each
  /// key depends on.
  private Future<Place> send(RowSet<Row> rows) {
    List<Future<?>> sent = new ArrayList<>(rows.size());
    Place last = new Place(FIRST_XID, 0);
    for (Row row : rows) {
      sent.add(sendOne(row));
      last = new Place(row.getString("writer"), row.getLong("id"));
    }
    return Future.join(sent).map(last);
  }

  /// What the bus will never take is given up: everything behind it would wait for ever.
  private Future<Void> sendOne(Row row) {
    return producer
        .send(record(row))
        .<Void>mapEmpty()
        .recover(
            cause -> {
              if (cause instanceof UnsendableRecordException) {
                refused.increment();
                log.atError()
                    .addKeyValue("topic", row.getString("topic"))
                    .addKeyValue("key", row.getString("key"))
                    .setCause(cause)
                    .log("record given up: the bus will never take it");
                return Future.succeededFuture();
              }
              return Future.failedFuture(cause);
            });
  }

  /// Removes what was sent: all from where this round began to the last. Nothing can have come in
  /// between, since all transactions that old have ended.
  private Future<Place> remove(SqlConnection transaction, Place last, int count) {
    return transaction
        .preparedQuery(
            """
            delete from outbox
            where xid >= $1::text::xid8 and (xid, id) <= ($2::text::xid8, $3)
            """)
        .execute(Tuple.of(reached, last.writer(), last.id()))
        .map(
            rows -> {
              published.increment(count);
              return last;
            });
  }

  /// A row that is gone was published, here or elsewhere.
  private Future<Void> completeWaiting() {
    if (waiting.isEmpty()) {
      return Future.succeededFuture();
    }
    Long[] ids = waiting.keySet().toArray(Long[]::new);
    return pool.preparedQuery(
            """
            select asked.id
            from unnest($1::bigint[]) as asked(id)
            where not exists (select 1 from outbox where outbox.id = asked.id)
            """)
        .execute(Tuple.of(ids))
        .map(
            rows -> {
              for (Row row : rows) {
                Promise<Void> promise = waiting.remove(row.getLong("id"));
                if (promise != null) {
                  promise.tryComplete();
                }
              }
              return null;
            });
  }

  private static BusRecord record(Row row) {
    Map<String, String> headers = new HashMap<>();
    row.getJsonObject("headers")
        .forEach(header -> headers.put(header.getKey(), String.valueOf(header.getValue())));
    Buffer value = row.getBuffer("value");
    Integer partition = row.getInteger("partition");
    return new BusRecord(
        Topic.valueOf(row.getString("topic")),
        row.getString("key"),
        Optional.ofNullable(row.getString("partition_key")),
        partition == null ? OptionalInt.empty() : OptionalInt.of(partition),
        headers,
        value == null ? null : value.getBytes());
  }
}
