package dev.fairlead.benchmarks;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.Position;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/// Devices that obey at once, and their gateway, played by the records that both would write. Each
/// command is answered by `delivered` and by its result.
final class CommandFleet implements AutoCloseable {

  private static final long BUDGET_BYTES = 64L << 20;
  private static final int UNDER_WAY = 2_000;
  private static final InboxAddress ADDRESS = new InboxAddress(0, "gateway");

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus;
  private final BusProducer producer;
  private final TopicTail inbox;
  private final Map<DeviceKey, Epoch> epochs = new ConcurrentHashMap<>();
  private final LongAdder delivered = new LongAdder();

  CommandFleet(String bootstrapServers) {
    this.bus =
        new Bus(
            vertx,
            BusSettings.from(
                Settings.of(Map.of("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers))),
            new SimpleMeterRegistry(),
            new Health());
    this.producer =
        bus.producer(
                ProducerProfile.PROMPT,
                BUDGET_BYTES,
                Set.of(Topic.ACCESS, Topic.DEVICES, Topic.SESSIONS, Topic.REPLIES))
            .await();
    this.inbox =
        bus.tail(
            Topic.INBOX,
            Set.of(ADDRESS.partition()),
            new TopicTail.Start.Beginning(),
            this::obey,
            () -> {});
    inbox.start().await();
  }

  /// Lets a key operate on a tenant.
  void key(String key, String tenant) {
    producer
        .send(
            new AccessMessage.ApiKey(
                    AccessView.fingerprint(key), "id-of-" + key, tenant, "OPERATOR", 0)
                .toRecord())
        .await();
  }

  /// The devices `d0`, `d1` and so on of a tenant.
  static List<DeviceKey> devices(String tenant, int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> DeviceKey.of(tenant, "d" + number))
        .toList();
  }

  /// Makes devices.
  void create(List<DeviceKey> devices) {
    send(
        devices.stream()
            .map(
                device ->
                    new DeviceChange.Present(
                            device,
                            Optional.empty(),
                            Optional.empty(),
                            Map.of(),
                            Optional.empty(),
                            Optional.empty(),
                            Set.of(),
                            System.currentTimeMillis())
                        .toRecord())
            .toList());
  }

  /// Connects devices.
  void connect(List<DeviceKey> devices) {
    SessionMessage.Place place =
        new SessionMessage.Place(ADDRESS, "fairlead.v1.msgpack", "192.0.2.7");
    List<Position> positions =
        send(
            devices.stream()
                .map(
                    device ->
                        SessionMessage.opened(
                            device, session(device), 1, place, System.currentTimeMillis()))
                .toList());
    for (int index = 0; index < devices.size(); index++) {
      epochs.put(devices.get(index), new Epoch(1, positions.get(index).offset()));
    }
  }

  private static SessionId session(DeviceKey device) {
    return new SessionId("session-of-" + device.tenant() + "-" + device.device());
  }

  private List<Position> send(List<BusRecord> records) {
    List<Position> positions = new ArrayList<>(records.size());
    for (int first = 0; first < records.size(); first += UNDER_WAY) {
      List<Future<Position>> batch =
          records.subList(first, Math.min(records.size(), first + UNDER_WAY)).stream()
              .map(producer::send)
              .toList();
      Future.all(batch).await();
      batch.forEach(done -> positions.add(done.result()));
    }
    return positions;
  }

  private void obey(ReceivedRecord record) {
    if (InboxMessage.decode(record) instanceof InboxMessage.Deliver deliver) {
      delivered.increment();
      for (DeviceMessage.Type type :
          List.of(DeviceMessage.Type.DELIVERED, DeviceMessage.Type.RESULT)) {
        Future<?> _ = producer.send(reply(deliver, type).toRecord());
      }
    }
  }

  private DeviceMessage reply(InboxMessage.Deliver deliver, DeviceMessage.Type type) {
    return new DeviceMessage(
        type,
        deliver.device(),
        deliver.session(),
        epochs.getOrDefault(deliver.device(), new Epoch(1, 0)),
        System.currentTimeMillis(),
        Optional.of(deliver.commandId()),
        Optional.of("succeeded").filter(_ -> type == DeviceMessage.Type.RESULT),
        Optional.empty(),
        Headers.JSON,
        type == DeviceMessage.Type.RESULT ? deliver.body() : new byte[0]);
  }

  /// How many commands have come to devices.
  long delivered() {
    return delivered.sum();
  }

  @Override
  public void close() {
    inbox.close().await();
    producer.close().await();
    bus.close().await();
    vertx.close().await();
  }
}
