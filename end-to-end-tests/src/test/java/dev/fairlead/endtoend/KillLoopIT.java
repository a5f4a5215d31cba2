package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.embedded.testing.TestBackends.Database;
import dev.fairlead.endtoend.chaos.CommandLoad;
import dev.fairlead.endtoend.chaos.DeviceTraffic;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.Replay;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.StateTables;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Services are killed at instants of a seed while devices talk and are sent commands; each command
/// ends once and is run once. Afterwards services on a copy of the database, made along the way and
/// with the offsets in it, read on from there and must come to the same tables: also when they are
/// killed meanwhile, and when they read a part again. Six kills, and 200 where `fairlead.soak` is
/// set; again with `fairlead.seed`.
@Tag("slow")
class KillLoopIT {

  private static final int KILLS = Boolean.getBoolean("fairlead.soak") ? 200 : 6;
  private static final int DEVICES = 30;
  private static final int RUNNING_MILLIS_MAX = 4_000;
  private static final int WORD_MILLIS = 5;

  /// So many commands are answered before the copy is made, and after it: on a machine that is slow
  /// to start a service again, there may have been none by then.
  private static final int ANSWERS_MIN = 10;

  private static final String SNAPSHOT = "snapshot";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /// What the clock decides about rules it decides soon after a start, and not after half a minute.
  private static final Map<String, String> OF_REGISTRY = Map.of("FAIRLEAD_RULE_SETTLE", "1s");

  /// Commands whose answer was lost are sent again in the time that a loop has.
  private static final Map<String, String> OF_COMMAND = Map.of("FAIRLEAD_COMMAND_LEASE", "1s");

