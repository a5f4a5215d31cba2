package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.DevicesMessage;
import dev.fairlead.bus.message.TypeChange;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Types of devices by the API, and what their schemas refuse.
class DeviceTypeIT {

  private static final String TYPES = "/api/v1/device-types";
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Epoch EPOCH = new Epoch(1, 5);
  private static final JsonObject SCHEMAS =
      new JsonObject(
          """
          {"telemetry":{"properties":{"t":{"type":"number","maximum":100}}},
           "reported":{"properties":{"mode":{"enum":["day","night"]}}},
           "desired":{"properties":{"interval":{"type":"integer","minimum":10}},
                      "additionalProperties":false},
           "commands":{"reboot":{"type":"null"}}}
          """);

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    registry.heard(Topic.DEVICES);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static HttpResponse<Buffer> put(
      String type, JsonObject schemas, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.put("Content-Type", "application/json");
    return registry.request(
        HttpMethod.PUT,
        TYPES + "/" + type,
        all,
        new JsonObject().put("title", "A type").put("schemas", schemas).toBuffer(),
        RegistryFixture.ADMIN_KEY);
  }

  private static JsonObject defined(String type, JsonObject schemas) {
    HttpResponse<Buffer> response = put(type, schemas, Map.of());
    assertThat(response.statusCode()).as(response.bodyAsString()).isEqualTo(200);
    return json(response);
  }

