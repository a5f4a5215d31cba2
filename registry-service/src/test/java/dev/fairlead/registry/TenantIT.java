package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TenantIT {

  private static final String TENANTS = "/api/v1/tenants";
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

  private static HttpResponse<Buffer> make(String body) {
    return registry.request(
        HttpMethod.POST, TENANTS, JSON, Buffer.buffer(body), RegistryFixture.ADMIN_KEY);
  }

  private static HttpResponse<Buffer> in(
      String tenant, HttpMethod method, String path, String body) {
    return registry.request(
        method,
        path,
        Map.of("Content-Type", "application/json", "Fairlead-Tenant", tenant),
        Buffer.buffer(body),
        RegistryFixture.ADMIN_KEY);
  }

  private static String keyOf(String tenant) {
    String key =
        json(in(tenant, HttpMethod.POST, "/api/v1/api-keys", "{\"name\":\"a\",\"role\":\"admin\"}"))
            .getString("key");
    awaitStatus(key, 200);
    return key;
  }

  private static void awaitStatus(String key, int status) {
    Awaitility.await()
        .until(
            () ->
                registry
                        .request(HttpMethod.GET, DEVICES, Map.of(), Buffer.buffer(), key)
                        .statusCode()
                    == status);
  }

  private static HttpResponse<Buffer> suspend(String tenant, boolean suspended) {
    return registry.request(
        HttpMethod.PATCH, TENANTS + "/" + tenant, new JsonObject().put("suspended", suspended));
  }

  private static List<AccessMessage> said(String tenant) {
    return registry.heard(Topic.ACCESS).stream()
        .filter(record -> record.key().equals("suspension/" + tenant))
        .map(AccessMessage::decode)
        .toList();
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  @Test
  void makesShowsAndRenamesTenant() {
    // Given
    HttpResponse<Buffer> made = make("{\"id\":\"acme\",\"name\":\"Acme\"}");

    // When
    HttpResponse<Buffer> renamed =
        registry.request(
            HttpMethod.PATCH, TENANTS + "/acme", new JsonObject().put("name", "Acme & Sons"));

    // Then
    assertThat(made.statusCode()).isEqualTo(201);
    assertThat(made.getHeader("Location")).isEqualTo(TENANTS + "/acme");
    assertThat(renamed.statusCode()).isEqualTo(200);
    JsonObject shown = json(registry.request(HttpMethod.GET, TENANTS + "/acme"));
    assertThat(shown).isEqualTo(json(made).put("name", "Acme & Sons"));
    assertThat(json(registry.request(HttpMethod.GET, TENANTS)).getJsonArray("items"))
        .contains(shown);
    assertThat(problem(make("{\"id\":\"acme\"}"))).isEqualTo("409 tenant-exists");
  }

  @Test
  void shutsTenantOutAndLetsItInAgain() {
    // Given
    make("{\"id\":\"tardy\"}");
    String key = keyOf("tardy");

    // When
    HttpResponse<Buffer> suspended = suspend("tardy", true);

    // Then
    assertThat(json(suspended).getBoolean("suspended")).isTrue();
    awaitStatus(key, 401);
    Awaitility.await()
        .until(() -> said("tardy").contains(new AccessMessage.Suspension(new TenantId("tardy"))));
    suspend("tardy", false);
    awaitStatus(key, 200);
  }

  @Test
  void saysAgainAtItsStartWhoIsSuspended() {
    // Given
    make("{\"id\":\"late\"}");
    suspend("late", true);
    Awaitility.await().until(() -> said("late").size() == 1);

    // When
    registry.stop();
    registry.start(config -> config);

    // Then
    Awaitility.await().until(() -> said("late").size() == 2);
  }

  @Test
  void deletesTenantAndItsKeysOnceItHasNoDevices() {
    // Given
    make("{\"id\":\"gone\"}");
    String key = keyOf("gone");
    in("gone", HttpMethod.POST, DEVICES, "{\"id\":\"lamp\"}");

    // When
    HttpResponse<Buffer> early = registry.request(HttpMethod.DELETE, TENANTS + "/gone");
    in("gone", HttpMethod.DELETE, DEVICES + "/lamp", "");
    HttpResponse<Buffer> deleted = registry.request(HttpMethod.DELETE, TENANTS + "/gone");

    // Then
    assertThat(problem(early)).isEqualTo("409 tenant-not-empty");
    assertThat(deleted.statusCode()).isEqualTo(204);
    awaitStatus(key, 401);
    assertThat(problem(registry.request(HttpMethod.GET, TENANTS + "/gone")))
        .isEqualTo("404 tenant-not-found");
  }

  @Test
  void deletesTenantWithItsDevicesWhenAskedTo() {
    // Given
    make("{\"id\":\"full\"}");
    String key = keyOf("full");
    for (int number = 0; number < 10; number++) {
      in("full", HttpMethod.POST, DEVICES, "{\"id\":\"lamp-" + number + "\"}");
    }

    // When
    HttpResponse<Buffer> accepted =
        registry.request(HttpMethod.DELETE, TENANTS + "/full?devices=delete");

    // Then
    assertThat(accepted.statusCode()).isEqualTo(202);
    assertThat(json(accepted).getBoolean("deleting")).isTrue();
    assertThat(json(accepted).getBoolean("suspended")).isTrue();
    awaitStatus(key, 401);
    Awaitility.await()
        .until(
            () -> registry.request(HttpMethod.GET, TENANTS + "/full").statusCode(),
            Matchers.equalTo(404));
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(registry.heard(Topic.DEVICES))
                    .filteredOn(
                        record -> record.key().startsWith("full/") && record.value() == null)
                    .hasSize(10));
    Awaitility.await().until(() -> said("full").getLast() instanceof AccessMessage.Withdrawn);

    // When its audit is kept no longer
    free("full");
    make("{\"id\":\"full\"}");

    // Then
    JsonObject again = json(registry.request(HttpMethod.GET, TENANTS + "/full"));
    assertThat(again.getBoolean("deleting")).isFalse();
    assertThat(again.getBoolean("suspended")).isFalse();
    assertThat(json(in("full", HttpMethod.GET, DEVICES, "")).getJsonArray("items")).isEmpty();
  }

  /// Lets it be forgotten that there was a tenant.
  private static void free(String tenant) {
    registry.column("delete from former_tenant where id = '" + tenant + "' returning id");
  }

  private static List<String> actions(String tenant) {
    return json(in(tenant, HttpMethod.GET, "/api/v1/audit", "")).getJsonArray("items").stream()
        .map(entry -> ((JsonObject) entry).getString("action"))
        .toList();
  }

  @Test
  void givesTheIdOfADeletedTenantToNobodyWhileItsAuditIsKept() {
    // Given
    make("{\"id\":\"reused\"}");
    in("reused", HttpMethod.POST, "/api/v1/api-keys", "{\"name\":\"a\",\"role\":\"viewer\"}");
    registry.request(HttpMethod.DELETE, TENANTS + "/reused");

    // When
    HttpResponse<Buffer> again = make("{\"id\":\"reused\"}");

    // Then
    assertThat(problem(again)).isEqualTo("409 tenant-exists");
    assertThat(json(again).getString("detail"))
        .matches(
            "The id 'reused' was that of a tenant that was deleted, whose audit is kept until"
                + " \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\.");
    assertThat(problem(registry.request(HttpMethod.GET, TENANTS + "/reused")))
        .isEqualTo("404 tenant-not-found");
  }

  @Test
  void givesAnIdFreeOnceNothingOfTheAuditIsLeft() {
    // Given
    make("{\"id\":\"aged\"}");
    registry.request(HttpMethod.DELETE, TENANTS + "/aged");
    Awaitility.await().until(() -> actions("aged").contains("deleteTenant"));
    registry.column(
        "update former_tenant set deleted_at = deleted_at - interval '401 days'"
            + " where id = 'aged' returning id");

    // When
    HttpResponse<Buffer> early = make("{\"id\":\"aged\"}");
    registry.column("delete from audit where tenant = 'aged' returning tenant");
    HttpResponse<Buffer> late = make("{\"id\":\"aged\"}");

    // Then
    assertThat(problem(early)).isEqualTo("409 tenant-exists");
    assertThat(late.statusCode()).isEqualTo(201);
    assertThat(actions("aged")).isEmpty();
  }

  @Test
  void takesNoIdAwayForWhatWasTriedBeforeThereWasATenant() {
    // Given
    in("early", HttpMethod.POST, DEVICES, "{}");
    Awaitility.await().until(() -> actions("early").contains("createDevice"));

    // When
    HttpResponse<Buffer> made = make("{\"id\":\"early\"}");

    // Then
    assertThat(made.statusCode()).isEqualTo(201);
  }

  @Test
  void writesDownWhatIsDoneToATenantInItsOwnAudit() {
    // Given
    make("{\"id\":\"touched\"}");

    // When
    suspend("touched", true);
    suspend("touched", false);
    registry.request(HttpMethod.DELETE, TENANTS + "/touched");

    // Then
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(actions("touched"))
                    .containsExactly("deleteTenant", "patchTenant", "patchTenant"));
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(registry.audited("target=" + TENANTS + "/touched"))
                    .extracting(entry -> entry.getString("action"))
                    .containsExactly("deleteTenant", "createTenant"));
  }

  @Test
  void stopsTheDeletionOfATenantThatIsLetInAgain() {
    // Given
    make("{\"id\":\"spared\"}");
    for (int number = 0; number < 200; number++) {
      in("spared", HttpMethod.POST, DEVICES, "{\"id\":\"lamp-" + number + "\"}");
    }

    // When
    registry.request(HttpMethod.DELETE, TENANTS + "/spared?devices=delete");
    JsonObject spared = json(suspend("spared", false));

    // Then
    assertThat(spared.getBoolean("deleting")).isFalse();
    Awaitility.await()
        .during(Duration.ofSeconds(2))
        .until(
            () -> registry.request(HttpMethod.GET, TENANTS + "/spared").statusCode(),
            Matchers.equalTo(200));
  }

  @Test
  void makesNothingInTenantThatDoesNotExist() {
    assertThat(problem(in("nobody", HttpMethod.POST, DEVICES, "{}")))
        .isEqualTo("404 tenant-not-found");
    assertThat(
            problem(
                in(
                    "nobody",
                    HttpMethod.POST,
                    "/api/v1/api-keys",
                    "{\"name\":\"a\",\"role\":\"viewer\"}")))
        .isEqualTo("404 tenant-not-found");
  }

  @Test
  void leavesTheDefaultTenantAlone() {
    assertThat(problem(suspend("default", true))).isEqualTo("403 forbidden");
    assertThat(problem(registry.request(HttpMethod.DELETE, TENANTS + "/default")))
        .isEqualTo("403 forbidden");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void isForPlatformAdminsOnly(String method) {
    // Given
    make("{\"id\":\"curious\"}");
    String key = keyOf("curious");

    // When
    HttpResponse<Buffer> answer =
        registry.request(
            HttpMethod.valueOf(method),
            TENANTS,
            JSON,
            Buffer.buffer(method.equals("POST") ? "{\"id\":\"mine\"}" : ""),
            key);

    // Then
    assertThat(problem(answer)).isEqualTo("403 forbidden");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"id\":\"Acme\"}", "{\"id\":\"a b\"}", "{\"id\":\"a\",\"x\":1}"})
  void refusesWhatDoesNotMatchTheContract(String body) {
    assertThat(problem(make(body))).isEqualTo("400 validation-failed");
  }
}
