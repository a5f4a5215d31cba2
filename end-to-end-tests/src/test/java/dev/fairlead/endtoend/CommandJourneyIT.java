package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.HookReceiver;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.SignedIn;
import dev.fairlead.endtoend.harness.TestDevice;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A command's way from HTTP to a device and back, over gateways that are processes of their own.
class CommandJourneyIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private static Path directory;

  private static Cluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        new Cluster(
            directory,
            ServiceJar.Tuning.QUICK_START,
            Map.of("FAIRLEAD_WEBHOOK_PRIVATE_ADDRESSES", "true"),
            Map.of());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static List<String> states(JsonNode command) {
    List<String> states = new ArrayList<>();
    command.path("history").forEach(entry -> states.add(entry.path("state").asText()));
    return states;
  }

  @Test
  void bringsTheResultBackInTheSameRequest() {
    // Given
    TestDevice device = cluster.device("journey-1");
    device.connect(cluster.gatewayA().httpPort()).join();

    // When
    Api.Answer answer = cluster.send(device.id(), "ping", "?wait=10s");

    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().path("state").asText()).isEqualTo("succeeded");
    assertThat(answer.body().path("result").path("status").asText()).isEqualTo("succeeded");
    assertThat(answer.body().path("result").path("body").path("n").asInt()).isEqualTo(1);
    assertThat(states(answer.body())).startsWith("queued").endsWith("succeeded");
    assertThat(device.run()).containsExactly(answer.body().path("id").asText());
  }

  @Test
  void followsADeviceToAnotherGatewayAndClosesItsOldSession() throws Exception {
    // Given
    TestDevice device = cluster.device("journey-2");
    device.connect(cluster.gatewayA().httpPort()).join();
    cluster.send(device.id(), "ping", "?wait=10s");
    TestDevice.Link old = device.currentLink();

    // When
    device.connect(cluster.gatewayB().httpPort()).join();
    Api.Answer answer = cluster.send(device.id(), "ping", "?wait=10s");

    // Then
    assertThat(answer.body().path("state").asText()).isEqualTo("succeeded");
    assertThat(old.closed().get(20, TimeUnit.SECONDS)).isEqualTo(4001);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode presence = cluster.deviceDocument(device.id()).body().path("presence");
              assertThat(presence.path("online").asBoolean()).isTrue();
              assertThat(presence.path("session").asText()).isNotEmpty();
            });
    assertThat(device.run()).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void closesTheOldSessionAlsoForADeviceThatNamesNone() throws Exception {
    // Given
    TestDevice device = cluster.device("journey-3");
    device.connect(cluster.gatewayA().httpPort()).join();
    TestDevice twin = device.withoutMemory();

    // When
    twin.connect(cluster.gatewayB().httpPort()).join();

    // Then
    assertThat(device.closed().get(20, TimeUnit.SECONDS)).isEqualTo(4001);
  }

  @Test
  void keepsACommandForADeviceThatIsAway() {
    // Given
    TestDevice device = cluster.device("journey-4");
    device.connect(cluster.gatewayA().httpPort()).join();
    await().atMost(PATIENCE).until(() -> cluster.isOnline(device.id()));
    device.disconnect();
    await().atMost(PATIENCE).until(() -> !cluster.isOnline(device.id()));

    // When
    Api.Answer posted = cluster.send(device.id(), "ping", "");
    String id = posted.body().path("id").asText();
    String before = cluster.commandDocument(id).body().path("state").asText();
    device.connect(cluster.gatewayB().httpPort()).join();

    // Then
    assertThat(posted.status()).isEqualTo(202);
    assertThat(before).isEqualTo("queued");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(cluster.commandDocument(id).body().path("state").asText())
                    .isEqualTo("succeeded"));
    assertThat(device.run()).containsExactly(id);
  }

  @Test
  void reachesASubDeviceOverItsParentAlsoOneThatIsMadeWhileThatIsThere() {
    // Given
    TestDevice parent = cluster.device("journey-9");
    subDevice(parent, "journey-9-valve");
    parent.connect(cluster.gatewayA().httpPort()).join();
    subDevice(parent, "journey-9-lamp");

    // When
    Api.Answer first = cluster.send("journey-9-valve", "ping", "?wait=10s");
    Api.Answer second = cluster.send("journey-9-lamp", "ping", "?wait=10s");
    Api.Answer own = cluster.send(parent.id(), "ping", "?wait=10s");

    // Then
    assertThat(List.of(first, second, own))
        .extracting(answer -> answer.body().path("state").asText())
        .containsOnly("succeeded");
    assertThat(parent.subDeviceOf(first.body().path("id").asText())).contains("journey-9-valve");
    assertThat(parent.subDeviceOf(second.body().path("id").asText())).contains("journey-9-lamp");
    assertThat(parent.subDeviceOf(own.body().path("id").asText())).isEmpty();
    assertThat(parent.run()).hasSize(3).doesNotHaveDuplicates();
  }

  private static void subDevice(TestDevice parent, String id) {
    Api.Answer made =
        cluster
            .api()
            .post(
                cluster.registry().httpPort(),
                "/api/v1/devices/" + parent.id() + "/sub-devices",
                "{\"id\":\"" + id + "\"}");
    assertThat(made.status()).isEqualTo(201);
  }

  @Test
  void takesACommandFromSomebodyWhoHasSignedInElsewhere() {
    // Given
    TestDevice device = cluster.device("journey-6");
    device.connect(cluster.gatewayA().httpPort()).join();
    String body = "{\"kind\":\"ping\"}";
    String path = "/api/v1/devices/" + device.id() + "/commands?wait=10s";
    try (SignedIn page = new SignedIn(cluster.registry().httpPort(), Cluster.ADMIN_KEY);
        Api person = new Api(page.token());
        Api forger = new Api(page.token().replaceFirst("....$", "AAAA"))) {

      // When
      Api.Answer answer = person.post(cluster.command().httpPort(), path, body);
      Api.Answer forged = forger.post(cluster.command().httpPort(), path, body);

      // Then
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().path("state").asText()).isEqualTo("succeeded");
      assertThat(forged.status()).isEqualTo(401);
      assertThat(device.run()).hasSize(1);
    }
  }

  @Test
  void tellsAWebhookOfTheEndOfACommandThatAsksForIt() {
    // Given
    TestDevice device = cluster.device("journey-7");
    TestDevice gone = cluster.device("journey-8");
    device.connect(cluster.gatewayA().httpPort()).join();
    try (HookReceiver receiver = new HookReceiver()) {
      String secret =
          cluster
              .api()
              .post(
                  cluster.registry().httpPort(),
                  "/api/v1/webhooks",
                  "{\"url\":\"" + receiver.url() + "\",\"kinds\":[\"command.ended\"]}")
              .body()
              .path("secret")
              .asText();

      // When
      cluster.send(device.id(), "ping", "?wait=10s");
      String first = notifying(device);
      await().atMost(PATIENCE).until(() -> receiver.messages().size() == 1);
      String second = notifying(gone);
      cluster.api().delete(cluster.registry().httpPort(), "/api/v1/devices/" + gone.id());
      await().atMost(PATIENCE).until(() -> receiver.messages().size() == 2);

      // Then
      assertThat(receiver.messages()).allMatch(message -> message.isSignedWith(secret));
      JsonNode done = receiver.messages().getFirst().event();
      assertThat(done.path("subject").asText()).isEqualTo(device.id());
      assertThat(done.path("data").path("id").asText()).isEqualTo(first);
      assertThat(done.path("data").path("state").asText()).isEqualTo("succeeded");
      assertThat(done.path("data").path("result").path("body").path("n").asInt()).isEqualTo(1);
      JsonNode cancelled = receiver.messages().getLast().event();
      assertThat(cancelled.path("subject").asText()).isEqualTo(gone.id());
      assertThat(cancelled.path("data").path("id").asText()).isEqualTo(second);
      assertThat(cancelled.path("data").path("state").asText()).isEqualTo("cancelled");
    }
  }

  /// Sends a command of whose end somebody is to be told.
  private static String notifying(TestDevice device) {
    return cluster
        .api()
        .post(
            cluster.command().httpPort(),
            "/api/v1/devices/" + device.id() + "/commands",
            "{\"kind\":\"ping\",\"body\":{\"n\":1},\"notify\":true}")
        .body()
        .path("id")
        .asText();
  }

  @Test
  void tellsTheRegistryWhichKeysAreInUseElsewhere() {
    // Given
    int registry = cluster.registry().httpPort();
    JsonNode made =
        cluster
            .api()
            .post(registry, "/api/v1/api-keys", "{\"name\":\"a script\",\"role\":\"viewer\"}")
            .body();

    // When
    try (Api script = new Api(made.path("key").asText())) {
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  script.get(cluster.command().httpPort(), "/api/v1/commands/none").status()
                      != 401);
    }

    // Then
    await()
        .atMost(PATIENCE)
        .until(() -> lastUse(registry, made.path("id").asText()), JsonNode::isTextual);
  }

  private static JsonNode lastUse(int registry, String keyId) {
    JsonNode keys = cluster.api().get(registry, "/api/v1/api-keys").body().path("items");
    for (JsonNode key : keys) {
      if (key.path("id").asText().equals(keyId)) {
        return key.path("lastUsedAt");
      }
    }
    throw new IllegalStateException("no key " + keyId);
  }

  @Test
  void refusesADeletedDeviceAndCutsItsConnection() throws Exception {
    // Given
    TestDevice device = cluster.device("journey-5");
    device.connect(cluster.gatewayA().httpPort()).join();
    await().atMost(PATIENCE).until(() -> cluster.isOnline(device.id()));

    // When
    Api.Answer deleted =
        cluster.api().delete(cluster.registry().httpPort(), "/api/v1/devices/" + device.id());

    // Then
    assertThat(deleted.status()).isEqualTo(204);
    assertThat(device.closed().get(20, TimeUnit.SECONDS)).isEqualTo(4002);
    assertThat(device.withoutMemory().connect(cluster.gatewayB().httpPort()))
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingCause()
        .asInstanceOf(InstanceOfAssertFactories.type(WebSocketHandshakeException.class))
        .extracting(refused -> refused.getResponse().statusCode())
        .isEqualTo(401);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(cluster.send(device.id(), "ping", "").status()).isEqualTo(404));
  }
}
