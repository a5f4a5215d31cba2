package dev.fairlead.benchmarks;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.PresentedCredential;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.message.SessionMessage.Place;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.Position;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.embedded.EmbeddedPostgres;
import dev.fairlead.embedded.EmbeddedPostgresOptions;
import dev.fairlead.embedded.testing.OwnKafka;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// How fast a registry absorbs sessions that begin and end, from the bus into a durable database
/// with 100,000 devices: records wait on the bus while the registry stands still, and are timed
/// from when it goes on until the last is committed. Afterwards presence must be what the records
/// say.
final class SessionChanges implements AutoCloseable {

  private static final int DEVICES = 100_000;
  private static final int FEW = 10_000;
  private static final int ROUNDS = 5;
  private static final int UNDER_WAY = 2_000;
  private static final int PARTITIONS = 4;
  private static final int MASTER_KEY_BYTES = 32;
  private static final long BUDGET_BYTES = 64L << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(10);

  /// Counting costs the database something.
  private static final Duration COUNT = Duration.ofMillis(100);

  /// So far apart that nobody flaps.
  private static final Duration APART = Duration.ofMinutes(10);

  private static final String PASSWORD = "benchmark";
  private static final String STAYS = "gateway-stays";
  private static final String DIES = "gateway-dies";
  private static final long EXPIRES = 4_000_000_000L;

  private final Vertx vertx = Vertx.vertx();
  private final OwnKafka kafka = OwnKafka.startForLong();
  private final EmbeddedPostgres postgres;
  private final ServiceJar registry;
  private final Bus bus;
  private final BusProducer producer;
  private final PgFleet fleet;
  private final Map<String, Optional<String>> expected = new HashMap<>();
  private final Map<String, Epoch> epochs = new HashMap<>();
  private long sent;
  private long millis = System.currentTimeMillis() - Duration.ofDays(2).toMillis();
  private int sessions;

