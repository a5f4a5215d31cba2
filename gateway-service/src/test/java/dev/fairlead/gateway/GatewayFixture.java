package dev.fairlead.gateway;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.Position;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.protocol.WireFormat;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.process.VertxInstances;
import dev.fairlead.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;

/// A bus of its own with a published signing key, gateways on it, and a look at what they write.
public final class GatewayFixture implements AutoCloseable {

  /// The id of the published key, in the form that the registry gives them.
  static final String KEY_ID = "01a0b1c2-0000-7000-8000-00000000000a";

  private static final long BUDGET_BYTES = 16L * 1024 * 1024;

  /// As the services have it, with the same kind of sockets.
  private final Vertx vertx = VertxInstances.create(new SimpleMeterRegistry());
  private final Map<String, String> environment = new HashMap<>();
  private final Bus bus;
  private final BusSettings busSettings;
  private final BusProducer producer;
  private final TestTokens tokens = TestTokens.withKey(KEY_ID);
  private final List<Runnable> closers = new ArrayList<>();

  /// A gateway that runs.
  public record Gateway(GatewayService service, SimpleMeterRegistry meters) {

    /// The port that devices connect to.
    public int port() {
      return service.port().orElseThrow();
    }

    /// What a counter stands at, all its tags added up or those that match.
    public double count(String name, String... tags) {
      return meters.find(name).tags(tags).counters().stream()
          .mapToDouble(counter -> counter.count())
          .sum();
    }

    /// What a gauge stands at.
    public double gauge(String name) {
      return meters.get(name).gauge().value();
    }
  }

  /// On the shared broker.
  public GatewayFixture() {
    this(TestBackends.kafka().bootstrapServers());
  }

  /// On that broker.
  public GatewayFixture(String bootstrapServers) {
    environment.put("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    environment.put("FAIRLEAD_KAFKA_TOPIC_PREFIX", TestBackends.freshTopicPrefix());
    environment.put("FAIRLEAD_KAFKA_PARTITIONS", "3");
    environment.put("FAIRLEAD_KAFKA_INBOX_PARTITIONS", "3");
    environment.put("FAIRLEAD_KAFKA_STREAMS_PARTITIONS", "1");
    environment.put("FAIRLEAD_HTTP_HOST", "127.0.0.1");
    environment.put("FAIRLEAD_HTTP_PORT", "0");
    // All tests share an address, and most have no mind to be banned.
    environment.put("FAIRLEAD_HANDSHAKE_FAILURES_PER_ADDRESS", "1000000");
    environment.put("FAIRLEAD_HANDSHAKE_FAILURES_PER_DEVICE", "1000000");
    Settings settings = Settings.of(environment);
    busSettings = BusSettings.from(settings);
    bus = new Bus(vertx, busSettings, new SimpleMeterRegistry(), new Health());
    bus.start().await();
    producer =
        bus.producer(ProducerProfile.PROMPT, BUDGET_BYTES, EnumSet.allOf(Topic.class)).await();
    write(tokens.published().toRecord());
  }

  /// Starts a gateway with further settings, each a name without `FAIRLEAD_` and a value.
  public Gateway gateway(String... settings) {
    Map<String, String> all = new HashMap<>(environment);
    for (int i = 0; i < settings.length; i += 2) {
      all.put("FAIRLEAD_" + settings[i], settings[i + 1]);
    }
    Gateway gateway = unstarted(all);
    gateway.service().start().await();
    gateway.service().health().ready();
    return gateway;
  }

  public Vertx vertx() {
    return vertx;
  }

  public TestTokens tokens() {
    return tokens;
  }

  /// Connects a device with a token of generation 1 and waits for its hello.
  public TestDevice device(Gateway gateway, String id) {
    return device(gateway, WireFormat.MESSAGE_PACK, id);
  }

  /// Connects a device on one of the wires and waits for its hello.
  public TestDevice device(Gateway gateway, WireFormat format, String id) {
    TestDevice device = TestDevice.connect(vertx, gateway.port(), format, tokens.token(id, 1));
    device.hello();
    return device;
  }

  /// Writes a record and waits until the bus has it.
  public Position write(BusRecord record) {
    return producer.send(record).await();
  }

  /// Deletes a topic and makes it anew: what its readers have not read yet is lost to them.
  public void loseRecordsOf(Topic topic) {
    String name = busSettings.nameOf(topic);
    Map<String, Object> properties = new HashMap<>(busSettings.clientProperties());
    try (Admin admin = Admin.create(properties)) {
      admin.deleteTopics(Set.of(name)).all().toCompletionStage().toCompletableFuture().join();
      Awaitility.await()
          .until(
              () ->
                  !admin
                      .listTopics()
                      .names()
                      .toCompletionStage()
                      .toCompletableFuture()
                      .join()
                      .contains(name));
    }
    bus.start().await();
  }

  /// A gateway on a bus of this fixture that is not started yet; closed with it.
  public Gateway unstarted() {
    return unstarted(environment);
  }

  private Gateway unstarted(Map<String, String> all) {
    Settings read = Settings.of(all);
    GatewayConfig config = GatewayConfig.from(read);
    read.finish();
    var meters = new SimpleMeterRegistry();
    var service = new GatewayService(vertx, config, meters);
    closers.add(() -> service.stop().await());
    return new Gateway(service, meters);
  }

  /// All that is and will be on a topic.
  public List<ReceivedRecord> recordsOf(Topic topic) {
    List<ReceivedRecord> records = new CopyOnWriteArrayList<>();
    Set<Integer> partitions =
        IntStream.range(0, busSettings.partitionsOf(topic)).boxed().collect(Collectors.toSet());
    TopicTail tail =
        bus.tail(topic, partitions, new TopicTail.Start.Beginning(), records::add, () -> {});
    tail.start().await();
    closers.add(() -> tail.close().await());
    return records;
  }

  /// The sessions topic as messages.
  public static List<SessionMessage> sessions(List<ReceivedRecord> records) {
    return records.stream().map(SessionMessage::decode).toList();
  }

  /// A topic of devices' words as messages.
  public static List<DeviceMessage> words(List<ReceivedRecord> records) {
    return records.stream().map(DeviceMessage::decode).toList();
  }

  /// Lets something be closed with the fixture, before what was made earlier.
  public void closing(Runnable closer) {
    closers.add(closer);
  }

  @Override
  public void close() {
    closers.reversed().forEach(Runnable::run);
    producer.close().await();
    bus.close().await();
    closeWithin(Duration.ofSeconds(10));
  }

  private void closeWithin(Duration timeout) {
    try {
      vertx.close().await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException("Vert.x does not close", e);
    }
  }
}
