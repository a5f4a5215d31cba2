package dev.fairlead.bus;

import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.embedded.testing.OwnKafka;
import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/// A bus of its own on the shared broker, and a database of its own, for one test.
public final class BusFixture implements AutoCloseable {

  /// Partitions of keyed topics here.
  public static final int PARTITIONS = 3;

  private static final long BUDGET_BYTES = 16L * 1024 * 1024;
  private static final String SCHEMA = "bustest";

  private final Vertx vertx = Vertx.vertx();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final Health health = new Health();
  private final BusSettings settings;
  private final Bus bus;
  private final BusProducer producer;
  private final List<Runnable> closers = new ArrayList<>();

  /// Makes the topics.
  public BusFixture() {
    this(TestBackends.freshTopicPrefix());
  }

  /// Uses the topics of another fixture, or makes them.
  public BusFixture(String topicPrefix) {
    this(settings(topicPrefix, PARTITIONS));
  }

  /// Makes the topics on a broker that the test may stop.
  public BusFixture(OwnKafka kafka) {
    this(settings(kafka.bootstrapServers(), "own.", PARTITIONS));
  }

  private BusFixture(BusSettings settings) {
    this.settings = settings;
    bus = new Bus(vertx, settings, meters, health);
    bus.start().await();
    producer = producer(BUDGET_BYTES);
  }

  /// Settings of a bus on the shared broker.
  public static BusSettings settings(String topicPrefix, int partitions) {
    return settings(TestBackends.kafka().bootstrapServers(), topicPrefix, partitions);
  }

  /// Settings of a bus on any broker.
  public static BusSettings settings(String bootstrapServers, String topicPrefix, int partitions) {
    Map<String, String> environment = new HashMap<>();
    environment.put("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("FAIRLEAD_KAFKA_TOPIC_PREFIX", topicPrefix);
    environment.put("FAIRLEAD_KAFKA_PARTITIONS", Integer.toString(partitions));
    environment.put("FAIRLEAD_KAFKA_INBOX_PARTITIONS", "2");
    environment.put("FAIRLEAD_KAFKA_STREAMS_PARTITIONS", "2");
    Settings read = Settings.of(environment);
    BusSettings settings = BusSettings.from(read);
    read.finish();
    return settings;
  }

  public Vertx vertx() {
    return vertx;
  }

  public MeterRegistry meters() {
    return meters;
  }

  public Health health() {
    return health;
  }

  public BusSettings settings() {
    return settings;
  }

  public Bus bus() {
    return bus;
  }

  public BusProducer producer() {
    return producer;
  }

  /// Another producer for all topics.
  public BusProducer producer(long budgetBytes) {
    BusProducer made =
        bus.producer(ProducerProfile.PROMPT, budgetBytes, EnumSet.allOf(Topic.class)).await();
    closers.add(() -> made.close().await());
    return made;
  }

  /// Dead letters of this bus.
  public DeadLetters deadLetters() {
    return new DeadLetters(producer, meters);
  }

  /// All that is and will be on a topic.
  public List<ReceivedRecord> recordsOf(Topic topic) {
    List<ReceivedRecord> records = new CopyOnWriteArrayList<>();
    Set<Integer> partitions =
        IntStream.range(0, settings.partitionsOf(topic)).boxed().collect(Collectors.toSet());
    TopicTail tail =
        bus.tail(topic, partitions, new TopicTail.Start.Beginning(), records::add, () -> {});
    tail.start().await();
    closers.add(() -> tail.close().await());
    return records;
  }

  /// A pool on a new database with the tables of the bus and of the tests.
  public Pool freshDatabase() {
    TestBackends.Database database = TestBackends.freshDatabase();
    DatabaseSettings databaseSettings =
        new DatabaseSettings(
            database.host(),
            database.port(),
            database.database(),
            database.user(),
            Secret.of(database.password()),
            4,
            true);
    Migrations.run(databaseSettings, SCHEMA);
    Pool pool = PgPools.create(vertx, databaseSettings, "bus-test", SCHEMA);
    closers.add(() -> pool.close().await());
    return pool;
  }

  /// Deletes the first records of a partition, as their age would.
  public void deleteBefore(Topic topic, int partition, long offset) {
    try (Admin admin = Admin.create(Map.copyOf(settings.clientProperties()))) {
      admin
          .deleteRecords(
              Map.of(
                  new TopicPartition(settings.nameOf(topic), partition),
                  RecordsToDelete.beforeOffset(offset)))
          .all()
          .toCompletionStage()
          .toCompletableFuture()
          .join();
    }
  }

  /// Lets something be closed with the fixture, before what was made earlier.
  public void closing(Runnable closer) {
    closers.add(closer);
  }

  @Override
  public void close() {
    closers.reversed().forEach(Runnable::run);
    bus.close().await();
    vertx.close().await();
  }
}
