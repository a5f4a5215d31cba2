package dev.fairlead.bus.consumer;

import dev.fairlead.bus.Backoff;
import dev.fairlead.bus.BusAdmin;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
/// lag to be seen. While a batch takes long, it goes on polling with everything paused, so as to
/// stay a member. A batch that fails is given again, with back-off, until it succeeds or the
/// partition goes elsewhere.
///
/// All state is confined to one Vert.x context.
public final class GroupConsumer {

  private static final Logger log = LoggerFactory.getLogger(GroupConsumer.class);

  private static final Duration IDLE_POLL = Duration.ofMillis(250);
  private static final Duration PAUSED_POLL = Duration.ofMillis(100);
  private static final long PATIENCE_MILLIS = 1_000;
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
  private final ClosableStream stream;
  private final Map<Integer, Lane> lanes = new HashMap<>();
  private final Backoff pollBackoff = new Backoff(RETRY_FIRST, RETRY_LONGEST);
  private final Counter consumed;
  private final Counter gaps;
  private final Counter retries;
  private final Promise<Void> joined = Promise.promise();
  private long committedAtNanos;

  /// One partition of ours.
  private static final class Lane {
    /// The next offset as [Offsets] have it; below zero until they were asked.
    private long next = UNKNOWN;
    private long committed = UNKNOWN;
    private boolean revoked;

    private static final long UNKNOWN = -1;

    boolean isPlaced() {
      return next != UNKNOWN;
    }
  }

  /// Makes a consumer that does nothing yet; its context is the caller's.
  ///
  /// @param group the name of the group, shared by all replicas of a service
  public GroupConsumer(
      Vertx vertx,
      BusSettings settings,
      BusAdmin admin,
      String group,
      Topic topic,
      Offsets offsets,
      BatchHandler handler,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.admin = admin;
    this.topic = topic;
    this.topicName = settings.nameOf(topic);
    this.offsets = offsets;
    this.handler = handler;
    PausingConsumer consumer =
        new PausingConsumer(
            ConsumerProperties.group(settings, group),
            partitions -> context.runOnContext(nothing -> assigned(partitions)),
            partitions -> context.runOnContext(nothing -> revoked(partitions)));
    this.stream = new ClosableStream(vertx, consumer);
    this.consumed = meters.counter("bus.consumed", "topic", topic.suffix(), "group", group);
    this.gaps = meters.counter("bus.consumer.gaps", "topic", topic.suffix(), "group", group);
    this.retries = meters.counter("bus.consumer.retries", "topic", topic.suffix(), "group", group);
  }

  /// Joins the group and begins.
  ///
  /// @return completes when this member first has its partitions and knows where to begin
  public Future<Void> start() {
    context.runOnContext(
        nothing ->
            stream.call(open -> open.subscribe(Set.of(topicName))).onComplete(done -> cycle()));
    return joined.future();
  }

