package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.endtoend.harness.BusReader;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Messages;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What happens when a part of the system is killed or frozen. Shortened unless `fairlead.soak` is
/// set.
@Tag("slow")
class FailureIT {

  private static final boolean SOAK = Boolean.getBoolean("fairlead.soak");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration GATEWAY_FREEZE = Duration.ofSeconds(SOAK ? 30 : 15);
  private static final Duration OUTAGE = Duration.ofSeconds(SOAK ? 60 : 20);
  private static final int DEVICES = SOAK ? 1_000 : 300;
  private static final List<String> READS =
      List.of(
          "/api/v1/devices",
          "/api/v1/devices/database-0",
          "/api/v1/devices/database-0/twin",
          "/api/v1/devices?filter=health%20%3D%20red",
          "/api/v1/device-counts",
          "/api/v1/alerts",
          "/api/v1/changes",
          "/api/v1/groups");
  private static final Set<String> FINAL =
      Set.of("succeeded", "failed", "rejected", "expired", "cancelled");

  @TempDir private Path directory;

  private Cluster cluster;

  @BeforeEach
  void start() {
    cluster = new Cluster(directory);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /// Lets time go by in which the system is watched: `still` must hold all along.
  private static void during(Duration time, Runnable still) {
    await()
        .pollInterval(Duration.ofMillis(500))
        .during(time)
        .atMost(time.plus(PATIENCE))
        .untilAsserted(still::run);
  }

  private static void all(List<CompletableFuture<?>> futures) throws Exception {
    CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void connectAll(List<TestDevice> devices, ServiceJar gateway) throws Exception {
    List<CompletableFuture<?>> connecting = new ArrayList<>();
    for (TestDevice device : devices) {
      connecting.add(device.connect(gateway.httpPort()));
    }
    all(connecting);
  }

  @Test
  void losesNoAcknowledgedEventAndEndsEveryCommandWhenAGatewayIsKilled() throws Exception {
    // Given
    List<TestDevice> devices = cluster.devices("kill-", DEVICES);
    connectAll(devices, cluster.gatewayA());
    List<String> commands = new ArrayList<>();
    Map<String, TestDevice> owners = new HashMap<>();
    for (TestDevice device : devices) {
      for (int i = 0; i < 3; i++) {
        device.status(device.id() + "-e" + i, "{\"i\":" + i + "}");
      }
    }

    // When
    for (TestDevice device : devices) {
      String id = cluster.send(device.id(), "ping", "").body().path("id").asText();
      commands.add(id);
      owners.put(id, device);
      if (commands.size() == DEVICES / 2) {
        cluster.gatewayA().kill();
      }
    }
    connectAll(devices, cluster.gatewayB());

    // Then
    await().atMost(PATIENCE).until(() -> devices.stream().noneMatch(TestDevice::hasUnacknowledged));
    Set<String> onTheBus = eventsOnTheBus();
    for (TestDevice device : devices) {
      assertThat(onTheBus).containsAll(device.acknowledged());
      assertThat(device.acknowledged()).hasSize(3);
    }
    for (String id : commands) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(cluster.commandDocument(id).body().path("state").asText())
                      .isEqualTo("succeeded"));
      assertThat(owners.get(id)).isNotNull();
    }
    Map<String, Integer> finals = new HashMap<>();
    for (String id : commands) {
      int count = 0;
      for (var entry : cluster.commandDocument(id).body().path("history")) {
        if (FINAL.contains(entry.path("state").asText()) && !entry.path("late").asBoolean()) {
          count++;
        }
      }
      finals.put(id, count);
    }
    assertThat(finals.values()).allMatch(count -> count == 1);
    for (TestDevice device : devices) {
      assertThat(device.run()).hasSize(1).doesNotHaveDuplicates();
    }
  }

  private Set<String> eventsOnTheBus() {
    Set<String> events = new HashSet<>();
    BusReader.read(cluster.kafka().bootstrapServers(), dev.fairlead.bus.Topic.EVENTS)
        .forEach(record -> DeviceMessage.decode(record).correlation().ifPresent(events::add));
    return events;
  }

