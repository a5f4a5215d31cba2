package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.SessionMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RulesIT {

  private static final String RULES = "/api/v1/rules";
  private static final Duration TIMEOUT = Duration.ofSeconds(40);
  private static final InboxAddress GATEWAY = new InboxAddress(1, "of-rules");
  private static final String THRESHOLD =
      "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">\",\"value\":80}";

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    registry
        .vertx()
        .setPeriodic(
            50,
            id -> registry.sendLater(new GatewayMessage.GatewayBeat(GATEWAY, 1, false).toRecord()));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static JsonObject rule(String code, String filter, String condition) {
    return new JsonObject()
        .put("name", code)
        .put("filter", filter)
        .put("condition", new JsonObject(condition))
        .put(
            "alert",
            new JsonObject()
                .put("code", code)
                .put("severity", "critical")
                .put("text", "{device}: {key} is {value}"));
  }

  private static String make(String code, String filter, String condition) {
    HttpResponse<Buffer> made =
        registry.request(HttpMethod.POST, RULES, rule(code, filter, condition));
    assertThat(made.statusCode()).as(made.bodyAsString()).isEqualTo(201);
    return json(made).getString("id");
  }

  private static void device(String id, String type) {
    registry.request(
        HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", id).put("type", type));
  }

  private static void awaitScope(String rule, long devices) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                registry
                    .column(
                        "select count(*)::text from rule_state where not leaving and rule_id = '"
                            + rule
                            + "'")
                    .getFirst()
                    .equals(Long.toString(devices)));
  }

  private static void measure(String device, Epoch epoch, String body) {
    send(DeviceMessage.Type.TELEMETRY, device, epoch, body);
  }

  private static void send(DeviceMessage.Type type, String device, Epoch epoch, String body) {
    registry.send(
        new DeviceMessage(
                type,
                DeviceKey.of("default", device),
                new SessionId("s"),
                epoch,
                System.currentTimeMillis(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Headers.JSON,
                body.getBytes(StandardCharsets.UTF_8))
            .toRecord());
  }

  private static Epoch open(String device, String session) {
    return new Epoch(
        1,
        registry
            .send(
                SessionMessage.opened(
                    DeviceKey.of("default", device),
                    new SessionId(session),
                    1,
                    new SessionMessage.Place(GATEWAY, "test", "192.0.2.1"),
                    System.currentTimeMillis()))
            .offset());
  }

  private static void close(String device, String session, Epoch epoch) {
    registry.send(
        SessionMessage.closed(
            DeviceKey.of("default", device),
            new SessionId(session),
            epoch,
            CloseReason.CLOSED,
            System.currentTimeMillis()));
  }

  private static List<JsonObject> of(String device) {
    return json(registry.request(HttpMethod.GET, "/api/v1/devices/" + device + "/alerts"))
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private static void awaitStates(String device, String... newestFirst) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(of(device))
                    .extracting(alert -> alert.getString("state"))
                    .containsExactly(newestFirst));
  }

  @Test
  void raisesAndClearsByAMeasurementAndNotByTheDevice() {
    // Given
    device("hot", "boiler");
    device("late", "boiler");
    device("other", "fridge");
    String rule = make("overheated", "type = boiler", THRESHOLD);
    awaitScope(rule, 2);
    Epoch epoch = new Epoch(1, 5);

    // When
    measure("hot", epoch, "{\"t\":81.5}");
    measure("hot", epoch, "{\"t\":82}");
    measure("other", epoch, "{\"t\":99}");
    measure("late", epoch, "{\"t\":1}");
    measure("late", new Epoch(1, 4), "{\"t\":99}");
    awaitStates("hot", "open");
    send(
        DeviceMessage.Type.ALERT,
        "hot",
        epoch,
        "{\"code\":\"overheated\",\"severity\":\"info\",\"text\":\"me too\",\"state\":\"raised\"}");
    awaitStates("hot", "open", "open");
    send(DeviceMessage.Type.ALERT, "hot", epoch, "{\"code\":\"overheated\",\"state\":\"cleared\"}");

    // Then
    awaitStates("hot", "closed", "open");
    JsonObject alert = of("hot").getLast();
    assertThat(alert.getString("source")).isEqualTo("rule:" + rule);
    assertThat(alert.getString("text")).isEqualTo("hot: t is 81.5");
    assertThat(alert.getString("severity")).isEqualTo("critical");
    assertThat(of("other")).isEmpty();
    assertThat(of("late")).isEmpty();

    // When
    measure("hot", epoch, "{\"t\":79}");

    // Then
    awaitStates("hot", "closed", "closed");
    assertThat(of("hot").getLast().getJsonObject("closed").getString("reason"))
        .isEqualTo("cleared");
    assertThat(registry.column("select alerts_open::text from presence where device_id = 'hot'"))
        .containsExactly("0");

    // When
    measure("hot", epoch, "{\"t\":100}");

    // Then
    awaitStates("hot", "open", "closed", "closed");

    // When
    registry.request(HttpMethod.DELETE, RULES + "/" + rule);

    // Then
    awaitStates("hot", "closed", "closed", "closed");
    assertThat(of("hot").getFirst().getJsonObject("closed").getString("reason"))
        .isEqualTo("rule-ended");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> registry.column("select id from rule where id = '" + rule + "'").isEmpty());
    assertThat(
            registry.column(
                """
                select kind || ' ' || coalesce(data ->> 'reason', '-') from change
                where device = 'hot' and data ->> 'source' = 'rule:%s'
                order by xid, id
                """
                    .formatted(rule)))
        .containsExactly(
            "alert.raised -",
            "alert.cleared cleared",
            "alert.raised -",
            "alert.cleared rule-ended");
  }

  @Test
  void isShownNothingOfAnOlderSessionThoughNothingElseHasReadTheNewer() {
    // Given
    device("returned", "kettle");
    String rule = make("boiling", "type = kettle", THRESHOLD);
    awaitScope(rule, 1);
    measure("returned", new Epoch(1, 5), "{\"t\":1}");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                registry
                    .column(
                        """
                        select epoch_offset::text from rule_state
                        where device_id = 'returned' and epoch_offset = 5
                        """)
                    .equals(List.of("5")));
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                !registry
                    .column(
                        """
                        update telemetry_latest set epoch_generation = null, epoch_offset = null
                        where device_id = 'returned' and epoch_generation is not null
                        returning device_id
                        """)
                    .isEmpty());

    // When
    measure("returned", new Epoch(1, 4), "{\"t\":98}");
    measure("returned", new Epoch(1, 5), "{\"t\":99}");

    // Then
    awaitStates("returned", "open");
    assertThat(of("returned").getFirst().getString("text")).isEqualTo("returned: t is 99");
  }

  @Test
  void isShownWhatWasSaidBeforeANewerSessionSpokeHoweverFarPresenceHasCome() {
    // Given
    device("ahead", "samovar");
    String rule = make("steaming", "type = samovar", THRESHOLD);
    awaitScope(rule, 1);
    Epoch first = open("ahead", "a1");
    Epoch second = open("ahead", "a2");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                registry
                    .column("select newest_offset::text from presence where device_id = 'ahead'")
                    .equals(List.of(Long.toString(second.offset()))));

    // When
    measure("ahead", first, "{\"t\":99}");

    // Then
    awaitStates("ahead", "open");
  }

  @Test
  void raisesWhenAMeasurementStaysAwayAndClearsWhenItComes() {
    // Given
    device("silent", "sensor");
    String rule =
        make("silent", "type = sensor", "{\"kind\":\"absence\",\"key\":\"t\",\"for\":\"4s\"}");
    awaitScope(rule, 1);

    // When
    awaitStates("silent", "open");
    measure("silent", new Epoch(1, 5), "{\"u\":1}");
    measure("silent", new Epoch(1, 5), "{\"t\":1}");

    // Then
    awaitStates("silent", "closed");

    // Then
    awaitStates("silent", "open", "closed");
  }

  @Test
  void raisesWhenAConditionHoldsThoughNothingMoreIsHeard() {
    // Given
    device("stuck", "heater");
    String rule =
        make(
            "stuck",
            "type = heater",
            "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">=\",\"value\":5,\"for\":\"2s\"}");
    awaitScope(rule, 1);

    // When
    measure("stuck", new Epoch(1, 5), "{\"t\":5}");

    // Then
    awaitStates("stuck", "open");
    assertThat(of("stuck").getFirst().getString("text")).isEqualTo("stuck: t is 5");
  }

  @Test
  void raisesForDevicesThatAreGoneAndForThoseThatFlap() {
    // Given
    device("gone", "mobile");
    String offline = make("gone", "type = mobile", "{\"kind\":\"offline\",\"for\":\"2s\"}");
    device("flapping", "shaky");
    String flapping =
        make(
            "flapping", "type = shaky", "{\"kind\":\"flapping\",\"sessions\":3,\"within\":\"1d\"}");
    awaitScope(offline, 1);
    awaitScope(flapping, 1);

    // When
    Epoch epoch = open("gone", "g1");
    close("gone", "g1", epoch);
    for (int i = 0; i < 3; i++) {
      close("flapping", "f" + i, open("flapping", "f" + i));
    }

    // Then
    awaitStates("flapping", "open");
    awaitStates("gone", "open");

    // When
    open("gone", "g2");

    // Then
    awaitStates("gone", "closed");
    awaitStates("flapping", "open");
  }

  @Test
  void followsDevicesIntoItsScopeAndOutOfIt() {
    // Given
    device("comes", "later");
    String rule = make("scoped", "tag.watched = yes", THRESHOLD);
    registry.request(
        HttpMethod.PATCH,
        "/api/v1/devices/comes",
        new JsonObject("{\"tags\":{\"watched\":\"yes\"}}"));
    awaitScope(rule, 1);
    measure("comes", new Epoch(1, 5), "{\"t\":81}");
    awaitStates("comes", "open");

    // When
    registry.request(
        HttpMethod.PATCH, "/api/v1/devices/comes", new JsonObject("{\"tags\":{\"watched\":null}}"));

    // Then
    awaitStates("comes", "closed");
    awaitScope(rule, 0);
  }

  @Test
  void isShownChangedAndKeptWithinItsTenant() {
    // Given
    String id = make("shown", "type = nothing", THRESHOLD);
    JsonObject changed =
        rule("shown", "type = nothing", "{\"kind\":\"offline\",\"for\":\"1d\"}")
            .put("enabled", false);

    // When
    JsonObject put = json(registry.request(HttpMethod.PUT, RULES + "/" + id, changed));

    // Then
    assertThat(put.getBoolean("enabled")).isFalse();
    assertThat(put.getJsonObject("condition"))
        .isEqualTo(new JsonObject("{\"kind\":\"offline\",\"for\":\"1d\"}"));
    assertThat(json(registry.request(HttpMethod.GET, RULES + "/" + id)).getString("updatedAt"))
        .isEqualTo(put.getString("updatedAt"));
    registry.createTenant("ruled");
    HttpResponse<Buffer> foreign =
        registry.request(
            HttpMethod.GET,
            RULES + "/" + id,
            Map.of("Fairlead-Tenant", "ruled"),
            Buffer.buffer(),
            RegistryFixture.ADMIN_KEY);
    assertThat(foreign.statusCode()).isEqualTo(404);
    for (String wrong :
        new String[] {
          "{\"kind\":\"absence\"}",
          "{\"kind\":\"threshold\",\"key\":\"t\",\"operator\":\">\",\"value\":\"x\"}",
          "{\"kind\":\"sometimes\"}"
        }) {
      assertThat(
              registry
                  .request(HttpMethod.POST, RULES, rule("wrong", "type = x", wrong))
                  .statusCode())
          .isEqualTo(400);
    }
    assertThat(
            registry
                .request(HttpMethod.POST, RULES, rule("wrong", "type =", THRESHOLD))
                .statusCode())
        .isEqualTo(400);
  }
}
