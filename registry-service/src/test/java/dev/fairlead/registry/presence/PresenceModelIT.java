package dev.fairlead.registry.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.consumer.GroupConsumer;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.message.SessionMessage.Place;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.Position;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.registry.TestBus;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.registry.twin.PgDesiredMail;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.Migrations;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.settings.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The schedules of [PresenceModelTest] over a broker and a database, with the consumer that reads
/// at its own pace. To see one again: `-Dfairlead.seed=…`.
class PresenceModelIT {

  private static final int SCHEDULES = 4;
  private static final int STEPS = 80;
  private static final int PARTITIONS = 2;
  private static final long BUDGET_BYTES = 8L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Pool pool;
  private Bus bus;
  private BusProducer producer;
  private PgOutbox outbox;
  private TopicTail inbox;
  private GroupConsumer consumer;
  private final Queue<Presence.Closing> mail = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Long> written = new HashMap<>();

  @BeforeEach
  void start() {
    TestBackends.Database database = TestBackends.freshDatabase();
    DatabaseSettings settings =
        new DatabaseSettings(
            database.host(),
            database.port(),
            database.database(),
            database.user(),
            Secret.of(database.password()),
            4,
            true);
    Migrations.run(settings, "registry");
    pool = PgPools.create(vertx, settings, "test", "registry");
    BusSettings busSettings = TestBus.settings(TestBackends.kafka(), PARTITIONS);
    bus = new Bus(vertx, busSettings, meters, new Health());
    bus.start().await();
    producer =
        bus.producer(ProducerProfile.PROMPT, BUDGET_BYTES, EnumSet.allOf(Topic.class)).await();
    outbox = new PgOutbox(vertx, pool, producer, "registry", meters);
    outbox.start();
    inbox =
        bus.tail(Topic.INBOX, Set.of(0), new TopicTail.Start.Beginning(), this::received, () -> {});
    inbox.start().await();
    consumer = consume();
  }

  @AfterEach
  void close() {
    consumer.close().await();
    inbox.close().await();
    outbox.close().await();
    producer.close().await();
    bus.close().await();
    pool.close().await();
    vertx.close().await();
  }

  private GroupConsumer consume() {
    Feed feed =
        PgSessions.feed(
            pool,
            new DeadLetters(producer, meters),
            FlappingSettings.DEFAULT,
            outbox,
            new PgDesiredMail(outbox, meters),
            meters);
    GroupConsumer made =
        bus.groupConsumer(feed.consumer(), feed.topic(), feed.offsets(), feed.handler());
    made.start().await();
    return made;
  }

  private void received(ReceivedRecord record) {
    if (InboxMessage.decode(record) instanceof InboxMessage.Close close) {
      InboxAddress address =
          new InboxAddress(record.partition(), record.requiredHeader(Headers.TO));
      mail.add(
          new Presence.Closing(
              new LiveSession(close.session(), new Epoch(0, 0), new Place(address, "", "")),
              close.reason()));
    }
  }

  private static LongStream seeds() {
    Long chosen = Long.getLong("fairlead.seed");
    return chosen == null
        ? new Random().longs(SCHEDULES).map(Math::absExact)
        : LongStream.of(chosen);
  }

  @Test
  void endsRightAndNeverShowsAnOlderSessionOverANewer() {
    seeds().forEach(this::run);
  }

  private void run(long seed) {
    List<DeviceKey> devices =
        List.of(DeviceKey.of("default", seed + "-0"), DeviceKey.of("default", seed + "-1"));
    devices.forEach(this::create);
    Registry registry = new Registry();
    SessionSchedule schedule = new SessionSchedule(seed, devices, registry, registry);
    try {
      Map<DeviceKey, Epoch> shown = new HashMap<>();
      for (int i = 0; i < STEPS; i++) {
        schedule.step();
        devices.forEach(device -> assertThatIsNoOlder(device, shown));
      }
      schedule.finish();
      for (DeviceKey device : devices) {
        assertThat(registry.live(device).map(LiveSession::id)).isEqualTo(schedule.truth(device));
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("with -Dfairlead.seed=" + seed, e);
    }
  }

  private void assertThatIsNoOlder(DeviceKey device, Map<DeviceKey, Epoch> shown) {
    presence(device)
        .session()
        .map(LiveSession::epoch)
        .ifPresent(
            epoch ->
                assertThat(epoch)
                    .isGreaterThanOrEqualTo(
                        Optional.ofNullable(shown.put(device, epoch)).orElse(new Epoch(0, 0))));
  }

  private void create(DeviceKey device) {
    Tuple key = Tuple.of(device.tenant().value(), device.device().value());
    run(
        "insert into device (tenant, id, created_at, updated_at) values ($1, $2, now(), now())",
        key);
    run("insert into presence (tenant, device_id) values ($1, $2)", key);
  }

  private void run(String sql, Tuple parameters) {
    pool.preparedQuery(sql).execute(parameters).await();
  }

  private Presence presence(DeviceKey device) {
    return Objects.requireNonNull(
        Objects.requireNonNull(
                pool.withTransaction(
                        transaction -> new PgPresence().lock(transaction, Set.of(device)))
                    .await())
            .get(device));
  }

  private final class Registry implements SessionSchedule.Log, SessionSchedule.View {

    private boolean wentBack;

    private Position send(BusRecord record) {
      Position position = producer.send(record).await();
      written.put(position.partition(), position.offset() + 1);
      return position;
    }

    @Override
    public Epoch opened(DeviceKey device, SessionId session, Place place, long millis) {
      return new Epoch(1, send(SessionMessage.opened(device, session, 1, place, millis)).offset());
    }

    @Override
    public void resumed(
        DeviceKey device, SessionId session, Epoch epoch, Place place, long millis) {
      send(SessionMessage.resumed(device, session, epoch, place, millis));
    }

    @Override
    public void closed(
        DeviceKey device, SessionId session, Epoch epoch, String reason, long millis) {
      send(SessionMessage.closed(device, session, epoch, reason, millis));
    }

    @Override
    public Optional<LiveSession> live(DeviceKey device) {
      Presence known = presence(device);
      return known.session().filter(session -> known.online());
    }

    @Override
    public void readOn(int records) {
      // The consumer does as it likes.
    }

    @Override
    public void readAll() {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(read()).containsAllEntriesOf(written));
    }

    private Map<Integer, Long> read() {
      Map<Integer, Long> read = new HashMap<>();
      for (Row row : pool.query("select partition, next from consumer_offset").execute().await()) {
        read.put(row.getInteger("partition"), row.getLong("next"));
      }
      return read;
    }

    /// Once in a schedule, as after a restart with an older copy of the offsets.
    @Override
    public void goBack(int records) {
      if (!wentBack) {
        wentBack = true;
        consumer.close().await();
        run("update consumer_offset set next = greatest(0, next - $1)", Tuple.of((long) records));
        consumer = consume();
      }
    }

    @Override
    public List<Presence.Closing> takeMail() {
      List<Presence.Closing> taken = new ArrayList<>();
      for (Presence.Closing next = mail.poll(); next != null; next = mail.poll()) {
        taken.add(next);
      }
      return taken;
    }
  }
}
