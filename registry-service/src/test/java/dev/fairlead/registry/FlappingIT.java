package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.SessionMessage;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Devices that connect too often: marked, told of, found, and unmarked by time alone.
class FlappingIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final InboxAddress GATEWAY = new InboxAddress(1, "g1");
  private static final SessionMessage.Place PLACE =
      new SessionMessage.Place(GATEWAY, "test", "192.0.2.1");
  private static final int SESSIONS = 3;
  private static final Duration WITHIN = Duration.ofSeconds(4);

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry =
        new RegistryFixture(config -> config.withFlapping(new FlappingSettings(SESSIONS, WITHIN)));
    registry.heard(Topic.INBOX);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static void comeAndGo(String device, String session, long millis) {
    DeviceKey key = DeviceKey.of("default", device);
    SessionId id = new SessionId(session);
    long offset = registry.send(SessionMessage.opened(key, id, 1, PLACE, millis)).offset();
    registry.send(
        SessionMessage.closed(key, id, new Epoch(1, offset), CloseReason.CLOSED, millis + 1));
  }

  private static JsonObject presence(String device) {
    return registry.device(device).getJsonObject("presence");
  }

  private static JsonObject found(String filter) {
    return json(
        registry.request(
            HttpMethod.GET,
            "/api/v1/devices?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8)));
  }

  private static List<String> ids(JsonObject page) {
    return page.getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .map(device -> device.getString("id"))
        .toList();
  }

  /// What was told of the nervous device.
  private static List<String> told(String cursor) {
    return json(registry.request(HttpMethod.GET, "/api/v1/changes?cursor=" + cursor))
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .filter(event -> "nervous".equals(event.getString("subject")))
        .map(event -> event.getString("type"))
        .toList();
  }

  @Test
  void marksADeviceThatConnectsTooOftenUntilTimeHasPassed() {
    // Given
    registry.createDevice("nervous");
    registry.createDevice("calm");
    String cursor = json(registry.request(HttpMethod.GET, "/api/v1/changes")).getString("next");
    long now = System.currentTimeMillis();
    comeAndGo("calm", "c1", now);

    // When
    for (int i = 0; i < SESSIONS; i++) {
      comeAndGo("nervous", "n" + i, now + i);
    }

    // Then
    Awaitility.await().atMost(TIMEOUT).until(() -> presence("nervous").getBoolean("flapping"));
    assertThat(presence("nervous").getInstant("flappingSince").toEpochMilli())
        .isEqualTo(now + SESSIONS - 1);
    assertThat(found("flapping").getBoolean("indexed")).isTrue();
    assertThat(ids(found("flapping = true"))).contains("nervous").doesNotContain("calm");
    assertThat(ids(found("not flapping"))).contains("calm").doesNotContain("nervous");
    assertThat(presence("calm").getBoolean("flapping")).isFalse();
    Awaitility.await().atMost(TIMEOUT).until(() -> !presence("nervous").getBoolean("flapping"));
    assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(now + WITHIN.toMillis());
    assertThat(presence("nervous").getString("flappingSince")).isNull();
    assertThat(ids(found("flapping"))).doesNotContain("nervous");
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(told(cursor))
                    .containsSubsequence(
                        "dev.fairlead.device.flapping", "dev.fairlead.device.steady")
                    .filteredOn(type -> type.endsWith("flapping") || type.endsWith("steady"))
                    .hasSize(2));
  }

  @Test
  void tellsTheGatewayThatLetItIn() {
    // Given
    registry.createDevice("told");
    long now = System.currentTimeMillis();

    // When
    for (int i = 0; i < SESSIONS; i++) {
      comeAndGo("told", "t" + i, now + i);
    }

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(registry.heard(Topic.INBOX))
                    .filteredOn(record -> record.key().equals("default/told"))
                    .filteredOn(
                        record -> record.header(Headers.TYPE).equals(Optional.of("flapping")))
                    .extracting(InboxMessage::decode)
                    .containsExactly(
                        new InboxMessage.Flapping(
                            DeviceKey.of("default", "told"),
                            new SessionId("t2"),
                            now + WITHIN.toMillis())));
  }

  @Test
  void listsTheLastSessionsNewestFirst() {
    // Given
    registry.createDevice("listed");
    long then = 1_000_000;
    comeAndGo("listed", "l1", then);
    comeAndGo("listed", "l2", then + 60_000);
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> "l2".equals(presence("listed").getString("session")));

    // When
    JsonObject answer = json(registry.request(HttpMethod.GET, "/api/v1/devices/listed/sessions"));

    // Then
    assertThat(answer.getJsonArray("items"))
        .extracting(item -> ((JsonObject) item).getString("session"))
        .containsExactly("l2", "l1");
    JsonObject first = answer.getJsonArray("items").getJsonObject(1);
    assertThat(first.getString("openedAt")).isEqualTo("1970-01-01T00:16:40Z");
    assertThat(first.getString("gateway")).isEqualTo("g1");
    assertThat(first.getString("reason")).isEqualTo("closed");
    assertThat(registry.request(HttpMethod.GET, "/api/v1/devices/nobody/sessions").statusCode())
        .isEqualTo(404);
  }
}
