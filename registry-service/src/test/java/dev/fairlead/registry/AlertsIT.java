package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
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

class AlertsIT {

  private static final String ALERTS = "/api/v1/alerts";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static BusRecord said(
      String tenant, String device, Epoch epoch, long millis, String body) {
    return new DeviceMessage(
            DeviceMessage.Type.ALERT,
            DeviceKey.of(tenant, device),
            new SessionId("s"),
            epoch,
            millis,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Headers.JSON,
            body.getBytes(StandardCharsets.UTF_8))
        .toRecord();
  }

  private static void raise(String device, String code, String severity, long millis) {
    registry.send(
        said(
            "default",
            device,
            new Epoch(1, 1),
            millis,
            "{\"code\":\"%s\",\"severity\":\"%s\",\"text\":\"Too hot\",\"state\":\"raised\"}"
                .formatted(code, severity)));
  }

  private static void clear(String device, String code, long millis) {
    registry.send(
        said(
            "default",
            device,
            new Epoch(1, 1),
            millis,
            "{\"code\":\"%s\",\"state\":\"cleared\"}".formatted(code)));
  }

  private static HttpResponse<Buffer> as(String key, HttpMethod method, String path, String body) {
    return registry.request(
        method, path, body.isEmpty() ? Map.of() : JSON, Buffer.buffer(body), key);
  }

  private static HttpResponse<Buffer> get(String path) {
    return registry.request(HttpMethod.GET, path);
  }

  private static HttpResponse<Buffer> post(String path, String body) {
    return as(RegistryFixture.ADMIN_KEY, HttpMethod.POST, path, body);
  }

  private static List<JsonObject> items(HttpResponse<Buffer> answer) {
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(200);
    return json(answer).getJsonArray("items").stream().map(JsonObject.class::cast).toList();
  }

  private static List<JsonObject> of(String device) {
    return items(get("/api/v1/devices/" + device + "/alerts"));
  }

  private static void awaitAlerts(String device, int number) {
    Awaitility.await().atMost(TIMEOUT).until(() -> of(device).size() == number);
  }

