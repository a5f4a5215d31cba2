package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.AgentJar;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.protocol.Desired;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What somebody desires, all the way to the device and back.
class TwinJourneyIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PADDING = "x".repeat(200);

  @TempDir private static Path directory;

  private static Cluster cluster;

  @BeforeAll
  static void start() {
    cluster = new Cluster(directory);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static String path(String device) {
    return "/api/v1/devices/" + device + "/twin";
  }

  private static void replace(String device, String document) {
    Api.Answer answer =
        cluster.api().put(cluster.registry().httpPort(), path(device) + "/desired", document);
    assertThat(answer.status()).isEqualTo(200);
  }

  private static void patch(String device, String patch) {
    Api.Answer answer =
        cluster.api().patch(cluster.registry().httpPort(), path(device) + "/desired", patch);
    assertThat(answer.status()).isEqualTo(200);
  }

  private static JsonNode twin(String device) {
    return cluster.api().get(cluster.registry().httpPort(), path(device)).body();
  }

  private static void awaitInSync(String device, long version) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              JsonNode desired = twin(device).path("desired");
              return desired.path("inSync").asBoolean()
                  && desired.path("acknowledgedVersion").asLong() == version;
            });
  }

  private static void connect(TestDevice device, ServiceJar gateway) throws Exception {
    Hello _ = device.connect(gateway.httpPort()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    await().atMost(PATIENCE).until(() -> cluster.isOnline(device.id()));
  }

  @Test
  void bringsWhatIsDesiredToTheDeviceOfflineOnlineAndPastAKilledGateway() throws Exception {
    // Given
    ServiceJar first = cluster.startGateway("gateway-to-be-killed");
    TestDevice device = cluster.device("thermostat");
    replace(device.id(), "{\"padding\":\"" + PADDING + "\",\"target\":19}");
    connect(device, first);
    awaitInSync(device.id(), 1);

    // When
    patch(device.id(), "{\"target\":21}");
    awaitInSync(device.id(), 2);
    first.kill();
    patch(device.id(), "{\"target\":null,\"mode\":\"eco\"}");
    patch(device.id(), "{\"mode\":\"away\"}");
    connect(device, cluster.gatewayB());

    // Then
    awaitInSync(device.id(), 4);
    assertThat(device.twin().version()).isEqualTo(4);
    assertThat(device.twin().document())
        .isEqualTo(twin(device.id()).path("desired").path("document"));
    assertThat(device.twin().document().path("mode").asText()).isEqualTo("away");
    assertThat(device.twin().document().has("target")).isFalse();
    assertThat(device.twin().received().getFirst().base()).isEmpty();
    assertThat(device.twin().received())
        .filteredOn(desired -> desired.version() == 2)
        .first()
        .extracting(Desired::base)
        .isEqualTo(OptionalLong.of(1));
  }

  @Test
  void showsWhyADeviceRejectsAndServesOneThatHasLostWhatItHad() throws Exception {
    // Given
    TestDevice picky = cluster.device("picky");
    TestDevice forgetful = cluster.device("forgetful");
    connect(picky, cluster.gatewayA());
    connect(forgetful, cluster.gatewayB());
    replace(forgetful.id(), "{\"target\":19}");
    awaitInSync(forgetful.id(), 1);
    picky.twin().reject("too cold");

    // When
    replace(picky.id(), "{\"target\":5}");
    TestDevice reset = forgetful.withoutMemory();
    connect(reset, cluster.gatewayA());
    reset.send(Messages.desiredUnknownBase(0));

    // Then
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                "too cold"
                    .equals(twin(picky.id()).path("desired").path("acknowledgedReason").asText()));
    assertThat(twin(picky.id()).path("desired").path("inSync").asBoolean()).isFalse();
    await().atMost(PATIENCE).until(() -> reset.twin().version() == 1);
    assertThat(reset.twin().document().path("target").asInt()).isEqualTo(19);
    awaitInSync(reset.id(), 1);
  }

  @Test
  void theAgentIsAsDesiredAndSaysSo() {
    // Given
    String token = cluster.device("machine").token();
    replace("machine", "{\"intervalSeconds\":2,\"site\":\"north\"}");

    // When
    try (AgentJar agent =
        AgentJar.start(
            Map.of(
                "FAIRLEAD_AGENT_URL",
                "ws://127.0.0.1:" + cluster.gatewayA().httpPort() + NativeProtocol.PATH,
                "FAIRLEAD_AGENT_TOKEN",
                token),
            directory)) {
      awaitInSync("machine", 1);
      patch("machine", "{\"intervalSeconds\":0}");

      // Then
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  twin("machine")
                      .path("desired")
                      .path("acknowledgedReason")
                      .asText()
                      .equals("intervalSeconds must be 1 to 86400"));
      await()
          .atMost(PATIENCE)
          .until(
              () -> twin("machine").path("reported").path("document").path("config").size() == 2);
      JsonNode reported = twin("machine").path("reported").path("document");
      assertThat(reported.path("config").path("site").asText()).isEqualTo("north");
      assertThat(reported.path("intervalSeconds").asInt()).isEqualTo(2);
      assertThat(agent.isAlive()).isTrue();
    }
  }
}