  private static final Map<String, String> RULES =
      Map.of(
          "hot",
          "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">\",\"value\":80,\"clearAt\":40}",
          "warm",
          "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">=\",\"value\":10,\"for\":\"1s\"}",
          "gone",
          "{\"kind\":\"offline\",\"for\":\"1s\"}",
          "shaky",
          "{\"kind\":\"flapping\",\"sessions\":4,\"within\":\"1d\"}");

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
            OF_REGISTRY,
            OF_COMMAND,
            Map.of("FAIRLEAD_FLAPPING_WITHIN", "10ms"));
    System.out.println("kill loop: -Dfairlead.seed=" + seed);
  }

  @AfterEach
  void stop() {
    clock.shutdownNow();
    cluster.close();
  }

  @Test
  void comesToTheSameTablesFromASnapshotWhateverIsKilled() throws Exception {
    // Given
    List<TestDevice> devices = cluster.devices("killed-", DEVICES);
    makeRules();
    DeviceTraffic traffic = new DeviceTraffic(cluster, devices, seed);
    try (CommandLoad commands = new CommandLoad(cluster, devices, seed)) {
      Future<?> talking = clock.scheduleAtFixedRate(traffic, 0, WORD_MILLIS, TimeUnit.MILLISECONDS);

      // When
      killServices();

      // Then
      cluster.services().forEach(ServiceJar::awaitReady);
      awaitAnswers();
      assertThat(talking.isDone()).as("devices talk to the end").isFalse();
      traffic.end();
      commands.end();
      changeTypes();
      await().atMost(PATIENCE).until(traffic::connectAll);
      assertThat(commands.violations()).as("with -Dfairlead.seed=%d", seed).isEmpty();
    }
    traffic.disconnectSome();
    awaitQuiet(devices, traffic);
    // In order, so that those on the copy need not wait for their places in groups of consumers.
    cluster.registry().stop();
    cluster.command().stop();
    // So that nobody answers what the services on the copy send.
    cluster.gatewayA().kill();
    cluster.gatewayB().kill();
    assertThat(StateTables.rules(live()))
        .allSatisfy(rule -> assertThat(rule).doesNotEndWith("alerts=0"));
    try (Replay replay = new Replay(cluster, live(), database(SNAPSHOT), seed)) {
      replay.toTheEnd(OF_REGISTRY, OF_COMMAND);
      replay.partAgain();
    }
  }

  private void makeRules() {
    RULES.forEach(
        (code, condition) -> {
          Api.Answer made =
              cluster
                  .api()
                  .post(
                      cluster.registry().httpPort(),
                      "/api/v1/rules",
                      """
                      {"name":"%1$s","condition":%2$s,"alert":
                        {"code":"%1$s","severity":"warning","text":"{device}: {value}"}}
                      """
                          .formatted(code, condition));
          assertThat(made.status()).as("%s", made).isEqualTo(201);
        });
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(StateTables.rules(live()))
                    .hasSameSizeAs(RULES.keySet())
                    .allSatisfy(rule -> assertThat(rule).contains(" devices=" + DEVICES + " ")));
  }

  private void killServices() {
    Random random = new Random(seed);
    List<ServiceJar> victims =
        new ArrayList<>(
            List.of(
                cluster.registry(),
                cluster.registry(),
                cluster.command(),
                cluster.command(),
                cluster.gatewayA(),
                cluster.gatewayB()));
    for (int kill = 0; kill < KILLS; kill++) {
      if (kill % victims.size() == 0) {
        Collections.shuffle(victims, random);
      }
      letRun(random.nextInt(RUNNING_MILLIS_MAX));
      if (kill == KILLS / 2) {
        takeSnapshot();
      }
      ServiceJar victim = victims.get(kill % victims.size());
      victim.kill();
      victim.restart();
    }
  }

  private static void letRun(int millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(PATIENCE)
        .until(() -> System.nanoTime() - end >= 0);
  }

  private void awaitAnswers() {
    int before = StateTables.answers(live()).size();
    await()
        .atMost(PATIENCE)
        .until(() -> StateTables.answers(live()).size() >= before + ANSWERS_MIN);
  }

  /// While nobody is connected to the database.
  private void takeSnapshot() {
    awaitAnswers();
    cluster.registry().kill();
    cluster.command().kill();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              StateTables.copy(database("postgres"), "fairlead", SNAPSHOT);
              return true;
            });
    cluster.registry().restart();
    cluster.command().restart();
  }

  /// So that there is something to read on `fairlead.devices` as well.
  private void changeTypes() {
    int port = cluster.registry().httpPort();
    Api.Answer type =
        cluster
            .api()
            .put(
                port,
                "/api/v1/device-types/killed",
                "{\"title\":\"Killed\",\"schemas\":{\"commands\":{\"never\":{\"type\":\"object\"}}}}");
    assertThat(type.status()).as("%s", type).isBetween(200, 201);
    for (int device = 0; device < DEVICES; device += 2) {
      Api.Answer changed =
          cluster.api().patch(port, "/api/v1/devices/killed-" + device, "{\"type\":\"killed\"}");
      assertThat(changed.status()).as("%s", changed).isEqualTo(200);
    }
  }

  /// Until presence is so as the devices are, nothing is left to be said or decided, and nothing
  /// more comes.
  private void awaitQuiet(List<TestDevice> devices, DeviceTraffic traffic) {
    List<List<String>> last = new ArrayList<>(List.of(List.of()));
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(
            () -> {
              for (TestDevice device : devices) {
                assertThat(cluster.isOnline(device.id()))
                    .as("%s, with -Dfairlead.seed=%d", device.id(), seed)
                    .isEqualTo(traffic.isConnected(device));
              }
              assertThat(StateTables.outbox(live())).isEmpty();
              assertThat(StateTables.unfinished(live())).isEmpty();
              assertThat(StateTables.unsettledRules(live())).isEmpty();
              List<String> before = last.set(0, StateTables.offsets(live()));
              assertThat(StateTables.offsets(live())).isEqualTo(before);
            });
  }

  private Database live() {
    return database("fairlead");
  }

  private Database database(String name) {
    return cluster.postgres().database(name);
  }
}