  @Test
  void aWokenGatewayStealsNoSessionBack() throws Exception {
    // Given
    TestDevice moved = cluster.device("frozen-moved");
    TestDevice stayed = cluster.device("frozen-stayed");
    connectAll(List.of(moved, stayed), cluster.gatewayA());
    await().atMost(PATIENCE).until(() -> cluster.isOnline(moved.id()));
    await().atMost(PATIENCE).until(() -> cluster.isOnline(stayed.id()));
    TestDevice.Link old = moved.currentLink();

    // When
    cluster.gatewayA().freeze();
    moved.connect(cluster.gatewayB().httpPort()).join();
    await().atMost(PATIENCE).until(() -> !cluster.isOnline(stayed.id()));
    during(GATEWAY_FREEZE, () -> assertThat(cluster.isOnline(moved.id())).isTrue());
    String session =
        cluster.deviceDocument(moved.id()).body().path("presence").path("session").asText();
    cluster.gatewayA().thaw();

    // Then
    assertThat(old.closed().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(4001);
    await().atMost(PATIENCE).until(() -> cluster.isOnline(stayed.id()));
    var presence = cluster.deviceDocument(moved.id()).body().path("presence");
    assertThat(presence.path("online").asBoolean()).isTrue();
    assertThat(presence.path("session").asText()).isEqualTo(session);
    for (TestDevice device : List.of(moved, stayed)) {
      assertThat(cluster.send(device.id(), "ping", "?wait=20s").body().path("state").asText())
          .isEqualTo("succeeded");
    }
  }

  @Test
  void aFrozenBrokerMakesNobodyLost() throws Exception {
    // Given
    List<TestDevice> devices = cluster.devices("broker-", 40);
    connectAll(devices.subList(0, 20), cluster.gatewayA());
    connectAll(devices.subList(20, 40), cluster.gatewayB());
    for (TestDevice device : devices) {
      await().atMost(PATIENCE).until(() -> cluster.isOnline(device.id()));
    }

    // When
    cluster.kafka().freeze();
    devices.forEach(device -> device.status(device.id() + "-away", "{\"away\":true}"));
    during(OUTAGE, () -> assertConnectedAndOnline(devices));
    assertThat(devices).allMatch(TestDevice::hasUnacknowledged);
    cluster.kafka().thaw();

    // Then
    await().atMost(PATIENCE).until(() -> devices.stream().noneMatch(TestDevice::hasUnacknowledged));
    during(Duration.ofSeconds(10), () -> assertConnectedAndOnline(devices));
    assertThat(
            cluster
                .send(devices.getFirst().id(), "ping", "?wait=20s")
                .body()
                .path("state")
                .asText())
        .isEqualTo("succeeded");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void devicesNoticeNothingOfADatabaseThatIsAwayUnderLoad(boolean frozen) throws Exception {
    // Given
    List<TestDevice> devices = cluster.devices("database-", DEVICES);
    connectAll(devices.subList(0, DEVICES / 2), cluster.gatewayA());
    connectAll(devices.subList(DEVICES / 2, DEVICES), cluster.gatewayB());
    for (TestDevice device : devices) {
      await().atMost(PATIENCE).until(() -> cluster.isOnline(device.id()));
    }
    AtomicInteger round = new AtomicInteger();

    // When
    if (frozen) {
      cluster.postgres().freeze();
    } else {
      cluster.postgres().kill();
    }
    during(
        OUTAGE,
        () -> {
          int now = round.incrementAndGet();
          devices.forEach(device -> work(device, now));
          assertThat(devices).noneMatch(device -> device.closed().isDone());
        });
    List<HttpResponse<String>> reads = READS.stream().map(this::read).toList();
    if (frozen) {
      cluster.postgres().thaw();
    } else {
      cluster.postgres().restart();
    }

    // Then
    assertThat(reads)
        .allSatisfy(
            read -> {
              assertThat(read.statusCode()).isEqualTo(503);
              assertThat(read.headers().firstValue("content-type"))
                  .hasValue("application/problem+json");
            });
    await().atMost(PATIENCE).until(() -> devices.stream().noneMatch(TestDevice::hasUnacknowledged));
    for (TestDevice device : devices) {
      await().atMost(PATIENCE).until(() -> hasCaughtUp(device, round.get()));
    }
    during(Duration.ofSeconds(10), () -> assertConnectedAndOnline(devices));
    assertThat(
            cluster
                .send(devices.getFirst().id(), "ping", "?wait=20s")
                .body()
                .path("state")
                .asText())
        .isEqualTo("succeeded");
  }

  private HttpResponse<String> read(String path) {
    return cluster
        .api()
        .raw(cluster.registry().httpPort(), "GET", path, Optional.empty(), cluster.adminKey());
  }

  /// Says something of every kind.
  private static void work(TestDevice device, int round) {
    String event = device.id() + "-" + round;
    device.status(event, "{\"round\":" + round + "}");
    device.send(
        Messages.telemetry(Body.utf8("{\"round\":" + round + "}")).withId(event + "-telemetry"));
    device.send(
        Messages.alert(
                Body.utf8(
                    "{\"code\":\"c-%d\",\"severity\":\"info\",\"text\":\"t\",\"state\":\"raised\"}"
                        .formatted(round % 2)))
            .withId(event + "-alert"));
  }

  private boolean hasCaughtUp(TestDevice device, int round) {
    JsonNode document = cluster.deviceDocument(device.id()).body();
    return document.path("reported").path("round").asInt() == round
        && document.path("telemetry").path("values").path("round").path("value").asInt() == round
        && document.path("alerts").size() == 2;
  }

  private void assertConnectedAndOnline(List<TestDevice> devices) {
    assertThat(devices).noneMatch(device -> device.closed().isDone());
    assertThat(devices).allMatch(device -> cluster.isOnline(device.id()));
  }
}
