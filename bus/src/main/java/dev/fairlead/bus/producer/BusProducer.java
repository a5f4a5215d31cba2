package dev.fairlead.bus.producer;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.kafka.client.producer.KafkaProducer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/// Writes records without ever blocking the caller, from any thread, event loops included. What is
/// under way is bounded by a byte budget of its own, smaller than the client's buffer, and the
/// partitions of all its topics are known before the first record: those are the two things that
/// Kafka's `send` would wait for.
///
/// A record is acknowledged when all in-sync replicas have it. There is no time limit: while a
/// broker is away, records wait within the budget.
public final class BusProducer {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final int BLOCK_MILLIS_MAX = 1_000;
  private static final int REQUEST_BYTES_MAX = 2 * 1024 * 1024;
  private static final long BUFFER_SLACK_BYTES = 16L * 1024 * 1024;

  private final BusSettings settings;
  private final KafkaProducer<byte[], byte[]> client;
  private final Producer<byte[], byte[]> kafka;
  private final ByteBudget budget;
  private final Map<Topic, Integer> partitions = new ConcurrentHashMap<>();
  private final Map<Topic, Counter> acknowledged = new EnumMap<>(Topic.class);
  private final Map<Topic, Counter> failed = new EnumMap<>(Topic.class);
  private final List<Runnable> roomListeners = new CopyOnWriteArrayList<>();