  private SessionChanges(Path directory) {
    this.postgres =
        EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory.resolve("data"), PASSWORD));
    postgres.createDatabase("fairlead");
    this.registry =
        ServiceJar.start(
                "registry-service", "registry", Tuning.PRODUCTION, environment(), directory)
            .awaitReady();
    this.bus =
        new Bus(
            vertx,
            BusSettings.from(
                Settings.of(Map.of("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()))),
            new SimpleMeterRegistry(),
            new Health());
    this.producer =
        bus.producer(ProducerProfile.BULK, BUDGET_BYTES, Set.of(Topic.SESSIONS, Topic.GATEWAYS))
            .await();
    this.fleet =
        new PgFleet(
            vertx,
            new DatabaseSettings(
                postgres.host(),
                postgres.port(),
                "fairlead",
                EmbeddedPostgres.USER,
                Secret.of(PASSWORD),
                2,
                false));
  }

  private Map<String, String> environment() {
    return Map.of(
        "FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS",
        kafka.bootstrapServers(),
        "FAIRLEAD_KAFKA_PARTITIONS",
        Integer.toString(PARTITIONS),
        "FAIRLEAD_MASTER_KEY",
        Base64.getEncoder().encodeToString(new byte[MASTER_KEY_BYTES]),
        "FAIRLEAD_DATABASE_URL",
        "postgresql://" + postgres.host() + ":" + postgres.port() + "/fairlead",
        "FAIRLEAD_DATABASE_USER",
        EmbeddedPostgres.USER,
        "FAIRLEAD_DATABASE_PASSWORD",
        PASSWORD);
  }

  static Table run(Path directory) throws InterruptedException {
    Table table =
        new Table(
            "session-changes",
            "changes",
            "number",
            "seconds",
            "changes/s",
            "registry CPU µs/change",
            "presence");
    try (SessionChanges benchmark = new SessionChanges(directory)) {
      benchmark.run(table);
    }
    return table;
  }

  private void run(Table table) throws InterruptedException {
    fleet.create(DEVICES, "key", EXPIRES);
    for (int i = 0; i < DEVICES; i++) {
      expected.put("d" + i, Optional.empty());
    }
    long beats = vertx.setPeriodic(500, id -> beat(STAYS));
    long dying = vertx.setPeriodic(500, id -> beat(DIES));
    absorb(table, "warming up: 10,000 devices connect and leave 5 times", () -> rounds(ROUNDS));
    absorb(table, "100,000 devices connect", () -> open(DEVICES, STAYS));
    absorb(table, "100,000 devices leave", () -> close(DEVICES));
    absorb(table, "10,000 devices connect and leave 5 times", () -> rounds(ROUNDS));
    absorb(table, "10,000 devices connect", () -> open(FEW, DIES));
    vertx.cancelTimer(dying);
    lose(table);
    vertx.cancelTimer(beats);
  }

  private void rounds(int rounds) {
    for (int i = 0; i < rounds; i++) {
      open(FEW, STAYS);
      close(FEW);
    }
  }

  private void beat(String gateway) {
    var _ =
        producer.send(
            new GatewayMessage.GatewayBeat(new InboxAddress(0, gateway), 1, false).toRecord());
  }

  private void open(int count, String gateway) {
    Place place =
        new Place(
            new InboxAddress(0, gateway),
            "fairlead.v1.msgpack",
            "192.0.2.7",
            new PresentedCredential.Token("key", 1, EXPIRES));
    millis += APART.toMillis();
    List<BusRecord> records = new ArrayList<>(count);
    List<String> devices = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      // As long as those that gateways choose.
      String session = String.format(Locale.ROOT, "%024d", sessions++);
      devices.add("d" + i);
      expected.put("d" + i, Optional.of(session));
      records.add(SessionMessage.opened(key("d" + i), new SessionId(session), 1, place, millis));
    }
    List<Position> positions = send(records);
    for (int i = 0; i < count; i++) {
      epochs.put(devices.get(i), new Epoch(1, positions.get(i).offset()));
    }
  }

  private void close(int count) {
    List<BusRecord> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String device = "d" + i;
      String session = Objects.requireNonNull(expected.put(device, Optional.empty())).orElseThrow();
      records.add(
          SessionMessage.closed(
              key(device),
              new SessionId(session),
              Objects.requireNonNull(epochs.get(device)),
              CloseReason.CLOSED,
              millis + 1));
    }
    send(records);
  }

  private static DeviceKey key(String device) {
    return DeviceKey.of("default", device);
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
    sent += records.size();
    return positions;
  }

  private void absorb(Table table, String what, Runnable sending) throws InterruptedException {
    registry.freeze();
    long before = sent;
    sending.run();
    Duration cpuBefore = cpu();
    long start = System.nanoTime();
    registry.thaw();
    await(() -> fleet.absorbed() >= sent, start, LOOK);
    row(table, what, sent - before, System.nanoTime() - start, cpu().minus(cpuBefore));
  }

  /// Timed from the first of its devices that turns grey.
  private void lose(Table table) throws InterruptedException {
    long waiting = System.nanoTime();
    await(() -> fleet.onlineAt(DIES) < FEW, waiting, COUNT);
    Duration cpuBefore = cpu();
    long start = System.nanoTime();
    await(() -> fleet.onlineAt(DIES) == 0, start, COUNT);
    for (int i = 0; i < FEW; i++) {
      expected.put("d" + i, Optional.empty());
    }
    row(
        table,
        "10,000 devices of a lost gateway turn grey",
        FEW,
        System.nanoTime() - start,
        cpu().minus(cpuBefore));
  }

  private void row(Table table, String what, long changes, long nanos, Duration cpu) {
    if (!fleet.liveSessions().equals(expected)) {
      throw new IllegalStateException("presence is not what the records say, after: " + what);
    }
    double seconds = nanos / 1e9;
    table.row(
        what,
        Long.toString(changes),
        String.format(Locale.ROOT, "%.2f", seconds),
        Figures.whole(changes / seconds),
        Figures.whole(cpu.toNanos() / 1e3 / changes),
        "right");
  }

  private Duration cpu() {
    return ProcessHandle.of(registry.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow(() -> new IllegalStateException("the registry ended"));
  }

  private static void await(BooleanSupplier condition, long start, Duration look)
      throws InterruptedException {
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException("not done in time");
      }
      TimeUnit.MILLISECONDS.sleep(look.toMillis());
    }
  }

  @Override
  public void close() {
    fleet.close();
    registry.close();
    producer.close().await();
    bus.close().await();
    vertx.close().await();
    postgres.close();
    kafka.close();
  }
}