  private static void awaitState(String device, String... newestFirst) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(of(device))
                    .extracting(alert -> alert.getString("state"))
                    .containsExactly(newestFirst));
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  /// What the feed tells of the alerts of a device.
  private static List<String> told(String device) {
    return registry.column(
        """
        select kind || ' ' || coalesce(data ->> 'reason', '-') from change
        where device = '%s' and kind like 'alert.%%'
        order by xid, id
        """
            .formatted(device));
  }

  private static long open(String device) {
    return Long.parseLong(
        registry
            .column("select alerts_open::text from presence where device_id = '" + device + "'")
            .getFirst());
  }

  @Test
  void keepsWhatEndedAndCountsWhatComesAgain() {
    // Given
    registry.createDevice("worn");

    // When
    raise("worn", "hot", "warning", 1_000);
    raise("worn", "hot", "critical", 3_000);
    raise("worn", "hot", "critical", 3_000);
    clear("worn", "hot", 4_000);
    raise("worn", "hot", "info", 5_000);

    // Then
    awaitState("worn", "open", "closed");
    JsonObject second = of("worn").getFirst();
    JsonObject first = of("worn").getLast();
    assertThat(first.getInteger("occurrences")).isEqualTo(2);
    assertThat(first.getString("severity")).isEqualTo("critical");
    assertThat(first.getString("raisedAt")).isEqualTo("1970-01-01T00:00:01Z");
    assertThat(first.getString("lastRaisedAt")).isEqualTo("1970-01-01T00:00:03Z");
    assertThat(first.getJsonObject("closed"))
        .isEqualTo(
            new JsonObject()
                .put("at", "1970-01-01T00:00:04Z")
                .put("reason", "cleared")
                .putNull("by"));
    assertThat(second.getInteger("occurrences")).isEqualTo(1);
    assertThat(second.getString("id")).isNotEqualTo(first.getString("id"));
    assertThat(registry.device("worn").getJsonArray("alerts")).containsExactly(second);
    assertThat(open("worn")).isEqualTo(1);
    assertThat(told("worn")).startsWith("alert.raised -").endsWith("alert.raised -");
    assertThat(told("worn")).containsOnlyOnce("alert.cleared cleared");
  }

  @Test
  void takesNothingFromSessionsThatAreReplaced() {
    // Given
    registry.createDevice("replaced");
    registry.send(
        said(
            "default",
            "replaced",
            new Epoch(1, 9),
            1_000,
            "{\"code\":\"new\",\"severity\":\"info\",\"text\":\"t\",\"state\":\"raised\"}"));

    // When
    raise("replaced", "late", "info", 2_000);
    clear("replaced", "new", 2_000);
    registry.send(
        said(
            "default",
            "replaced",
            new Epoch(1, 9),
            3_000,
            "{\"code\":\"last\",\"severity\":\"info\",\"text\":\"t\",\"state\":\"raised\"}"));

    // Then
    awaitAlerts("replaced", 2);
    assertThat(of("replaced"))
        .extracting(alert -> alert.getString("code"))
        .containsExactly("last", "new");
    assertThat(of("replaced")).allMatch(alert -> alert.getString("state").equals("open"));
  }

  @Test
  void isAcknowledgedCommentedAndClosedByPeople() {
    // Given
    registry.createDevice("treated");
    raise("treated", "hot", "warning", 1_000);
    awaitAlerts("treated", 1);
    String path = ALERTS + "/" + of("treated").getFirst().getString("id");

    // When
    JsonObject seen = json(post(path + "/acknowledge", ""));
    JsonObject seenAgain = json(post(path + "/acknowledge", ""));
    JsonObject said = json(post(path + "/comments", "{\"text\":\"On its way\"}"));
    long openBefore = open("treated");
    JsonObject closed = json(post(path + "/close", ""));

    // Then
    assertThat(seen.getString("state")).isEqualTo("acknowledged");
    assertThat(seen.getJsonObject("acknowledged").getString("by")).isNotEmpty();
    assertThat(seenAgain).isEqualTo(seen);
    assertThat(said.getJsonArray("comments").getJsonObject(0).getString("text"))
        .isEqualTo("On its way");
    assertThat(openBefore).isEqualTo(1);
    assertThat(closed.getString("state")).isEqualTo("closed");
    assertThat(closed.getJsonObject("closed").getString("reason")).isEqualTo("by-hand");
    assertThat(closed.getJsonObject("closed").getString("by")).isNotEmpty();
    assertThat(open("treated")).isZero();
    assertThat(problem(post(path + "/close", ""))).isEqualTo("409 alert-closed");
    assertThat(problem(post(path + "/acknowledge", ""))).isEqualTo("409 alert-closed");
    assertThat(json(post(path + "/comments", "{\"text\":\"Done\"}")).getJsonArray("comments"))
        .hasSize(2);
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(registry.audited("target=" + path))
                    .extracting(entry -> entry.getString("action"))
                    .contains("acknowledgeAlert", "commentAlert", "closeAlert"));

    // When
    raise("treated", "hot", "warning", 9_000);

    // Then
    awaitState("treated", "open", "closed");
    assertThat(told("treated"))
        .containsExactly("alert.raised -", "alert.cleared by-hand", "alert.raised -");
  }

  @Test
  void listsTheNewestFirstInPagesByWhatIsAskedFor() {
    // Given
    for (String device : List.of("list-a", "list-b")) {
      registry.request(
          HttpMethod.POST,
          "/api/v1/devices",
          new JsonObject().put("id", device).put("type", device.replace("list-", "kind-")));
    }
    for (int i = 0; i < 5; i++) {
      raise("list-a", "page-" + i, i % 2 == 0 ? "info" : "critical", 10_000 + i);
    }
    raise("list-b", "page-0", "info", 20_000);
    clear("list-a", "page-4", 30_000);
    awaitAlerts("list-a", 5);
    awaitAlerts("list-b", 1);
    Awaitility.await().atMost(TIMEOUT).until(() -> open("list-a") == 4);

    // When
    String query = ALERTS + "?device=list-a&limit=2&state=open&state=acknowledged";
    JsonObject first = json(get(query));
    JsonObject second = json(get(query + "&cursor=" + first.getString("next")));

    // Then
    assertThat(first.getJsonArray("items"))
        .extracting(alert -> ((JsonObject) alert).getString("code"))
        .containsExactly("page-3", "page-2");
    assertThat(second.getJsonArray("items"))
        .extracting(alert -> ((JsonObject) alert).getString("code"))
        .containsExactly("page-1", "page-0");
    assertThat(second.getString("next")).isNull();
    assertThat(problem(get(ALERTS + "?limit=2&cursor=" + first.getString("next"))))
        .isEqualTo("400 bad-cursor");
    assertThat(items(get(ALERTS + "?device=list-a&state=closed")))
        .extracting(alert -> alert.getString("code"))
        .containsExactly("page-4");
    assertThat(items(get(ALERTS + "?code=page-0")))
        .extracting(alert -> alert.getString("deviceId"))
        .containsExactly("list-b", "list-a");
    assertThat(items(get(ALERTS + "?severity=critical&filter=type%20%3D%20kind-a"))).hasSize(2);
    assertThat(items(get(ALERTS + "?filter=type%20%3D%20kind-b"))).hasSize(1);
    assertThat(
            items(
                get(
                    "/api/v1/devices?filter=alert%20%3D%20page-4%20or%20(type%20%3D%20kind-a%20and%20"
                        + "not%20exists(alert))")))
        .as("devices by alerts that are closed")
        .isEmpty();
  }

  @Test
  void shows404ForWhatIsNotThere() {
    // Given
    String nobodys = ALERTS + "/00000000-0000-4000-8000-000000000000";

    // Then
    assertThat(problem(get(nobodys))).isEqualTo("404 alert-not-found");
    for (String act : List.of("acknowledge", "close")) {
      assertThat(problem(post(nobodys + "/" + act, ""))).isEqualTo("404 alert-not-found");
    }
    assertThat(problem(post(nobodys + "/comments", "{\"text\":\"t\"}")))
        .isEqualTo("404 alert-not-found");
    assertThat(problem(get("/api/v1/devices/nobody/alerts"))).isEqualTo("404 device-not-found");
    assertThat(problem(post(nobodys + "/comments", "{\"text\":\"" + "x".repeat(2001) + "\"}")))
        .isEqualTo("400 validation-failed");
  }

  @Test
  void keepsKeysToTheirGroupAndTenantsApart() {
    // Given
    registry.createDevice("inside");
    registry.createDevice("outside");
    post("/api/v1/groups", "{\"id\":\"kept\"}");
    post("/api/v1/groups/kept/devices", "{\"add\":[\"inside\"]}");
    raise("inside", "kept-code", "info", 1_000);
    raise("outside", "kept-code", "info", 2_000);
    awaitAlerts("inside", 1);
    awaitAlerts("outside", 1);
    String key =
        json(post("/api/v1/api-keys", "{\"name\":\"k\",\"role\":\"operator\",\"group\":\"kept\"}"))
            .getString("key");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> as(key, HttpMethod.GET, ALERTS, "").statusCode() == 200);
    registry.createTenant("strangers");
    String theirs = ALERTS + "/" + of("outside").getFirst().getString("id");
    String own = ALERTS + "/" + of("inside").getFirst().getString("id");

    // When
    List<JsonObject> listed = items(as(key, HttpMethod.GET, ALERTS, ""));
    List<JsonObject> grouped = items(get(ALERTS + "?group=kept"));
    HttpResponse<Buffer> closed = as(key, HttpMethod.POST, theirs + "/close", "");
    HttpResponse<Buffer> shown = as(key, HttpMethod.GET, theirs, "");
    HttpResponse<Buffer> acknowledged = as(key, HttpMethod.POST, own + "/acknowledge", "");
    HttpResponse<Buffer> stranger =
        registry.request(
            HttpMethod.GET,
            own,
            Map.of("Fairlead-Tenant", "strangers"),
            Buffer.buffer(),
            RegistryFixture.ADMIN_KEY);

    // Then
    assertThat(listed).extracting(alert -> alert.getString("deviceId")).containsExactly("inside");
    assertThat(grouped).extracting(alert -> alert.getString("deviceId")).containsExactly("inside");
    assertThat(problem(closed)).isEqualTo("404 alert-not-found");
    assertThat(problem(shown)).isEqualTo("404 alert-not-found");
    assertThat(acknowledged.statusCode()).isEqualTo(200);
    assertThat(problem(stranger)).isEqualTo("404 alert-not-found");
    assertThat(problem(as(key, HttpMethod.GET, "/api/v1/devices/outside/alerts", "")))
        .isEqualTo("404 device-not-found");
    assertThat(problem(as(key, HttpMethod.GET, "/api/v1/rules", ""))).isEqualTo("403 forbidden");
    assertThat(json(as(key, HttpMethod.GET, "/api/v1/device-counts?by=group", "")))
        .isEqualTo(
            new JsonObject(
                """
                {"total":1,"green":0,"red":0,"grey":1,"more":false,"indexed":true,
                 "items":[{"key":"kept","total":1,"green":0,"red":0,"grey":1}]}"""));
  }
}
