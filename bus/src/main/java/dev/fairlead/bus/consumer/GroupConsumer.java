package dev.fairlead.bus.consumer;

import dev.fairlead.bus.Backoff;
import dev.fairlead.bus.BusAdmin;
import dev.fairlead.bus.BusAdmin.LogBounds;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shares the partitions of one topic with the other members of a group, and gives each partition's
/// records to a [BatchHandler], one batch after the other: order is kept per partition, and so per
/// key.
///
/// It begins where [Offsets] say, not where Kafka remembers; what it commits to Kafka is for the
/// lag to be seen. A partition is paused while its batch is in work, beside which others go on, a
/// few at a time; a batch that fails is given again, with back-off, until it succeeds or the
/// partition goes elsewhere.
///
/// All state is confined to one Vert.x context.
public final class GroupConsumer {

  private static final Logger log = LoggerFactory.getLogger(GroupConsumer.class);

  private static final Duration IDLE_POLL = Duration.ofMillis(250);

  /// Batches at a time: as many as keep a database busy, and not so many that others cannot use it.
  private static final int AT_ONCE = 4;

  private static final Duration RETRY_FIRST = Duration.ofMillis(100);
  private static final Duration RETRY_LONGEST = Duration.ofSeconds(5);
  private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Context context;
  private final BusAdmin admin;
  private final Topic topic;
  private final String topicName;
  private final Offsets offsets;
  private final BatchHandler handler;
  private final Duration rest;
  private final PausingConsumer consumer;
  private final ClosableStream stream;
  private final Lanes lanes;
  private final Turns turns = new Turns(AT_ONCE);
  private final Backoff pollBackoff = new Backoff(RETRY_FIRST, RETRY_LONGEST);
  private final Counter consumed;
  private final Counter gaps;
  private final Counter retries;
  private final Promise<Void> joined = Promise.promise();
  private long committedAtNanos;

  /// Makes a consumer that does nothing yet; its context is the caller's.
  ///
  /// @param group the name of the group, shared by all replicas of a service
  /// @param rest how long there is at least from the beginning of one batch of a partition to that
  ///     of the next where nothing waits, so that many records that come one by one are handled in
  ///     few batches; what comes after a rest is handled at once
  public GroupConsumer(
      Vertx vertx,
      BusSettings settings,
      BusAdmin admin,
      String group,
      Topic topic,
      Offsets offsets,
      BatchHandler handler,
      Duration rest,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.admin = admin;
    this.topic = topic;
    this.topicName = settings.nameOf(topic);
    this.lanes = new Lanes(topicName);
    this.offsets = offsets;
    this.handler = handler;
    this.rest = rest;
    this.consumer =
        new PausingConsumer(
            ConsumerProperties.group(settings, group),
            partitions -> context.runOnContext(nothing -> lanes.assigned(partitions)),
            partitions -> context.runOnContext(nothing -> lanes.revoked(partitions)));
    this.stream = new ClosableStream(vertx, consumer);
    this.consumed = meters.counter("bus.consumed", "topic", topic.suffix(), "group", group);
    this.gaps = meters.counter("bus.consumer.gaps", "topic", topic.suffix(), "group", group);
    this.retries = meters.counter("bus.consumer.retries", "topic", topic.suffix(), "group", group);
    handler.rereadWith(this::reread);
  }

  /// Joins the group and begins.
  ///
  /// @return completes when this member first has its partitions and knows where to begin; fails
  ///     when it is closed before
  public Future<Void> start() {
    context.runOnContext(
        nothing ->
            stream.call(open -> open.subscribe(Set.of(topicName))).onComplete(done -> cycle()));
    return joined.future();
  }

