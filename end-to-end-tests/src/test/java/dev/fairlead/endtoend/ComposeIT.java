package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.ComposeFleet;
import dev.fairlead.endtoend.harness.ComposeStack;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.endtoend.harness.TestDevice.TokenPlace;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Messages;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// The unchanged `docker-compose.yml`, brought up from nothing, as an operator and devices meet it.
/// Needs a container engine.
@Tag("slow")
@EnabledIf("dev.fairlead.endtoend.harness.Docker#canRun")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ComposeIT {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int FLEET = 40;
  private static final String DEVICES = "/api/v1/devices";

  @TempDir private static Path directory;

  private static ComposeStack stack;
  private static HttpClient client;
  private static Api api;

  @BeforeAll
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  static void start() {
    stack = ComposeStack.shared();
    client = stack.client();
    api = stack.api();
  }

  private static JsonNode document(String path) {
    return api.get(stack.tlsPort(), path).body();
  }

  private static TestDevice device(String id) {
    return stack.device(api, client, id);
  }

  @Test
  void doesWhatTheReadmeSays() throws Exception {
    new DocumentRun("README.md", directory, stack.shellValues()).check();
  }

  /// Among them that HAProxy passes on the certificates of clients.
  @Test
  void doesWhatThePageOfCertificatesSays() throws Exception {
    new DocumentRun("docs/certificates.md", directory, stack.shellValues()).check();
  }

  @Test
  void doesWhatItsOwnPageSays() throws Exception {
    new DocumentRun("docs/docker-compose.md", directory, stack.shellValues()).check();
  }

  @Test
  void takesTelemetryAndBringsCommandsThereAndBack() throws Exception {
    // Given
    TestDevice device = device("there-and-back");
    device.connect(stack.door(), TokenPlace.HEADER).get(30, TimeUnit.SECONDS);

    // When
    device.send(Messages.telemetry(Body.utf8("{\"temperature\":21.5}")));
    Api.Answer command =
        api.post(
            stack.tlsPort(), DEVICES + "/there-and-back/commands?wait=30s", "{\"kind\":\"ping\"}");

    // Then
    assertThat(command.body().path("state").asText()).isEqualTo("succeeded");
    await()
        .atMost(PATIENCE)
        .until(() -> document(DEVICES + "/there-and-back").toString().contains("21.5"));
  }

  @Test
  void bringsDevicesBackWhenAGatewayIsKilled() throws Exception {
    // Given
    stack.up("--scale", "gateway=3");
    List<String> gateways = stack.containers("gateway");
    assertThat(gateways).hasSize(3);
    try (ComposeFleet fleet = new ComposeFleet(stack, api, client, "kill-", FLEET)) {
      await().atMost(PATIENCE).until(() -> stack.gatewaysInUse() == 3);
      fleet.connect();

      // When
      stack.docker("kill", gateways.getFirst());

      // Then
      await().atMost(PATIENCE).until(() -> fleet.reconnects() > 0);
      await().atMost(PATIENCE).until(() -> fleet.connected() == FLEET);
      await().atMost(PATIENCE).until(() -> online("kill-") == FLEET);
    }
  }

  private static int online(String prefix) {
    int count = 0;
    for (JsonNode device : document(DEVICES + "?limit=1000").path("items")) {
      if (device.path("id").asText().startsWith(prefix)
          && device.path("presence").path("online").asBoolean()) {
        count++;
      }
    }
    return count;
  }

  @Test
  void losesNoAcknowledgedEventWhenGatewaysAreReplacedOneByOne() throws Exception {
    // Given
    stack.up("--scale", "gateway=3");
    try (ComposeFleet fleet = new ComposeFleet(stack, api, client, "roll-", FLEET)) {
      await().atMost(PATIENCE).until(() -> stack.gatewaysInUse() == 3);
      fleet.connect();
      fleet.sendEvents();
      await().atMost(PATIENCE).until(() -> fleet.acknowledged() > FLEET);

      // When
      for (String gateway : stack.containers("gateway")) {
        stack.docker("restart", "--time", "30", gateway);
        await().atMost(PATIENCE).until(() -> stack.gatewaysInUse() == 3);
      }
      fleet.finishEvents();

      // Then
      assertThat(fleet.reconnects()).isGreaterThanOrEqualTo(FLEET);
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(fleet.missing()).isEmpty());
    }
  }

  @Test
  void keepsDataWhenItIsTakenDownAndBroughtUp() throws Exception {
    // Given
    String key = stack.adminKey();
    String authority = Files.readString(stack.authority());
    TestDevice device = device("survivor");

    // When
    stack.down();
    stack.up();

    // Then
    assertThat(stack.adminKey()).isEqualTo(key);
    assertThat(Files.readString(stack.authority())).isEqualTo(authority);
    assertThat(document(DEVICES + "/survivor").path("id").asText()).isEqualTo("survivor");
    device.connect(stack.door(), TokenPlace.HEADER).get(30, TimeUnit.SECONDS);
    device.status("after", "{\"after\":true}");
    await().atMost(PATIENCE).until(() -> !device.hasUnacknowledged());
  }

  @Test
  void runsNothingAsRootAndNothingThatCanWriteToItsImage() {
    for (String service : List.of("gateway", "registry", "command", "haproxy", "postgres")) {
      // When
      String container = stack.containers(service).getFirst();
      String said =
          stack.docker(
              "inspect",
              "--format",
              "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{gt .HostConfig.Memory 0}}",
              container);
      String user = stack.inside(service, "id", "-u").strip();

      // Then
      assertThat(said.strip()).as(service).isEqualTo("true [ALL] true");
      assertThat(user).as(service).isNotEqualTo("0");
    }
  }
}