  private BusProducer(
      Vertx vertx,
      BusSettings settings,
      ProducerProfile profile,
      long budgetBytes,
      Set<Topic> topics,
      MeterRegistry meters) {
    this.settings = settings;
    this.budget = new ByteBudget(budgetBytes);
    this.client =
        KafkaProducer.create(
            vertx,
            properties(settings, profile, budgetBytes),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.kafka = client.unwrap();
    Gauge.builder("bus.producer.pending.bytes", budget, ByteBudget::usedBytes)
        .description("Memory of what was given to the bus and is not yet acknowledged")
        .tag("topics", names(topics))
        .register(meters);
    for (Topic topic : topics) {
      acknowledged.put(topic, meters.counter("bus.produced", "topic", topic.suffix()));
      failed.put(topic, meters.counter("bus.produce.failed", "topic", topic.suffix()));
    }
  }

  /// Makes a producer for some topics.
  ///
  /// @param budgetBytes how much may be under way at once
  /// @return the producer, once the partitions of all the topics are known; fails when no broker
  ///     tells
  public static Future<BusProducer> create(
      Vertx vertx,
      BusSettings settings,
      ProducerProfile profile,
      long budgetBytes,
      Set<Topic> topics,
      MeterRegistry meters) {
    BusProducer producer = new BusProducer(vertx, settings, profile, budgetBytes, topics, meters);
    List<Future<?>> known = new ArrayList<>();
    for (Topic topic : topics) {
      known.add(
          producer
              .client
              .partitionsFor(settings.nameOf(topic))
              .map(infos -> producer.know(topic, infos.size())));
    }
    return Future.all(known)
        .<BusProducer>map(producer)
        .recover(
            cause -> producer.close().otherwiseEmpty().compose(_ -> Future.failedFuture(cause)));
  }

  private int know(Topic topic, int count) {
    partitions.put(topic, count);
    return count;
  }

  /// Tells the producers of a process apart.
  private static String names(Set<Topic> topics) {
    return topics.stream().map(Topic::suffix).sorted().collect(Collectors.joining(","));
  }

  private static Map<String, String> properties(
      BusSettings settings, ProducerProfile profile, long budgetBytes) {
    Map<String, String> properties = new HashMap<>(settings.clientProperties());
    properties.put("acks", "all");
    properties.put("enable.idempotence", "true");
    // With more than one, a first batch that the broker refuses for a moment may be overtaken by
    // the next and is then refused for ever (docs/adr/0005-one-request-in-flight.md).
    properties.put("max.in.flight.requests.per.connection", "1");
    properties.put("linger.ms", Integer.toString(profile.lingerMillis()));
    properties.put("compression.type", profile.compression());
    properties.put("batch.size", Integer.toString(profile.batchBytes()));
    properties.put("delivery.timeout.ms", Integer.toString(Integer.MAX_VALUE));
    properties.put("max.block.ms", Integer.toString(BLOCK_MILLIS_MAX));
    properties.put("max.request.size", Integer.toString(REQUEST_BYTES_MAX));
    properties.put("buffer.memory", Long.toString(2 * budgetBytes + BUFFER_SLACK_BYTES));
    // Never forget a topic's partitions: to learn them anew would block. A client that begins
    // anew when it can reach no broker for a while forgets them all.
    properties.put("metadata.max.idle.ms", Integer.toString(Integer.MAX_VALUE));
    properties.put("metadata.recovery.strategy", "none");
    properties.put("reconnect.backoff.max.ms", "1000");
    return properties;
  }

  /// Writes a record if there is room for it.
  ///
  /// @return completes with its place once it is acknowledged, on the caller's context if it has
  ///     one; fails with [BusFullException] when the budget is used up, with
  ///     [UnsendableRecordException] when the record is too large or for a partition that its topic
  ///     does not have, with Kafka's exception when it is refused otherwise
  public Future<Position> send(BusRecord record) {
    // Kafka would block the caller to wait for such a partition, and devices name partitions.
    int known = partitionsOf(record.topic());
    if (record.partition().orElse(0) >= known) {
      return Future.failedFuture(
          new UnsendableRecordException(record.topic().suffix() + " has " + known + " partitions"));
    }
    int bytes = record.sizeBytes();
    if (!budget.tryAcquire(bytes)) {
      return Future.failedFuture(new BusFullException());
    }
    Promise<Position> promise = Promise.promise();
    Context context = Vertx.currentContext();
    // What waits for the acknowledgement keeps the topic alone: the client has the rest.
    Topic topic = record.topic();
    try {
      var _ =
          kafka.send(
              kafkaRecord(record),
              (metadata, error) -> acknowledged(topic, bytes, promise, context, metadata, error));
    } catch (RuntimeException e) {
      acknowledged(topic, bytes, promise, context, null, e);
    }
    return promise.future();
  }

  /// Whether a record of that size would be taken now.
  public boolean hasRoom(BusRecord record) {
    if (budget.tryAcquire(record.sizeBytes())) {
      giveBack(record.sizeBytes());
      return true;
    }
    return false;
  }

  /// Is told, on any thread, when there is room again after a record was refused.
  public void onRoom(Runnable listener) {
    roomListeners.add(listener);
  }

  /// How many partitions a topic of this producer has.
  public int partitionsOf(Topic topic) {
    Integer count = partitions.get(topic);
    if (count == null) {
      throw new IllegalStateException("this producer was not made for " + topic);
    }
    return count;
  }

  /// Waits a few seconds for what is under way, then closes.
  public Future<Void> close() {
    return client.close(CLOSE_TIMEOUT.toMillis());
  }

  private void acknowledged(
      Topic topic,
      int bytes,
      Promise<Position> promise,
      @Nullable Context context,
      @Nullable RecordMetadata metadata,
      @Nullable Exception error) {
    if (error == null && metadata != null) {
      count(acknowledged, topic);
      Position position = new Position(metadata.partition(), metadata.offset());
      onContext(context, () -> promise.complete(position));
    } else {
      count(failed, topic);
      Throwable cause = cause(error);
      onContext(context, () -> promise.fail(cause));
    }
    giveBack(bytes);
  }

  private static Throwable cause(@Nullable Exception error) {
    return switch (error) {
      case null -> new IllegalStateException("neither a place nor an error");
      case RecordTooLargeException tooLarge ->
          new UnsendableRecordException(String.valueOf(tooLarge.getMessage()));
      default -> error;
    };
  }

  private static void count(Map<Topic, Counter> counters, Topic topic) {
    Counter counter = counters.get(topic);
    if (counter != null) {
      counter.increment();
    }
  }

  private void giveBack(int bytes) {
    if (budget.release(bytes)) {
      roomListeners.forEach(Runnable::run);
    }
  }

  private static void onContext(@Nullable Context context, Runnable completion) {
    if (context == null) {
      completion.run();
    } else {
      context.runOnContext(nothing -> completion.run());
    }
  }

  private ProducerRecord<byte[], byte[]> kafkaRecord(BusRecord record) {
    List<Header> headers = new ArrayList<>(record.headers().size());
    record.headers().forEach((name, value) -> headers.add(new RecordHeader(name, utf8(value))));
    return new ProducerRecord<>(
        settings.nameOf(record.topic()),
        partitionOf(record),
        null,
        utf8(record.key()),
        record.value(),
        headers);
  }

  private @Nullable Integer partitionOf(BusRecord record) {
    if (record.partition().isPresent()) {
      return record.partition().getAsInt();
    }
    return record
        .partitionKey()
        .map(key -> partitionOf(key, partitionsOf(record.topic())))
        .orElse(null);
  }

  /// The partition that Kafka's own partitioner gives a key.
  static int partitionOf(String key, int partitions) {
    return Utils.toPositive(Utils.murmur2(utf8(key))) % partitions;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
