package dev.fairlead.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.SessionMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Devices behind another one, by the API and by the bus.
class SubDeviceIT {

  private static final InboxAddress GATEWAY = new InboxAddress(2, "house-gateway");
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    registry
        .vertx()
        .setPeriodic(
            50,
            _ -> registry.sendLater(new GatewayMessage.GatewayBeat(GATEWAY, 1, false).toRecord()));
    registry.heard(Topic.INBOX);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static DeviceKey key(String id) {
    return DeviceKey.of("default", id);
  }

  private static HttpResponse<Buffer> below(String parent, String body) {
    return registry.request(
        HttpMethod.POST, "/api/v1/devices/" + parent + "/sub-devices", new JsonObject(body));
  }

  private static void house(String parent, String... sensors) {
    registry.createDevice(parent);
    for (String sensor : sensors) {
      assertThat(below(parent, "{\"id\":\"" + sensor + "\"}").statusCode()).isEqualTo(201);
    }
  }

  private static Epoch open(String device, String session) {
    SessionMessage.Place place = new SessionMessage.Place(GATEWAY, "fairlead.v1.json", "192.0.2.1");
    return new Epoch(
        1,
        registry
            .send(
                SessionMessage.opened(
                    key(device), new SessionId(session), 1, place, System.currentTimeMillis()))
            .offset());
  }

  private static void say(
      DeviceMessage.Type type, String parent, Epoch epoch, Map<String, String> more, String body) {
    BusRecord record =
        new DeviceMessage(
                type,
                key(parent),
                new SessionId("s"),
                epoch,
                System.currentTimeMillis(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Headers.JSON,
                body.getBytes(UTF_8))
            .toRecord();
    Map<String, String> headers = new HashMap<>(record.headers());
    headers.putAll(more);
    BusRecord said = BusRecord.keyed(record.topic(), record.key(), headers, body.getBytes(UTF_8));
    registry.send(said);
    registry.send(said);
  }

  private static Map<String, String> about(String sensor) {
    return Map.of(Headers.SUB_DEVICE, sensor);
  }

  private static JsonObject presence(String id) {
    return registry.device(id).getJsonObject("presence");
  }

  private static void awaitOnline(String id, boolean online) {
    Awaitility.await().atMost(TIMEOUT).until(() -> presence(id).getBoolean("online") == online);
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = RegistryFixture.json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  private static List<InboxMessage> mail() {
    return registry.heard(Topic.INBOX).stream().map(InboxMessage::decode).toList();
  }

  @Test
  void comesAndGoesWithItsParent() {
    // Given
    house("house-1", "s-1", "s-2");

    // When
    Epoch epoch = open("house-1", "session-1");

    // Then
    awaitOnline("s-1", true);
    awaitOnline("s-2", true);
    assertThat(presence("s-1").getString("since"))
        .isEqualTo(presence("house-1").getString("since"));
    assertThat(presence("s-1").getString("session")).isNull();
    assertThat(registry.device("s-1").getString("health")).isEqualTo("green");

    // When
    below("house-1", "{\"id\":\"s-late\"}");
    registry.send(
        SessionMessage.closed(
            key("house-1"),
            new SessionId("session-1"),
            epoch,
            CloseReason.TIMED_OUT,
            System.currentTimeMillis()));

    // Then
    awaitOnline("s-late", false);
    awaitOnline("s-1", false);
    assertThat(presence("s-1").getString("reason")).isEqualTo(CloseReason.TIMED_OUT);
    assertThat(
            registry.column(
                """
                select kind || ' ' || (data ->> 'parent') from change
                where device = 's-1' and kind like 'device.o%' order by xid, id
                """))
        .containsExactly("device.online house-1", "device.offline house-1");
  }

  @Test
  void hasMeasurementsAlertsAndATwinOfItsOwn() {
    // Given
    house("house-2", "s-3", "s-4");
    Epoch epoch = open("house-2", "session-2");
    awaitOnline("s-3", true);

    // When
    say(DeviceMessage.Type.TELEMETRY, "house-2", epoch, about("s-3"), "{\"t\":21.5}");
    say(DeviceMessage.Type.STATUS, "house-2", epoch, about("s-3"), "{\"battery\":80}");
    say(
        DeviceMessage.Type.ALERT,
        "house-2",
        epoch,
        about("s-3"),
        "{\"code\":\"cold\",\"severity\":\"warning\",\"text\":\"Cold\",\"state\":\"raised\"}");

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              JsonObject sensor = registry.device("s-3");
              assertThat(sensor.getJsonObject("reported").getInteger("battery")).isEqualTo(80);
              assertThat(sensor.getJsonArray("alerts")).hasSize(1);
              assertThat(sensor.getString("health")).isEqualTo("red");
              assertThat(sensor.getJsonObject("telemetry").getJsonObject("values").fieldNames())
                  .containsExactly("t");
              assertThat(
                      sensor
                          .getJsonObject("telemetry")
                          .getJsonObject("values")
                          .getJsonObject("t")
                          .getDouble("value"))
                  .isEqualTo(21.5);
            });
    assertThat(registry.device("house-2").getJsonObject("reported")).isEmpty();
    assertThat(registry.device("s-4").getString("health")).isEqualTo("green");

    // When
    registry.request(
        HttpMethod.PUT, "/api/v1/devices/s-3/twin/desired", new JsonObject("{\"every\":60}"));

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> mail().stream().anyMatch(letter -> isFor(letter, "house-2", "s-3")));

