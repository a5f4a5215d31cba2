package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.StateTables;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Messages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Services are killed at instants of a seed while devices talk; afterwards a registry on a copy of
/// the database, made along the way with the offsets in it, reads on from there and must come to
/// the same tables. Six times, and 200 times where `fairlead.soak` is set; again with
/// `fairlead.seed`.
@Tag("slow")
class KillLoopIT {

  private static final int KILLS = Boolean.getBoolean("fairlead.soak") ? 200 : 6;
  private static final int DEVICES = 30;
  private static final int RUNNING_MILLIS_MAX = 4_000;
  private static final int WORD_MILLIS = 5;
  private static final String SNAPSHOT = "snapshot";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final long seed = Long.getLong("fairlead.seed", System.nanoTime());
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  @TempDir private Path directory;

  private Cluster cluster;

  @BeforeEach
  void start() {
    // Devices that come back after a kill are let in at once.
    cluster =
        new Cluster(
            directory,
            ServiceJar.Tuning.QUICK_START,
            Map.of(),
            Map.of(),
            Map.of("FAIRLEAD_FLAPPING_WITHIN", "10ms"));
  }

  @AfterEach
  void stop() {
    clock.shutdownNow();
    cluster.close();
  }

  @Test
  void comesToTheSameTablesFromASnapshotWhateverIsKilled() {
    // Given
    Random random = new Random(seed);
    List<TestDevice> devices = cluster.devices("killed-", DEVICES);
    Traffic traffic = new Traffic(devices, seed);
    Future<?> talking = clock.scheduleAtFixedRate(traffic, 0, WORD_MILLIS, TimeUnit.MILLISECONDS);
    List<ServiceJar> victims =
        List.of(cluster.registry(), cluster.registry(), cluster.gatewayA(), cluster.gatewayB());

    // When
    for (int kill = 0; kill < KILLS; kill++) {
      letRun(random.nextInt(RUNNING_MILLIS_MAX));
      if (kill == KILLS / 2) {
        takeSnapshot();
      }
      ServiceJar victim = victims.get(random.nextInt(victims.size()));
      victim.kill();
      victim.restart();
    }
    cluster.services().forEach(ServiceJar::awaitReady);
    assertThat(talking.isDone()).as("devices talk to the end").isFalse();
    traffic.end();
    awaitQuiet(traffic);
    cluster.registry().kill();
    cluster.command().kill();
    Database live = database("fairlead");
    Database copy = database(SNAPSHOT);
    List<String> reached = StateTables.offsets(live);
    assertThat(StateTables.offsets(copy)).as("there is something to read").isNotEqualTo(reached);
    cluster.startRegistry(
        "replaying",
        Map.of("FAIRLEAD_DATABASE_URL", urlOf(copy), "FAIRLEAD_GATEWAY_LOST_BEATS", "1000"));

    // Then
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(StateTables.offsets(copy)).isEqualTo(reached));
    Map<String, List<String>> expected = StateTables.read(live);
    StateTables.read(copy)
        .forEach(
            (table, rows) ->
                assertThat(rows)
                    .as("%s, with -Dfairlead.seed=%d", table, seed)
                    .isNotEmpty()
                    .isEqualTo(expected.get(table)));
  }

  private Database database(String name) {
    return cluster.postgres().database(name);
  }

  private static String urlOf(Database database) {
    return "postgresql://" + database.host() + ":" + database.port() + "/" + database.database();
  }

  private static void letRun(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(PATIENCE)
        .until(() -> System.nanoTime() - end >= 0);
  }

  /// While nobody is connected to the database.
  private void takeSnapshot() {
    cluster.registry().kill();
    cluster.command().kill();
    StateTables tables = new StateTables(database("postgres"));
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              tables.copy("fairlead", SNAPSHOT);
              return true;
            });
    cluster.registry().restart();
    cluster.command().restart();
  }

  /// Until presence is so as the devices are, nothing is left to be said, and nothing more comes.
  private void awaitQuiet(Traffic traffic) {
    Database live = database("fairlead");
    List<List<String>> last = new ArrayList<>(List.of(List.of()));
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(
            () -> {
              for (TestDevice device : traffic.devices) {
                assertThat(cluster.isOnline(device.id()))
                    .as("%s, with -Dfairlead.seed=%d", device.id(), seed)
                    .isEqualTo(traffic.isConnected(device));
              }
              assertThat(StateTables.outbox(live)).isEmpty();
              List<String> before = last.set(0, StateTables.offsets(live));
              assertThat(StateTables.offsets(live)).isEqualTo(before);
            });
  }

  /// What devices do, a word at a time; a gateway that is not there at the moment is no reason to
  /// stop.
  private final class Traffic implements Runnable {
    private final List<TestDevice> devices;
    private final Random random;
    private final Map<String, CompletableFuture<Hello>> links = new ConcurrentHashMap<>();
    private volatile boolean ended;
    private int words;

    private Traffic(List<TestDevice> devices, long seed) {
      this.devices = devices;
      this.random = new Random(seed);
    }

    boolean isConnected(TestDevice device) {
      CompletableFuture<Hello> link = links.get(device.id());
      return link != null
          && link.isDone()
          && !link.isCompletedExceptionally()
          && !device.closed().isDone();
    }

    private void connect(TestDevice device) {
      ServiceJar gateway = random.nextBoolean() ? cluster.gatewayA() : cluster.gatewayB();
      links.put(device.id(), device.connect(gateway.httpPort()));
    }

    void end() {
      ended = true;
    }

    @Override
    public void run() {
      if (!ended) {
        say(devices.get(random.nextInt(DEVICES)));
      }
    }

    private void say(TestDevice device) {
      words++;
      CompletableFuture<Hello> link = links.get(device.id());
      if (link != null && !link.isDone()) {
        return;
      }
      if (!isConnected(device)) {
        connect(device);
        return;
      }
      switch (random.nextInt(40)) {
        case 0 -> device.disconnect();
        case 1 -> {
          device.cut();
          links.remove(device.id());
        }
        case 2 -> {
          device.disconnect();
          connect(device);
        }
        case 3, 4, 5 -> alert(device, "raised");
        case 6, 7 -> alert(device, "cleared");
        case 8, 9, 10, 11, 12 -> device.status("e" + words, "{\"word\":" + words + "}");
        default ->
            device.send(Messages.telemetry(Body.utf8("{\"t\":" + random.nextInt(100) + "}")));
      }
    }

    private void alert(TestDevice device, String state) {
      device.send(
          Messages.alert(
              Body.utf8(
                  "{\"code\":\"c%d\",\"severity\":\"warning\",\"text\":\"w%d\",\"state\":\"%s\"}"
                      .formatted(random.nextInt(3), words, state))));
    }
  }
}
