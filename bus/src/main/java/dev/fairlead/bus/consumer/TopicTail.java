package dev.fairlead.bus.consumer;

import dev.fairlead.bus.Backoff;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.MalformedRecordException;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows partitions of a topic alone, without a group: the whole of a compacted topic that a
/// process holds in memory, or the one inbox of a gateway. It remembers nothing between runs.
///
/// The handler runs on one Vert.x context, one record after the other, and must not block.
public final class TopicTail {

  private static final Logger log = LoggerFactory.getLogger(TopicTail.class);

  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration CONTACT_INTERVAL = Duration.ofSeconds(5);
  private static final Duration RETRY_FIRST = Duration.ofMillis(100);
  private static final Duration RETRY_LONGEST = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final Context context;
  private final Topic topic;
  private final Set<TopicPartition> partitions;
  private final Start start;
  private final Consumer<ReceivedRecord> handler;
  private final Runnable gapHandler;
  private final ClosableStream stream;
  private final Backoff backoff = new Backoff(RETRY_FIRST, RETRY_LONGEST);
  private final Counter consumed;
  private final Counter gaps;
  private final Counter malformed;
  private final Promise<Void> caughtUp = Promise.promise();

  /// What is still to be read of what was there at the start: partition → one past its last offset.
  private Map<TopicPartition, Long> backlog = new HashMap<>();

  private volatile long contactNanos = System.nanoTime();
  private boolean placed;

  /// Where a tail begins.
  public sealed interface Start {

    /// With all that is kept.
    record Beginning() implements Start {}

    /// With what comes after the start.
    record End() implements Start {}

    /// With what came since a while before the start.
    record Recent(Duration age) implements Start {}
  }

  /// Makes a tail that does nothing yet; its context is the caller's.
  ///
  /// @param partitions which to follow
  /// @param handler given each record, in order within a partition; a record of which it says
  ///     [MalformedRecordException] is counted and passed over
  /// @param gapHandler told when records were deleted before they were read; the tail then goes on
  ///     with the oldest that is kept
  public TopicTail(
      Vertx vertx,
      BusSettings settings,
      Topic topic,
      Set<Integer> partitions,
      Start start,
      Consumer<ReceivedRecord> handler,
      Runnable gapHandler,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.topic = topic;
    Set<TopicPartition> places = new HashSet<>();
    partitions.forEach(
        partition -> places.add(new TopicPartition(settings.nameOf(topic), partition)));
    this.partitions = Set.copyOf(places);
    this.start = start;
    this.handler = handler;
    this.gapHandler = gapHandler;
    this.stream =
        new ClosableStream(
            vertx,
            new KafkaConsumer<>(
                Map.copyOf(ConsumerProperties.tail(settings)),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer()));
    this.consumed = meters.counter("bus.consumed", "topic", topic.suffix(), "group", "tail");
    this.gaps = meters.counter("bus.consumer.gaps", "topic", topic.suffix(), "group", "tail");
    this.malformed = meters.counter("bus.tail.malformed", "topic", topic.suffix());
  }

  /// Begins to read.
  ///
  /// @return completes when all that was there at the start has been handled, or, for [Start.End],
  ///     when the place to begin is fixed. While no broker answers, it goes on trying. Fails when
  ///     the tail is closed before
  public Future<Void> start() {
    context.runOnContext(
        nothing -> stream.call(open -> open.assign(partitions)).onComplete(assigned -> cycle()));
    return caughtUp.future();
  }