    // When
    Map<String, String> answer = new HashMap<>(about("s-3"));
    answer.put(Headers.VERSION, "1");
    say(DeviceMessage.Type.DESIRED_ACK, "house-2", epoch, answer, "");

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                RegistryFixture.json(registry.request(HttpMethod.GET, "/api/v1/devices/s-3/twin"))
                    .getJsonObject("desired")
                    .getBoolean("inSync"));
  }

  private static boolean isFor(InboxMessage letter, String parent, String sensor) {
    return letter instanceof InboxMessage.Desired desired
        && desired.device().equals(key(parent))
        && desired.subDevice().filter(id -> id.value().equals(sensor)).isPresent();
  }

  @Test
  void hearsWhatItIsToBeLikeWhenItsParentConnects() {
    // Given
    house("house-3", "s-5");
    registry.request(
        HttpMethod.PUT, "/api/v1/devices/s-5/twin/desired", new JsonObject("{\"every\":60}"));

    // When
    open("house-3", "session-3");

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> mail().stream().anyMatch(letter -> isFor(letter, "house-3", "s-5")));
  }

  @Test
  void isNotSpokenForByOthers() {
    // Given
    house("house-4", "s-6");
    registry.createDevice("burglar");
    registry.createDevice("own");
    Epoch burglar = open("burglar", "session-b");
    Epoch epoch = open("house-4", "session-4");

    // When
    for (String victim : List.of("s-6", "own", "nobody", "")) {
      say(DeviceMessage.Type.STATUS, "burglar", burglar, about(victim), "{\"stolen\":true}");
      say(DeviceMessage.Type.TELEMETRY, "burglar", burglar, about(victim), "{\"stolen\":1}");
    }
    say(DeviceMessage.Type.STATUS, "burglar", burglar, Map.of(), "{\"said\":true}");
    say(DeviceMessage.Type.TELEMETRY, "burglar", burglar, Map.of(), "{\"said\":1}");
    say(DeviceMessage.Type.STATUS, "house-4", epoch, about("s-6"), "{\"fine\":true}");

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                registry.device("burglar").getJsonObject("reported").containsKey("said")
                    && registry.device("s-6").getJsonObject("reported").containsKey("fine")
                    && !registry
                        .device("burglar")
                        .getJsonObject("telemetry")
                        .getJsonObject("values")
                        .isEmpty());
    assertThat(registry.device("s-6").getJsonObject("reported").getMap()).containsOnlyKeys("fine");
    assertThat(registry.device("s-6").getJsonObject("telemetry").getJsonObject("values")).isEmpty();
    assertThat(registry.device("own").getJsonObject("reported")).isEmpty();
  }

  @Test
  void connectsByItsParentAlone() {
    // Given
    house("house-5", "s-7");

    // When
    open("s-7", "session-7");

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                mail().stream()
                    .anyMatch(
                        letter ->
                            letter instanceof InboxMessage.Close close
                                && close.device().equals(key("s-7"))
                                && close.reason().equals(CloseReason.REVOKED)));
    assertThat(presence("s-7").getBoolean("online")).isFalse();
    assertThat(
            problem(
                registry.request(
                    HttpMethod.POST, "/api/v1/devices/s-7/credentials", new JsonObject())))
        .isEqualTo("409 sub-device");
    assertThat(problem(below("s-7", "{\"id\":\"s-8\"}"))).isEqualTo("409 sub-device");
    assertThat(problem(below("nobody", "{\"id\":\"s-8\"}"))).isEqualTo("404 device-not-found");
    assertThat(registry.request(HttpMethod.GET, "/api/v1/devices/s-8").statusCode()).isEqualTo(404);
  }

  @Test
  void isFoundByItsParentAndGoesBeforeIt() {
    // Given
    house("house-6", "s-9", "s-10");

    // When
    JsonObject found =
        RegistryFixture.json(
            registry.request(
                HttpMethod.GET,
                "/api/v1/devices?filter=" + URLEncoder.encode("parent = \"house-6\"", UTF_8)));

    // Then
    assertThat(
            found.getJsonArray("items").stream().map(item -> ((JsonObject) item).getString("id")))
        .containsExactly("s-10", "s-9");
    assertThat(found.getBoolean("indexed")).isTrue();
    assertThat(
            registry.heard(Topic.DEVICES).stream()
                .filter(record -> record.key().equals("default/s-9"))
                .map(DeviceChange::decode)
                .map(change -> ((DeviceChange.Present) change).parent().orElseThrow().value()))
        .containsExactly("house-6");
    assertThat(problem(registry.request(HttpMethod.DELETE, "/api/v1/devices/house-6")))
        .isEqualTo("409 has-sub-devices");

    // When
    registry.request(HttpMethod.DELETE, "/api/v1/devices/s-9");
    registry.request(HttpMethod.DELETE, "/api/v1/devices/s-10");

    // Then
    assertThat(registry.request(HttpMethod.DELETE, "/api/v1/devices/house-6").statusCode())
        .isEqualTo(204);
  }
}