  private static void device(String id, String type) {
    registry.request(
        HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", id).put("type", type));
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

  private static void measure(String device, String body) {
    send(DeviceMessage.Type.TELEMETRY, device, EPOCH, body);
  }

  private static void report(String device, String body) {
    send(DeviceMessage.Type.STATUS, device, EPOCH, body);
  }

  private static List<JsonObject> rejects(String device) {
    return json(registry.request(HttpMethod.GET, "/api/v1/devices/" + device + "/rejects"))
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private static JsonObject awaitReject(String device, String sort, long count) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                rejects(device).stream()
                    .anyMatch(
                        one ->
                            one.getString("sort").equals(sort) && one.getLong("count") == count));
    return rejects(device).stream()
        .filter(one -> one.getString("sort").equals(sort))
        .findFirst()
        .orElseThrow();
  }

  private static JsonObject measured(String device) {
    return registry.device(device).getJsonObject("telemetry").getJsonObject("values");
  }

  private static void awaitMeasured(String device, String key, Object value) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                measured(device).containsKey(key)
                    && value.equals(measured(device).getJsonObject(key).getValue("value")));
  }

  private static String problem(HttpResponse<Buffer> response) {
    return json(response).getString("type").replaceAll(".*/", "");
  }

  private static List<TypeChange> told(String type) {
    return registry.heard(Topic.DEVICES).stream()
        .filter(record -> record.key().endsWith("/type:" + type))
        .map(record -> (TypeChange) DevicesMessage.decode(record))
        .toList();
  }

  private static String cursor() {
    return json(registry.request(HttpMethod.GET, "/api/v1/changes")).getString("next");
  }

  private static List<JsonObject> refusals(String cursor, String device) {
    return json(
            registry.request(
                HttpMethod.GET, "/api/v1/changes?limit=1000&kind=device.rejected&cursor=" + cursor))
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .filter(event -> device.equals(event.getString("subject")))
        .toList();
  }

  @Test
  void keepsTypesByNameAndVersion() {
    // When
    HttpResponse<Buffer> first = put("versioned", SCHEMAS, Map.of("If-Match", "0"));
    HttpResponse<Buffer> same = put("versioned", SCHEMAS, Map.of("If-Match", "\"1\""));
    HttpResponse<Buffer> second = put("versioned", new JsonObject(), Map.of("If-Match", "*"));
    HttpResponse<Buffer> stale = put("versioned", SCHEMAS, Map.of("If-Match", "\"1\""));
    HttpResponse<Buffer> read = registry.request(HttpMethod.GET, TYPES + "/versioned");

    // Then
    assertThat(first.statusCode()).as(first.bodyAsString()).isEqualTo(200);
    assertThat(first.getHeader("ETag")).isEqualTo("\"1\"");
    assertThat(json(first).getJsonObject("schemas")).isEqualTo(SCHEMAS);
    assertThat(json(first).getJsonArray("checks"))
        .isEqualTo(JsonArray.of("commands", "desired", "reported", "telemetry"));
    assertThat(json(same)).isEqualTo(json(first));
    assertThat(second.getHeader("ETag")).isEqualTo("\"2\"");
    assertThat(stale.statusCode()).isEqualTo(412);
    assertThat(problem(stale)).isEqualTo("version-conflict");
    assertThat(json(read)).isEqualTo(json(second));
    assertThat(read.getHeader("ETag")).isEqualTo("\"2\"");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                registry.audited("action=putDeviceType").stream()
                        .filter(
                            entry -> entry.getString("target", "").endsWith(TYPES + "/versioned"))
                        .count()
                    >= 3);
  }

  @Test
  void listsTypesPageByPageWithoutTheirSchemas() {
    // Given
    defined("zz-1", SCHEMAS);
    defined("zz-2", new JsonObject());
    defined("zz%2F3%20x", new JsonObject());

    // When
    JsonObject all = json(registry.request(HttpMethod.GET, TYPES + "?limit=1000"));
    JsonObject one = json(registry.request(HttpMethod.GET, TYPES + "?limit=1"));
    JsonObject next =
        json(registry.request(HttpMethod.GET, TYPES + "?limit=1&cursor=" + one.getString("next")));

    // Then
    assertThat(all.getJsonArray("items"))
        .extracting(item -> ((JsonObject) item).getString("type"))
        .contains("zz-1", "zz-2", "zz/3 x")
        .isSorted();
    assertThat(all.getJsonArray("items").getJsonObject(0).containsKey("schemas")).isFalse();
    assertThat(next.getJsonArray("items").getJsonObject(0))
        .isEqualTo(all.getJsonArray("items").getJsonObject(1));
  }

  @Test
  void refusesWhatIsNoSchemaAndSaysWhere() {
    // When
    HttpResponse<Buffer> keyword =
        put("refused", new JsonObject("{\"telemetry\":{\"minimun\":3}}"), Map.of());
    HttpResponse<Buffer> pattern =
        put(
            "refused",
            new JsonObject("{\"commands\":{\"a/b\":{\"pattern\":\"(a)\\\\1\"}}}"),
            Map.of());
    HttpResponse<Buffer> part = put("refused", new JsonObject("{\"telemetri\":{}}"), Map.of());

    // Then
    assertThat(keyword.statusCode()).isEqualTo(400);
    assertThat(json(keyword).getJsonArray("errors").getJsonObject(0).getString("pointer"))
        .isEqualTo("/schemas/telemetry/minimun");
    assertThat(json(pattern).getJsonArray("errors").getJsonObject(0).getString("pointer"))
        .isEqualTo("/schemas/commands/a~1b/pattern");
    assertThat(part.statusCode()).isEqualTo(400);
    assertThat(registry.request(HttpMethod.GET, TYPES + "/refused").statusCode()).isEqualTo(404);
  }

  @Test
  void tellsTheBusOfTypes() {
    // When
    defined("told", SCHEMAS);
    defined("told", new JsonObject());
    int deleted = registry.request(HttpMethod.DELETE, TYPES + "/told").statusCode();
    HttpResponse<Buffer> gone = registry.request(HttpMethod.DELETE, TYPES + "/told");

    // Then
    assertThat(deleted).isEqualTo(204);
    assertThat(problem(gone)).isEqualTo("device-type-not-found");
    Awaitility.await().atMost(TIMEOUT).until(() -> told("told").size() == 3);
    TypeChange.Defined first = (TypeChange.Defined) told("told").get(0);
    TypeChange.Defined second = (TypeChange.Defined) told("told").get(1);
    assertThat(first.tenant()).isEqualTo(TenantId.DEFAULT);
    assertThat(new JsonObject(first.schemas())).isEqualTo(SCHEMAS);
    assertThat(first.version()).isEqualTo(1);
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.revision()).isGreaterThan(first.revision());
    assertThat(told("told").get(2)).isInstanceOf(TypeChange.Deleted.class);
  }

  @Test
  void forgetsTheTypesOfATenantThatIsDeleted() {
    // Given
    String tenant = "t-" + UUID.randomUUID();
    registry.createTenant(tenant);
    JsonObject type = new JsonObject().put("schemas", SCHEMAS);
    registry.requestIn(tenant, HttpMethod.PUT, TYPES + "/orphan", type);
    HttpResponse<Buffer> elsewhere = registry.request(HttpMethod.GET, TYPES + "/orphan");

    // When
    registry.request(HttpMethod.DELETE, "/api/v1/tenants/" + tenant);

    // Then
    assertThat(elsewhere.statusCode()).isEqualTo(404);
    Awaitility.await().atMost(TIMEOUT).until(() -> told("orphan").size() == 2);
    assertThat(told("orphan").getLast()).isInstanceOf(TypeChange.Deleted.class);
    assertThat(told("orphan").getLast().tenant().value()).isEqualTo(tenant);
  }

  @Test
  void refusesWhatADeviceMustNotBeLike() {
    // Given
    defined("desiring", SCHEMAS);
    device("desiring-1", "desiring");
    String path = "/api/v1/devices/desiring-1/twin/desired";
    registry.request(HttpMethod.PUT, path, new JsonObject().put("interval", 20));

    // When
    HttpResponse<Buffer> less =
        registry.request(HttpMethod.PATCH, path, new JsonObject().put("interval", 3));
    HttpResponse<Buffer> more =
        registry.request(
            HttpMethod.PUT, path, new JsonObject().put("interval", 20).put("colour", "red"));

    // Then
    assertThat(less.statusCode()).isEqualTo(422);
    assertThat(problem(less)).isEqualTo("schema-violation");
    assertThat(json(less).getJsonArray("errors"))
        .isEqualTo(
            JsonArray.of(
                new JsonObject()
                    .put("pointer", "/interval")
                    .put("message", "it must be at least 10")));
    assertThat(json(more).getJsonArray("errors").getJsonObject(0).getString("pointer"))
        .isEqualTo("/colour");
    JsonObject desired =
        json(registry.request(HttpMethod.GET, "/api/v1/devices/desiring-1/twin"))
            .getJsonObject("desired");
    assertThat(desired.getLong("version")).isEqualTo(1);
    assertThat(desired.getJsonObject("document").getInteger("interval")).isEqualTo(20);

    // When
    defined("desiring", new JsonObject());
    HttpResponse<Buffer> allowed =
        registry.request(HttpMethod.PATCH, path, new JsonObject().put("interval", 3));

    // Then
    assertThat(allowed.statusCode()).isEqualTo(200);
  }

  @Test
  void takesNoMeasurementThatATypeRefusesAndShowsIt() {
    // Given
    defined("measuring", SCHEMAS);
    device("measuring-1", "measuring");
    device("free-1", "of-no-type");
    String cursor = cursor();
    double before = counted("telemetry");

    // When
    measure("measuring-1", "{\"t\":20,\"u\":1}");
    measure("measuring-1", "{\"t\":200,\"u\":2}");
    measure("measuring-1", "{\"t\":\"" + "x".repeat(5000) + "\"}");
    measure("free-1", "{\"t\":200}");

    // Then
    JsonObject reject = awaitReject("measuring-1", "telemetry", 2);
    assertThat(reject.getJsonArray("errors"))
        .isEqualTo(
            JsonArray.of(
                new JsonObject()
                    .put("pointer", "/t")
                    .put("message", "it must be of the type number")));
    assertThat(reject.getString("document")).hasSize(4096).startsWith("{\"t\":\"xxx");
    assertThat(reject.getBoolean("cut")).isTrue();
    assertThat(reject.getInstant("firstAt")).isBeforeOrEqualTo(reject.getInstant("lastAt"));
    awaitMeasured("free-1", "t", 200);
    awaitMeasured("measuring-1", "t", 20);
    awaitMeasured("measuring-1", "u", 1);
    assertThat(rejects("free-1")).isEmpty();
    assertThat(counted("telemetry") - before).isGreaterThanOrEqualTo(2);
    Awaitility.await().atMost(TIMEOUT).until(() -> !refusals(cursor, "measuring-1").isEmpty());
    assertThat(refusals(cursor, "measuring-1").getFirst().getJsonObject("data").getString("sort"))
        .isEqualTo("telemetry");
  }

  private static double counted(String sort) {
    return registry.meters().counter("registry.schema.rejected", "sort", sort).count();
  }

  @Test
  void takesNoReportThatWouldMakeTheDocumentBreakTheSchema() {
    // Given
    defined("reporting", SCHEMAS);
    device("reporting-1", "reporting");

    // When
    report("reporting-1", "{\"mode\":\"day\",\"a\":1}");
    report("reporting-1", "{\"mode\":\"dusk\",\"a\":2}");
    report("reporting-1", "{\"b\":3}");

    // Then
    JsonObject reject = awaitReject("reporting-1", "reported", 1);
    assertThat(new JsonObject(reject.getString("document")))
        .isEqualTo(new JsonObject().put("mode", "dusk").put("a", 2));
    assertThat(reject.getBoolean("cut")).isFalse();
    assertThat(reject.getJsonArray("errors").getJsonObject(0).getString("pointer"))
        .isEqualTo("/mode");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> registry.device("reporting-1").getJsonObject("reported").containsKey("b"));
    assertThat(registry.device("reporting-1").getJsonObject("reported"))
        .isEqualTo(new JsonObject().put("mode", "day").put("a", 1).put("b", 3));
  }

  @Test
  void raisesNoAlertByAMeasurementThatATypeRefuses() {
    // Given
    defined("ruled", SCHEMAS);
    device("ruled-1", "ruled");
    JsonObject rule =
        new JsonObject(
            """
            {"name":"hot","filter":"type = ruled",
             "condition":{"kind":"threshold","key":"t","operator":">","value":50},
             "alert":{"code":"hot","severity":"info","text":"{value}"}}
            """);
    registry.request(HttpMethod.POST, "/api/v1/rules", rule);
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                !registry
                    .column("select rule_id from rule_state where device_id = 'ruled-1'")
                    .isEmpty());

    // When
    measure("ruled-1", "{\"t\":500}");
    awaitReject("ruled-1", "telemetry", 1);
    measure("ruled-1", "{\"t\":60}");

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> !registry.device("ruled-1").getJsonArray("alerts").isEmpty());
    assertThat(registry.device("ruled-1").getJsonArray("alerts").getJsonObject(0).getString("text"))
        .isEqualTo("60");
  }

  @Test
  void tellsTheFeedOnceAnHourAndAnewAfterAReset() {
    // Given
    defined("noisy", SCHEMAS);
    device("noisy-1", "noisy");
    String cursor = cursor();

    // When
    for (int count = 1; count <= 3; count++) {
      measure("noisy-1", "{\"t\":101}");
      awaitReject("noisy-1", "telemetry", count);
    }
    Awaitility.await().atMost(TIMEOUT).until(() -> refusals(cursor, "noisy-1").size() == 1);
    registry.column(
        "update telemetry_reject set told_at = told_at - interval '1 hour'"
            + " where device_id = 'noisy-1' returning device_id");
    measure("noisy-1", "{\"t\":101}");

    // Then
    awaitReject("noisy-1", "telemetry", 4);
    Awaitility.await().atMost(TIMEOUT).until(() -> refusals(cursor, "noisy-1").size() == 2);

    // When
    int reset = registry.request(HttpMethod.DELETE, "/api/v1/devices/noisy-1/rejects").statusCode();

    // Then
    assertThat(reset).isEqualTo(204);
    assertThat(rejects("noisy-1")).isEmpty();

    // When
    measure("noisy-1", "{\"t\":101}");

    // Then
    awaitReject("noisy-1", "telemetry", 1);
    Awaitility.await().atMost(TIMEOUT).until(() -> refusals(cursor, "noisy-1").size() == 3);
    assertThat(refusals(cursor, "noisy-1"))
        .extracting(event -> event.getJsonObject("data").getLong("count"))
        .containsExactly(1L, 4L, 1L);
  }

  @Test
  void countsNothingTwiceAfterARestart() {
    // Given
    defined("restarted", SCHEMAS);
    device("restarted-1", "restarted");
    measure("restarted-1", "{\"t\":101}");
    report("restarted-1", "{\"mode\":1}");
    awaitReject("restarted-1", "telemetry", 1);
    awaitReject("restarted-1", "reported", 1);

    // When
    registry.stop();
    registry.start(UnaryOperator.identity());
    measure("restarted-1", "{\"t\":7}");
    report("restarted-1", "{\"mode\":\"day\"}");

    // Then
    awaitMeasured("restarted-1", "t", 7);
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> registry.device("restarted-1").getJsonObject("reported").containsKey("mode"));
    assertThat(rejects("restarted-1"))
        .extracting(reject -> reject.getLong("count"))
        .containsExactly(1L, 1L);
  }

  @Test
  void letsAllPassWhereTheSchemasOfATypeAreNotUnderstoodAnyMore() {
    // Given
    defined("antique", SCHEMAS);
    device("antique-1", "antique");
    registry.column(
        "update device_type_definition set schemas = '{\"telemetry\":{\"colour\":1}}',"
            + " revision = nextval('device_type_revision') where type = 'antique' returning type");

    // When
    measure("antique-1", "{\"t\":101}");

    // Then
    awaitMeasured("antique-1", "t", 101);
    assertThat(rejects("antique-1")).isEmpty();
    assertThat(registry.meters().counter("registry.schema.broken").count()).isPositive();
  }

  @Test
  void showsRejectsOfDevicesThatExist() {
    // Given
    String path = "/api/v1/devices/no-such-device/rejects";

    // Then
    assertThat(problem(registry.request(HttpMethod.GET, path))).isEqualTo("device-not-found");
    assertThat(problem(registry.request(HttpMethod.DELETE, path))).isEqualTo("device-not-found");
  }

  @Test
  void forgetsRejectsWithTheirDevice() {
    // Given
    defined("passing", SCHEMAS);
    device("passing-1", "passing");
    measure("passing-1", "{\"t\":101}");
    report("passing-1", "{\"mode\":1}");
    awaitReject("passing-1", "telemetry", 1);
    awaitReject("passing-1", "reported", 1);

    // When
    registry.request(HttpMethod.DELETE, "/api/v1/devices/passing-1");
    device("passing-1", "passing");

    // Then
    assertThat(rejects("passing-1")).isEmpty();
  }
}