  /// Leaves the group. A batch in work is not waited for: its transaction decides.
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(nothing -> stream.close().onComplete(done));
    return done.future();
  }

  private void assigned(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      lanes.put(partition.partition(), new Lane());
    }
  }

  private void revoked(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      Lane lane = lanes.remove(partition.partition());
      if (lane != null) {
        lane.revoked = true;
      }
    }
  }

  private void cycle() {
    if (stream.isClosed()) {
      return;
    }
    placeLanes()
        .compose(nothing -> stream.call(open -> open.poll(IDLE_POLL)))
        .compose(this::handleAll)
        .compose(nothing -> commit())
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
    Map<Integer, Lane> unplaced = new HashMap<>();
    lanes.forEach(
        (partition, lane) -> {
          if (!lane.isPlaced()) {
            unplaced.put(partition, lane);
          }
        });
    if (unplaced.isEmpty()) {
      return Future.succeededFuture();
    }
    return admin
        .describe(topic, unplaced.keySet())
        .compose(state -> offsets.load(topic, state))
        .compose(starts -> begin(unplaced, starts))
        .onSuccess(nothing -> joined.tryComplete());
  }

  private Future<Void> begin(Map<Integer, Lane> unplaced, Map<Integer, Long> starts) {
    List<Future<?>> begun = new ArrayList<>();
    unplaced.forEach(
        (partition, lane) -> {
          Long start = starts.get(partition);
          if (start != null && !lane.revoked) {
            lane.next = start;
            TopicPartition place = place(partition);
            begun.add(
                stream
                    .call(open -> open.seek(place, start))
                    .compose(done -> stream.call(open -> open.resume(Set.of(place)))));
          }
        });
    return Future.join(begun).mapEmpty();
  }

  private Future<Void> handleAll(ConsumerRecords<byte[], byte[]> records) {
    List<Future<?>> handled = new ArrayList<>();
    for (TopicPartition partition : records.partitions()) {
      Lane lane = lanes.get(partition.partition());
      if (lane != null && lane.isPlaced()) {
        handled.add(handle(lane, batch(lane, partition, records.records(partition))));
      }
    }
    if (handled.isEmpty()) {
      return Future.succeededFuture();
    }
    Future<Void> all = Future.join(handled).mapEmpty();
    return stayMemberUntil(all);
  }

  private Batch batch(
      Lane lane, TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records) {
    List<ReceivedRecord> received = new ArrayList<>(records.size());
    for (ConsumerRecord<byte[], byte[]> record : records) {
      received.add(RecordReader.read(topic, record));
    }
    long next = records.getLast().offset() + 1;
    return new Batch(topic, partition.partition(), lane.next, next, received);
  }

  private Future<Void> handle(Lane lane, Batch batch) {
    Promise<Void> done = Promise.promise();
    attempt(lane, batch, new Backoff(RETRY_FIRST, RETRY_LONGEST), done);
    return done.future();
  }

  private void attempt(Lane lane, Batch batch, Backoff backoff, Promise<Void> done) {
    if (stream.isClosed() || lane.revoked) {
      done.complete();
      return;
    }
    handler
        .handle(batch)
        .onComplete(
            result -> {
              if (result.succeeded()) {
                lane.next = batch.next();
                consumed.increment(batch.records().size());
                done.complete();
              } else if (result.cause() instanceof StaleBatchException) {
                hold(lane, batch.partition()).onComplete(done);
              } else {
                retries.increment();
                log.atWarn()
                    .addKeyValue("topic", topicName)
                    .addKeyValue("partition", batch.partition())
                    .addKeyValue("offset", batch.first())
                    .setCause(result.cause())
                    .log("records not handled, will be tried again");
                vertx.setTimer(backoff.nextMillis(), id -> attempt(lane, batch, backoff, done));
              }
            });
  }

  /// Stops a partition until its start has been looked up again.
  private Future<Void> hold(Lane lane, int partition) {
    lane.next = Lane.UNKNOWN;
    return lane.revoked
        ? Future.succeededFuture()
        : stream.call(open -> open.pause(Set.of(place(partition))));
  }

  /// Waits for the handlers. Where they take long, pauses everything and polls on: a member that
  /// does not poll is taken for dead.
  private Future<Void> stayMemberUntil(Future<Void> handled) {
    Promise<Void> done = Promise.promise();
    long timer = vertx.setTimer(PATIENCE_MILLIS, id -> pollPausedUntil(handled, done));
    handled.onComplete(
        result -> {
          if (vertx.cancelTimer(timer)) {
            done.handle(result);
          }
        });
    return done.future();
  }

  private void pollPausedUntil(Future<Void> handled, Promise<Void> done) {
    stream
        .call(open -> open.pause(places(lanes.keySet())))
        .compose(nothing -> pollPaused(handled))
        .compose(nothing -> stream.call(open -> open.resume(places(placedLanes()))))
        .compose(nothing -> handled)
        .onComplete(done);
  }

  private Future<Void> pollPaused(Future<Void> handled) {
    if (handled.isComplete() || stream.isClosed()) {
      return Future.succeededFuture();
    }
    return stream
        .call(open -> open.poll(PAUSED_POLL))
        .otherwiseEmpty()
        .compose(nothing -> pollPaused(handled));
  }

  private Set<Integer> placedLanes() {
    Set<Integer> placed = new HashSet<>();
    lanes.forEach(
        (partition, lane) -> {
          if (lane.isPlaced()) {
            placed.add(partition);
          }
        });
    return placed;
  }

  /// Tells Kafka now and then how far we are, for the lag. Nothing depends on it.
  private Future<Void> commit() {
    long now = System.nanoTime();
    if (now - committedAtNanos < COMMIT_INTERVAL.toNanos()) {
      return Future.succeededFuture();
    }
    committedAtNanos = now;
    Map<TopicPartition, OffsetAndMetadata> reached = new HashMap<>();
    lanes.forEach(
        (partition, lane) -> {
          if (lane.isPlaced() && lane.next != lane.committed) {
            reached.put(place(partition), new OffsetAndMetadata(lane.next));
            lane.committed = lane.next;
          }
        });
    if (!reached.isEmpty()) {
      stream
          .call(open -> open.commit(reached))
          .onFailure(cause -> log.debug("lag not committed", cause));
    }
    return Future.succeededFuture();
  }

  private Future<Void> recoverFrom(Throwable cause) {
    if (!(cause instanceof OffsetOutOfRangeException outOfRange)) {
      log.atWarn()
          .addKeyValue("topic", topicName)
          .setCause(cause)
          .log("the bus could not be read, will be tried again");
      return Future.succeededFuture();
    }
    Set<TopicPartition> lost = outOfRange.offsetOutOfRangePartitions().keySet();
    gaps.increment(lost.size());
    log.atError()
        .addKeyValue("topic", topicName)
        .addKeyValue("positions", outOfRange.offsetOutOfRangePartitions())
        .log("records were deleted before they were read");
    // What is stored stays as it is: the next batch advances from there over the gap.
    return stream.call(open -> open.seekToBeginning(lost));
  }

  private TopicPartition place(int partition) {
    return new TopicPartition(topicName, partition);
  }

  private Set<TopicPartition> places(Set<Integer> partitions) {
    Set<TopicPartition> places = new HashSet<>();
    partitions.forEach(partition -> places.add(place(partition)));
    return places;
  }
}