  /// Leaves the group. A batch in work is not waited for: its transaction decides.
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        nothing -> {
          joined.tryFail("the consumer was closed");
          consumer.end();
          stream.close().onComplete(done);
        });
    return done.future();
  }

  private void cycle() {
    if (stream.isClosed()) {
      return;
    }
    placeLanes()
        .compose(nothing -> stream.call(open -> open.poll(IDLE_POLL)))
        .compose(
            records -> {
              handleAll(records);
              return Future.<Void>succeededFuture();
            })
        .onComplete(
            done -> {
              if (done.succeeded()) {
                pollBackoff.reset();
                context.runOnContext(nothing -> cycle());
              } else if (!stream.isClosed()) {
                recoverFrom(done.cause())
                    .onComplete(nothing -> vertx.setTimer(pollBackoff.nextMillis(), id -> cycle()));
              }
            });
  }

  /// Looks up where the new partitions begin, goes there and lets them run.
  private Future<Void> placeLanes() {
    Map<Integer, Lane> unplaced = lanes.unplaced();
    if (unplaced.isEmpty()) {
      return Future.succeededFuture();
    }
    return admin
        .describe(topic, unplaced.keySet())
        .map(lanes::valid)
        .compose(
            state ->
                offsets
                    .load(topic, state)
                    .compose(starts -> begin(unplaced, starts, state.bounds())))
        .onSuccess(nothing -> joined.tryComplete());
  }

  private Future<Void> begin(
      Map<Integer, Lane> unplaced, Map<Integer, Long> starts, Map<Integer, LogBounds> bounds) {
    List<Future<?>> begun = new ArrayList<>();
    unplaced.forEach(
        (partition, lane) -> {
          Long stored = starts.get(partition);
          LogBounds known = bounds.get(partition);
          if (stored != null && known != null && !lane.isRevoked()) {
            begun.add(begin(lane, lanes.place(partition), stored, known.start()));
          }
        });
    return Future.join(begun).mapEmpty();
  }

  /// What is stored stays as it is where the log now starts later: the next batch advances from
  /// there over the gap.
  private Future<Void> begin(Lane lane, TopicPartition place, long stored, long logStart) {
    if (lane.place(stored, logStart)) {
      tellOfGap(Map.of(place, stored));
    }
    return stream
        .call(open -> open.seek(place, Math.max(stored, logStart)))
        .compose(done -> stream.call(open -> open.resume(Set.of(place))));
  }

  private void handleAll(ConsumerRecords<byte[], byte[]> records) {
    for (TopicPartition partition : records.partitions()) {
      Lane lane = lanes.placed(partition.partition());
      if (lane != null) {
        handle(lane, partition, records.records(partition));
      }
    }
    commit();
  }

  private void handle(
      Lane lane, TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
    try {
      handle(lane, batch(lane, partition, records));
    } catch (RuntimeException e) {
      // The partition stays paused until it is placed again.
      lane.unplace();
      throw e;
    }
  }

  private Batch batch(
      Lane lane, TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
    List<ReceivedRecord> received = new ArrayList<>(records.size());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      received.add(RecordReader.read(topic, record));
    }
    long next = records.getLast().offset() + 1;
    return new Batch(topic, partition.partition(), lane.next(), next, received);
  }

  private void handle(Lane lane, Batch batch) {
    lane.begin(System.nanoTime());
    attempt(lane, batch, new Backoff(RETRY_FIRST, RETRY_LONGEST));
  }

  private void attempt(Lane lane, Batch batch, Backoff backoff) {
    turns.begin(
        () -> {
          if (stream.isClosed() || lane.isRevoked()) {
            turns.end();
          } else {
            handled(batch)
                .onComplete(
                    result -> {
                      turns.end();
                      end(lane, batch, backoff, result);
                    });
          }
        });
  }

  private void end(Lane lane, Batch batch, Backoff backoff, AsyncResult<Void> result) {
    if (result.succeeded()) {
      consumed.increment(batch.records().size());
      if (lane.end(batch.next())) {
        release(lane, lanes.place(batch.partition()));
      }
    } else if (result.cause() instanceof StaleBatchException) {
      lane.endUnplaced();
    } else {
      retries.increment();
      log.atWarn()
          .addKeyValue("topic", topicName)
          .addKeyValue("partition", batch.partition())
          .addKeyValue("offset", batch.first())
          .setCause(result.cause())
          .log("records not handled, will be tried again");
      vertx.setTimer(backoff.nextMillis(), id -> attempt(lane, batch, backoff));
    }
  }

  private void release(Lane lane, TopicPartition partition) {
    long leftNanos = rest.toNanos() - lane.sinceBegin(System.nanoTime());
    if (leftNanos <= 0 || consumer.isBehind(partition)) {
      consumer.release(partition);
    } else {
      long resting = lane.rest();
      vertx.setTimer(
          TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1,
          id -> {
            if (lane.wake(resting) && !stream.isClosed()) {
              consumer.release(partition);
            }
          });
    }
  }

  /// A handler that throws must not end the cycle: the batch would be passed over.
  private Future<Void> handled(Batch batch) {
    try {
      return handler.handle(batch);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  /// The next cycle looks up where the partition begins, as if it were new.
  private void reread(int partition) {
    Lane lane = lanes.placed(partition);
    if (lane != null) {
      lane.unplace();
      stream
          .call(open -> open.pause(Set.of(lanes.place(partition))))
          .onFailure(cause -> log.debug("not paused, what it brings is not taken", cause));
    }
  }

  /// Tells Kafka now and then how far we are, for the lag. Nothing depends on it.
  private void commit() {
    long now = System.nanoTime();
    if (now - committedAtNanos < COMMIT_INTERVAL.toNanos()) {
      return;
    }
    committedAtNanos = now;
    Map<TopicPartition, OffsetAndMetadata> reached = lanes.claimCommits();
    if (!reached.isEmpty()) {
      stream
          .call(open -> open.commit(reached))
          .onFailure(cause -> log.debug("lag not committed", cause));
    }
  }

  private Future<Void> recoverFrom(Throwable cause) {
    if (!(cause instanceof OffsetOutOfRangeException outOfRange)) {
      log.atWarn()
          .addKeyValue("topic", topicName)
          .setCause(cause)
          .log("the bus could not be read, will be tried again");
      return Future.succeededFuture();
    }
    tellOfGap(outOfRange.offsetOutOfRangePartitions());
    Set<TopicPartition> lost = lanes.lose(outOfRange);
    // Whether only the beginning is gone, or the log is another one, is for the offsets to judge.
    return stream.call(open -> open.pause(lost));
  }

  private void tellOfGap(Map<TopicPartition, Long> positions) {
    gaps.increment(positions.size());
    log.atError()
        .addKeyValue("topic", topicName)
        .addKeyValue("positions", positions)
        .log("records are gone that were not read, or the log is another one");
  }
}
