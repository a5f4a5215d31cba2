package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.DeviceChange;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.ext.web.client.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceApiIT {

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

  private static String problemOf(HttpResponse<Buffer> response) {
    assertThat(response.getHeader("Content-Type")).isEqualTo("application/problem+json");
    String type = json(response).getString("type");
    return response.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  private static HttpResponse<Buffer> post(String body) {
    return registry.request(
        HttpMethod.POST, DEVICES, JSON, Buffer.buffer(body), RegistryFixture.ADMIN_KEY);
  }

  private static JsonObject claims(String token) {
    List<ReceivedRecord> access = registry.heard(Topic.ACCESS);
    AccessMessage.SigningKey key =
        access.stream()
            .map(AccessMessage::decode)
            .flatMap(
                message ->
                    message instanceof AccessMessage.SigningKey found
                        ? Stream.of(found)
                        : Stream.empty())
            .findFirst()
            .orElseThrow();
    JWTAuth verifier =
        JWTAuth.create(registry.vertx(), new JWTAuthOptions().addJwk(new JsonObject(key.jwk())));
    RegistryFixture.await(verifier.authenticate(new TokenCredentials(token)));
    byte[] payload = Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]);
    return new JsonObject(Buffer.buffer(payload));
  }

  private static void awaitRecord(Topic topic, Predicate<ReceivedRecord> wanted) {
    Awaitility.await().until(() -> registry.heard(topic).stream().anyMatch(wanted));
  }

  @Test
  void makesDeviceAndShowsIt() {
    // Given
    var description =
        new JsonObject()
            .put("id", "pump-1")
            .put("name", "Pump 1")
            .put("type", "pump")
            .put("tags", new JsonObject().put("site", "north"));

    // When
    var created = registry.request(HttpMethod.POST, DEVICES, description);

    // Then
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(created.getHeader("Location")).isEqualTo(DEVICES + "/pump-1");
    JsonObject shown = json(created);
    assertThat(shown.getString("token")).isNotBlank();
    shown.remove("token");
    assertThat(registry.device("pump-1")).isEqualTo(shown);
    assertThat(shown.getString("health")).isEqualTo("grey");
    assertThat(shown.getJsonObject("tags")).isEqualTo(new JsonObject().put("site", "north"));
    assertThat(shown.getJsonObject("presence").getBoolean("online")).isFalse();
    assertThat(shown.getJsonArray("alerts")).isEmpty();
    assertThat(shown.getJsonObject("reported")).isEmpty();
  }

  @Test
  void tellsTheBusBeforeItAnswers() {
    // When
    registry.createDevice("told");

    // Then
    DeviceKey device = DeviceKey.of("default", "told");
    awaitRecord(Topic.DEVICES, record -> DeviceChange.decode(record).device().equals(device));
  }

  @Test
  void makesAnIdWhereNoneIsGiven() {
    // When
    var created = post("{}");

    // Then
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(json(created).getString("id")).hasSize(36);
  }

  @Test
  void signsTokenThatThePublishedKeyVerifies() {
    // When
    String token = registry.createDevice("signed");

    // Then
    JsonObject claims = claims(token);
    assertThat(claims.getString("iss")).isEqualTo("fairlead");
    assertThat(claims.getString("sub")).isEqualTo("signed");
    assertThat(claims.getString("ten")).isEqualTo("default");
    assertThat(claims.getLong("gen")).isOne();
    assertThat(claims.getLong("exp") - claims.getLong("iat")).isEqualTo(400L * 24 * 3600);
  }

  @Test
  void revokesTokenOfDeletedDeviceForGood() {
    // Given
    registry.createDevice("gone");

    // When
    var deleted = registry.request(HttpMethod.DELETE, DEVICES + "/gone");

    // Then
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(problemOf(registry.request(HttpMethod.GET, DEVICES + "/gone")))
        .isEqualTo("404 device-not-found");
    DeviceKey device = DeviceKey.of("default", "gone");
    awaitRecord(
        Topic.ACCESS,
        record ->
            AccessMessage.decode(record) instanceof AccessMessage.Revocation revocation
                && revocation.device().equals(device)
                && revocation.lowestGeneration() == 2);
    awaitRecord(
        Topic.DEVICES,
        record ->
            DeviceChange.decode(record) instanceof DeviceChange.Deleted end
                && end.device().equals(device));
    assertThat(claims(registry.createDevice("gone")).getLong("gen")).isEqualTo(2);
  }

  @Test
  void changesWhatAMergePatchNames() {
    // Given
    post("{\"id\":\"patched\",\"name\":\"A\",\"type\":\"t\",\"tags\":{\"a\":\"1\",\"b\":\"2\"}}");

    // When
    var patched =
        registry.request(
            HttpMethod.PATCH,
            DEVICES + "/patched",
            Map.of("Content-Type", "application/merge-patch+json"),
            Buffer.buffer("{\"name\":null,\"tags\":{\"a\":null,\"c\":\"3\"}}"),
            RegistryFixture.ADMIN_KEY);

    // Then
    assertThat(patched.statusCode()).isEqualTo(200);
    JsonObject device = json(patched);
    assertThat(device.getString("name")).isNull();
    assertThat(device.getString("type")).isEqualTo("t");
    assertThat(device.getJsonObject("tags"))
        .isEqualTo(new JsonObject().put("b", "2").put("c", "3"));
  }

  @Test
  void answersConflictForDeviceThatExists() {
    // Given
    registry.createDevice("twice");

    // When
    var again = post("{\"id\":\"twice\"}");

    // Then
    assertThat(problemOf(again)).isEqualTo("409 device-exists");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"with space\"}",
        "{\"id\":\".\"}",
        "{\"id\":\"..\"}",
        "{\"id\":\"\"}",
        "{\"name\":\"\"}",
        "{\"name\":\"a\\u0000b\"}",
        "{\"tags\":{\"a\":1}}",
        "{\"unknown\":1}"
      })
  void refusesDescriptionThatDoesNotMatch(String body) {
    assertThat(problemOf(post(body))).isEqualTo("400 validation-failed");
  }

  @Test
  void takesNameOfTheLargestLengthAndNotOneMore() {
    // When
    var fits = post("{\"name\":\"" + "n".repeat(200) + "\"}");
    var refused = post("{\"name\":\"" + "n".repeat(201) + "\"}");

    // Then
    assertThat(fits.statusCode()).isEqualTo(201);
    assertThat(problemOf(refused)).isEqualTo("400 validation-failed");
  }

  @Test
  void refusesWhatIsNotJsonOrDoesNotSaySoOrIsTooLarge() {
    // When
    var malformed = post("{\"id\"");
    var unsaid =
        registry.request(
            HttpMethod.POST,
            DEVICES,
            Map.of("Content-Type", "text/plain"),
            Buffer.buffer("{}"),
            RegistryFixture.ADMIN_KEY);
    var large = post("{\"name\":\"" + "n".repeat(2 << 20) + "\"}");

    // Then
    assertThat(problemOf(malformed)).isEqualTo("400 malformed-json");
    assertThat(problemOf(unsaid)).isEqualTo("415 unsupported-media-type");
    assertThat(problemOf(large)).isEqualTo("413 payload-too-large");
  }

  @Test
  void asksForAKnownKey() {
    // When
    var unknown = registry.request(HttpMethod.GET, DEVICES, Map.of(), Buffer.buffer(), "not-a-key");

    // Then
    assertThat(problemOf(unknown)).isEqualTo("401 unauthorized");
  }

  @ParameterizedTest
  @CsvSource({
    "?limit=0, 400 validation-failed",
    "?limit=1001, 400 validation-failed",
    "?health=blue, 400 validation-failed",
    "?tag=nocolon, 400 validation-failed",
    "?tag=a:1&tag=a:2, 400 validation-failed",
    "?q=%00, 400 validation-failed",
    "?cursor=nonsense, 400 bad-cursor",
    "?cursor=WyJhIiwiYiJd, 400 bad-cursor"
  })
  void refusesQueryThatDoesNotMatch(String query, String problem) {
    assertThat(problemOf(registry.request(HttpMethod.GET, DEVICES + query))).isEqualTo(problem);
  }

  @Test
  void keepsTenantsApart() {
    // Given
    registry.createTenant("other");
    Map<String, String> other = Map.of("Fairlead-Tenant", "other");
    registry.createDevice("apart");

    // When
    var seen =
        registry.request(
            HttpMethod.GET, DEVICES + "/apart", other, Buffer.buffer(), RegistryFixture.ADMIN_KEY);

    // Then
    assertThat(problemOf(seen)).isEqualTo("404 device-not-found");
  }

  @Test
  void pagesThroughAllDevicesOfAFilterInOrder() {
    // Given
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      String id = "page-%03d".formatted(i);
      made.add(id);
      post(
          "{\"id\":\"" + id + "\",\"tags\":{\"set\":\"paged\",\"even\":\"" + (i % 2 == 0) + "\"}}");
    }
    List<String> found = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    String next = "";

    // When
    while (next != null) {
      JsonObject page =
          json(
              registry.request(
                  HttpMethod.GET,
                  DEVICES + "?tag=set:paged" + (next.isEmpty() ? "" : "&cursor=" + next)));
      JsonArray items = page.getJsonArray("items");
      items.forEach(item -> found.add(((JsonObject) item).getString("id")));
      sizes.add(items.size());
      next = page.getString("next");
    }

    // Then
    assertThat(found).isEqualTo(made);
    assertThat(sizes).containsExactly(100, 100, 50);
    assertThat(ids("?tag=set:paged&tag=even:true&limit=1000")).hasSize(125);
    assertThat(ids("?q=page-00")).hasSize(10);
    assertThat(ids("?q=page_")).isEmpty();
  }

  @Test
  void refusesCursorOfAnotherFilter() {
    // Given
    post("{\"id\":\"cursor-1\",\"type\":\"cursor\"}");
    post("{\"id\":\"cursor-2\",\"type\":\"cursor\"}");
    String next =
        json(registry.request(HttpMethod.GET, DEVICES + "?type=cursor&limit=1")).getString("next");

    // When
    var response = registry.request(HttpMethod.GET, DEVICES + "?type=other&cursor=" + next);

    // Then
    assertThat(problemOf(response)).isEqualTo("400 bad-cursor");
  }

  private static List<String> ids(String query) {
    List<String> ids = new ArrayList<>();
    json(registry.request(HttpMethod.GET, DEVICES + query))
        .getJsonArray("items")
        .forEach(item -> ids.add(((JsonObject) item).getString("id")));
    return ids;
  }
}
