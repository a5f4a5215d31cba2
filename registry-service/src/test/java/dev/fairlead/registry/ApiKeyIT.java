package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.ApiKeyUse;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyIT {

  private static final String KEYS = "/api/v1/api-keys";
  private static final String DEVICES = "/api/v1/devices";
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

  private static HttpResponse<Buffer> as(String key, HttpMethod method, String path) {
    return registry.request(method, path, Map.of(), Buffer.buffer(), key);
  }

  private static HttpResponse<Buffer> make(String key, String body, Map<String, String> headers) {
    return registry.request(HttpMethod.POST, KEYS, headers, Buffer.buffer(body), key);
  }

  private static JsonObject make(String name, String role) {
    HttpResponse<Buffer> made =
        make(
            RegistryFixture.ADMIN_KEY,
            new JsonObject().put("name", name).put("role", role).encode(),
            JSON);
    assertThat(made.statusCode()).isEqualTo(201);
    return json(made);
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  @Test
  void makesKeyThatWorksAndShowsItOnce() {
    // When
    JsonObject made = make("dashboard", "viewer");

    // Then
    String key = made.getString("key");
    assertThat(key).startsWith(made.getString("prefix")).hasSize(46);
    awaitKnown(key);
    assertThat(made.getString("createdBy")).isEqualTo("admin");
    JsonObject listed = listed(made.getString("id"));
    made.remove("key");
    assertThat(listed).isEqualTo(made);
    assertThat(registry.heard(Topic.ACCESS))
        .noneMatch(
            record ->
                record.value() != null
                    && new String(record.requiredValue(), StandardCharsets.UTF_8).contains(key));
  }

  private static void awaitKnown(String key) {
    Awaitility.await().until(() -> as(key, HttpMethod.GET, DEVICES).statusCode() == 200);
  }

  private static JsonObject listed(String id) {
    JsonArray items =
        json(registry.request(HttpMethod.GET, KEYS + "?limit=1000")).getJsonArray("items");
    return items.stream()
        .map(JsonObject.class::cast)
        .filter(item -> item.getString("id").equals(id))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource({
    "viewer, GET, 200, 403",
    "operator, GET, 200, 403",
    "admin, GET, 200, 204",
  })
  void givesEachRoleItsRightsAndNoMore(String role, String method, int reading, int deleting) {
    // Given
    String key = make(role + " of the house", role).getString("key");
    awaitKnown(key);
    String device = "of-" + role;
    registry.createDevice(device);

    // When
    HttpResponse<Buffer> read = as(key, HttpMethod.valueOf(method), DEVICES + "/" + device);
    HttpResponse<Buffer> deleted = as(key, HttpMethod.DELETE, DEVICES + "/" + device);

    // Then
    assertThat(read.statusCode()).isEqualTo(reading);
    assertThat(deleted.statusCode()).isEqualTo(deleting);
  }

  @Test
  void givesNobodyMoreThanTheMakerHas() {
    // Given
    String admin = make("an admin", "admin").getString("key");
    String operator = make("an operator", "operator").getString("key");
    JsonObject platform = make("a platform admin", "platform");
    awaitKnown(admin);
    awaitKnown(operator);
    awaitKnown(platform.getString("key"));

    // Then
    assertThat(problem(make(admin, "{\"name\":\"more\",\"role\":\"platform\"}", JSON)))
        .isEqualTo("403 forbidden");
    assertThat(problem(make(operator, "{\"name\":\"more\",\"role\":\"viewer\"}", JSON)))
        .isEqualTo("403 forbidden");
    assertThat(problem(as(admin, HttpMethod.DELETE, KEYS + "/" + platform.getString("id"))))
        .isEqualTo("403 forbidden");
    assertThat(as(platform.getString("key"), HttpMethod.GET, DEVICES).statusCode()).isEqualTo(200);
  }

  @Test
  void takesKeyBackBeforeItAnswers() {
    // Given
    JsonObject made = make("to go", "viewer");
    String path = KEYS + "/" + made.getString("id");

    // When
    HttpResponse<Buffer> deleted = registry.request(HttpMethod.DELETE, path);

    // Then
    assertThat(deleted.statusCode()).isEqualTo(204);
    Awaitility.await()
        .until(() -> as(made.getString("key"), HttpMethod.GET, DEVICES).statusCode() == 401);
    assertThat(problem(registry.request(HttpMethod.DELETE, path)))
        .isEqualTo("404 api-key-not-found");
  }

  @Test
  void leavesTheOperatorsKeyWhereItIsSet() {
    // When
    HttpResponse<Buffer> deleted = registry.request(HttpMethod.DELETE, KEYS + "/admin");

    // Then
    assertThat(problem(deleted)).isEqualTo("403 forbidden");
    assertThat(registry.request(HttpMethod.GET, DEVICES).statusCode()).isEqualTo(200);
  }

  @Test
  void keepsTenantsApart() {
    // Given
    registry.createTenant("acme");
    String own = make("of the default tenant", "admin").getString("id");
    HttpResponse<Buffer> made =
        make(
            RegistryFixture.ADMIN_KEY,
            "{\"name\":\"of acme\",\"role\":\"admin\"}",
            Map.of("Content-Type", "application/json", "Fairlead-Tenant", "acme"));
    String acme = json(made).getString("key");
    awaitKnown(acme);

    // Then
    JsonArray seen = json(as(acme, HttpMethod.GET, KEYS)).getJsonArray("items");
    assertThat(seen).hasSize(1);
    assertThat(problem(as(acme, HttpMethod.DELETE, KEYS + "/" + own)))
        .isEqualTo("404 api-key-not-found");
    assertThat(
            problem(
                registry.request(
                    HttpMethod.GET,
                    KEYS,
                    Map.of("Fairlead-Tenant", "default"),
                    Buffer.buffer(),
                    acme)))
        .isEqualTo("403 forbidden");
  }

  @Test
  void tellsWhenItWasUsedLast() {
    // Given
    Instant before = Instant.now();
    JsonObject made = make("in use", "viewer");
    String id = made.getString("id");
    assertThat(listed(id).getString("lastUsedAt")).isNull();

    // When
    awaitKnown(made.getString("key"));

    // Then
    String used =
        Awaitility.await().until(() -> listed(id).getString("lastUsedAt"), Objects::nonNull);
    assertThat(Instant.parse(used)).isBetween(before, Instant.now());

    // When
    Instant late = Instant.parse(used).minusSeconds(60);
    registry.send(new ApiKeyUse(TenantId.DEFAULT, id, late).toRecord());
    Instant later = Instant.parse(used).plusSeconds(60);
    registry.send(new ApiKeyUse(new TenantId("stranger"), id, later.plusSeconds(60)).toRecord());
    registry.send(new ApiKeyUse(TenantId.DEFAULT, id, later).toRecord());
    registry.send(new ApiKeyUse(TenantId.DEFAULT, id, late).toRecord());

    // Then
    Awaitility.await().until(() -> listed(id).getString("lastUsedAt"), later.toString()::equals);
  }

  @Test
  void opensNothingOnceItHasRunOut() {
    // Given
    Instant soon = Instant.now().plusSeconds(2);

    // When
    String key =
        json(make(
                RegistryFixture.ADMIN_KEY,
                "{\"name\":\"short\",\"role\":\"viewer\",\"expiresAt\":\"" + soon + "\"}",
                JSON))
            .getString("key");

    // Then
    Awaitility.await().until(() -> as(key, HttpMethod.GET, DEVICES).statusCode() == 401);
    assertThat(Instant.now()).isAfterOrEqualTo(soon);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\":\"\",\"role\":\"viewer\"}",
        "{\"name\":\"x\",\"role\":\"king\"}",
        "{\"name\":\"x\",\"role\":\"viewer\",\"expiresAt\":\"yesterday\"}",
        "{\"name\":\"x\",\"role\":\"viewer\",\"expiresAt\":\"2001-01-01T00:00:00Z\"}",
        "{\"name\":\"x\",\"role\":\"viewer\",\"more\":1}"
      })
  void refusesWhatDoesNotMatchTheContract(String body) {
    assertThat(problem(make(RegistryFixture.ADMIN_KEY, body, JSON)))
        .isEqualTo("400 validation-failed");
  }

  @Test
  void pagesThroughAllKeys() {
    // Given
    make("one", "viewer");
    make("two", "viewer");
    make("three", "viewer");

    // When
    List<String> ids = new ArrayList<>();
    String cursor = "";
    while (cursor != null) {
      JsonObject page = json(registry.request(HttpMethod.GET, KEYS + "?limit=2" + cursor));
      page.getJsonArray("items").forEach(item -> ids.add(((JsonObject) item).getString("id")));
      String next = page.getString("next");
      cursor = next == null ? null : "&cursor=" + next;
    }

    // Then
    assertThat(ids).isSorted().doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(4);
  }
}