  /// Stops reading.
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        nothing -> {
          caughtUp.tryFail("the tail was closed");
          stream.close().onComplete(done);
        });
    return done.future();
  }

  /// How long ago the broker last answered. From any thread.
  public Duration sinceContact() {
    return Duration.ofNanos(System.nanoTime() - contactNanos);
  }

  private void cycle() {
    if (stream.isClosed()) {
      return;
    }
    place()
        .compose(nothing -> stream.call(open -> open.poll(POLL)))
        .map(this::handled)
        .compose(any -> any ? Future.succeededFuture() : keepContact())
        .onComplete(
            done -> {
              if (done.succeeded()) {
                backoff.reset();
                context.runOnContext(nothing -> cycle());
              } else if (!stream.isClosed()) {
                recoverFrom(done.cause())
                    .onComplete(nothing -> vertx.setTimer(backoff.nextMillis(), id -> cycle()));
              }
            });
  }

  /// Fixes the place to begin. Positions are resolved here and now: a seek to the end alone would
  /// be resolved at some later poll, and what came between would be lost.
  private Future<Void> place() {
    if (placed) {
      return Future.succeededFuture();
    }
    return stream
        .call(open -> open.endOffsets(partitions))
        .compose(ends -> firsts(ends).compose(firsts -> placeAt(firsts, ends)));
  }

  private Future<Map<TopicPartition, Long>> firsts(Map<TopicPartition, Long> ends) {
    return switch (start) {
      case Start.Beginning _ -> stream.call(open -> open.beginningOffsets(partitions));
      case Start.End _ -> Future.succeededFuture(ends);
      case Start.Recent recent -> recentOffsets(recent.age(), ends);
    };
  }

  private Future<Map<TopicPartition, Long>> recentOffsets(
      Duration age, Map<TopicPartition, Long> ends) {
    long since = System.currentTimeMillis() - age.toMillis();
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, since));
    return stream
        .call(open -> open.offsetsForTimes(times))
        .map(
            found -> {
              Map<TopicPartition, Long> firsts = new HashMap<>(ends);
              found.forEach(
                  (partition, at) -> {
                    OffsetAndTimestamp known = at;
                    if (known != null) {
                      firsts.put(partition, known.offset());
                    }
                  });
              return firsts;
            });
  }

  private Future<Void> placeAt(Map<TopicPartition, Long> firsts, Map<TopicPartition, Long> ends) {
    Future<Void> seeked = Future.succeededFuture();
    for (Map.Entry<TopicPartition, Long> first : firsts.entrySet()) {
      seeked =
          seeked.compose(
              nothing -> stream.call(open -> open.seek(first.getKey(), first.getValue())));
    }
    return seeked.onSuccess(
        nothing -> {
          contactNanos = System.nanoTime();
          placed = true;
          backlog = new HashMap<>(ends);
          backlog
              .entrySet()
              .removeIf(end -> end.getValue() <= firsts.getOrDefault(end.getKey(), 0L));
          completeWhenCaughtUp();
        });
  }

  private boolean handled(ConsumerRecords<byte[], byte[]> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      try {
        handler.accept(RecordReader.read(topic, record));
      } catch (MalformedRecordException e) {
        malformed.increment();
        log.atWarn()
            .addKeyValue("topic", record.topic())
            .addKeyValue("partition", record.partition())
            .addKeyValue("offset", record.offset())
            .addKeyValue("reason", e.getMessage())
            .log("record not understood");
      } catch (RuntimeException e) {
        log.atError()
            .addKeyValue("topic", record.topic())
            .addKeyValue("partition", record.partition())
            .addKeyValue("offset", record.offset())
            .setCause(e)
            .log("record passed over");
      }
    }
    consumed.increment(records.count());
    if (!records.isEmpty()) {
      contactNanos = System.nanoTime();
    }
    if (!backlog.isEmpty()) {
      // Where the last records of a log were compacted away, only the position tells.
      records.nextOffsets().forEach((partition, next) -> reached(partition, next.offset()));
      completeWhenCaughtUp();
    }
    return !records.isEmpty();
  }

  private void reached(TopicPartition partition, long next) {
    backlog.computeIfPresent(partition, (same, end) -> next >= end ? null : end);
  }

  private void completeWhenCaughtUp() {
    if (backlog.isEmpty()) {
      caughtUp.tryComplete();
    }
  }

  /// An empty poll does not tell a quiet topic from a broker that is away; asking for the ends
  /// does.
  private Future<Void> keepContact() {
    if (sinceContact().compareTo(CONTACT_INTERVAL) < 0) {
      return Future.succeededFuture();
    }
    return stream
        .call(open -> open.endOffsets(partitions))
        .onSuccess(ends -> contactNanos = System.nanoTime())
        .mapEmpty();
  }

  private Future<Void> recoverFrom(Throwable cause) {
    if (!(cause instanceof OffsetOutOfRangeException outOfRange)) {
      log.atWarn()
          .addKeyValue("topic", topic.suffix())
          .setCause(cause)
          .log("the bus could not be read, will be tried again");
      return Future.succeededFuture();
    }
    gaps.increment();
    log.atError()
        .addKeyValue("topic", topic.suffix())
        .addKeyValue("positions", outOfRange.offsetOutOfRangePartitions())
        .log("records were deleted before they were read");
    Set<TopicPartition> lost = outOfRange.offsetOutOfRangePartitions().keySet();
    return stream
        .call(open -> open.seekToBeginning(lost))
        .compose(nothing -> forgetBacklog(lost))
        .onSuccess(nothing -> gapHandler.run());
  }

  /// What was to be read is gone or has other offsets now: without this, a start might wait for a
  /// record that never comes.
  private Future<Void> forgetBacklog(Set<TopicPartition> lost) {
    return Future.all(
            stream.call(open -> open.beginningOffsets(lost)),
            stream.call(open -> open.endOffsets(lost)))
        .map(
            bounds -> {
              Map<TopicPartition, Long> firsts = bounds.resultAt(0);
              Map<TopicPartition, Long> ends = bounds.resultAt(1);
              backlog.replaceAll((partition, end) -> ends.getOrDefault(partition, end));
              firsts.forEach(this::reached);
              completeWhenCaughtUp();
              return null;
            });
  }
}
