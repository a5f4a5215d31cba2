package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.DeviceChange;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupIT {

  private static final String DEVICES = "/api/v1/devices";
  private static final String GROUPS = "/api/v1/groups";
  private static final String KEYS = "/api/v1/api-keys";
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

  private static HttpResponse<Buffer> post(String path, String body) {
    return registry.request(
        HttpMethod.POST, path, JSON, Buffer.buffer(body), RegistryFixture.ADMIN_KEY);
  }

  private static HttpResponse<Buffer> as(String key, HttpMethod method, String path, String body) {
    return registry.request(
        method, path, body.isEmpty() ? Map.of() : JSON, Buffer.buffer(body), key);
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  private static String keyFor(String group, String role) {
    String key =
        json(post(
                KEYS,
                new JsonObject().put("name", "k").put("role", role).put("group", group).encode()))
            .getString("key");
    Awaitility.await().until(() -> as(key, HttpMethod.GET, DEVICES, "").statusCode() == 200);
    return key;
  }

  private static List<Set<String>> saidOf(String device) {
    return registry.heard(Topic.DEVICES).stream()
        .filter(record -> record.key().equals("default/" + device) && record.value() != null)
        .map(record -> ((DeviceChange.Present) DeviceChange.decode(record)).groups())
        .collect(Collectors.toList());
  }

  @Test
  void makesShowsChangesAndDeletes() {
    // When
    JsonObject made = json(post(GROUPS, "{\"id\":\"one\",\"filter\":\"online\"}"));
    HttpResponse<Buffer> again = post(GROUPS, "{\"id\":\"one\"}");
    JsonObject changed =
        json(
            registry.request(
                HttpMethod.PATCH,
                GROUPS + "/one",
                new JsonObject("{\"name\":\"First\",\"filter\":\"not online\"}")));
    JsonObject shown = json(registry.request(HttpMethod.GET, GROUPS + "/one"));
    int deleted = registry.request(HttpMethod.DELETE, GROUPS + "/one").statusCode();

    // Then
    assertThat(made.getString("name")).isEqualTo("one");
    assertThat(problem(again)).isEqualTo("409 group-exists");
    assertThat(changed.getString("filter")).isEqualTo("not online");
    assertThat(shown).isEqualTo(changed);
    assertThat(deleted).isEqualTo(204);
    assertThat(problem(registry.request(HttpMethod.GET, GROUPS + "/one")))
        .isEqualTo("404 group-not-found");
    assertThat(problem(registry.request(HttpMethod.DELETE, GROUPS + "/one")))
        .isEqualTo("404 group-not-found");
  }

  @Test
  void tellsTheBusInWhichGroupsADeviceIs() {
    // Given
    registry.createDevice("member");
    post(GROUPS, "{\"id\":\"left\"}");
    post(GROUPS, "{\"id\":\"right\"}");

    // When
    post(GROUPS + "/left/devices", "{\"add\":[\"member\"]}");
    post(GROUPS + "/right/devices", "{\"add\":[\"member\"]}");
    registry.request(
        HttpMethod.PATCH, DEVICES + "/member", new JsonObject().put("name", "Renamed"));
    post(GROUPS + "/left/devices", "{\"remove\":[\"member\"]}");
    post(GROUPS + "/left/devices", "{\"remove\":[\"member\"]}");

    // Then
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(saidOf("member"))
                    .containsExactly(
                        Set.of(),
                        Set.of("left"),
                        Set.of("left", "right"),
                        Set.of("left", "right"),
                        Set.of("right")));
  }

  @Test
  void staysWhileItIsUsed() {
    // Given
    registry.createDevice("kept");
    post(GROUPS, "{\"id\":\"used\"}");
    post(GROUPS + "/used/devices", "{\"add\":[\"kept\"]}");

    // When
    HttpResponse<Buffer> full = registry.request(HttpMethod.DELETE, GROUPS + "/used");
    keyFor("used", "viewer");
    registry.request(HttpMethod.DELETE, DEVICES + "/kept");
    HttpResponse<Buffer> keyed = registry.request(HttpMethod.DELETE, GROUPS + "/used");

    // Then
    assertThat(problem(full)).isEqualTo("409 group-in-use");
    assertThat(problem(keyed)).isEqualTo("409 group-in-use");
  }

  @Test
  void keepsAKeyToTheDevicesOfItsGroup() {
    // Given
    registry.createDevice("inside");
    registry.createDevice("outside");
    post(GROUPS, "{\"id\":\"night\"}");
    post(GROUPS + "/night/devices", "{\"add\":[\"inside\"]}");

    // When
    String key = keyFor("night", "admin");

    // Then
    JsonObject listed = json(as(key, HttpMethod.GET, DEVICES, ""));
    assertThat(listed.getJsonArray("items")).hasSize(1);
    assertThat(json(as(key, HttpMethod.GET, DEVICES + "?filter=not%20blocked", "")))
        .isEqualTo(listed.copy().put("indexed", false));
    assertThat(as(key, HttpMethod.GET, DEVICES + "/inside", "").statusCode()).isEqualTo(200);
    assertThat(problem(as(key, HttpMethod.GET, DEVICES + "/outside", "")))
        .isEqualTo("404 device-not-found");
    assertThat(problem(as(key, HttpMethod.DELETE, DEVICES + "/outside", "")))
        .isEqualTo("404 device-not-found");
    assertThat(problem(as(key, HttpMethod.PATCH, DEVICES + "/outside", "{\"name\":\"x\"}")))
        .isEqualTo("404 device-not-found");
    for (String path : List.of(KEYS, GROUPS, "/api/v1/audit", "/api/v1/people")) {
      assertThat(problem(as(key, HttpMethod.GET, path, ""))).isEqualTo("403 forbidden");
    }
    assertThat(problem(as(key, HttpMethod.POST, DEVICES, "{\"id\":\"more\"}")))
        .isEqualTo("403 forbidden");
    assertThat(
            problem(as(key, HttpMethod.POST, GROUPS + "/night/devices", "{\"add\":[\"outside\"]}")))
        .isEqualTo("403 forbidden");

    // When
    post(GROUPS + "/night/devices", "{\"remove\":[\"inside\"]}");

    // Then
    assertThat(problem(as(key, HttpMethod.GET, DEVICES + "/inside", "")))
        .isEqualTo("404 device-not-found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "platform | static  | 400 validation-failed",
        "viewer   | dynamic | 400 validation-failed",
        "viewer   | nobody  | 404 group-not-found"
      })
  void makesNoKeyForWhatCannotHaveOne(String role, String group, String problem) {
    // Given
    post(GROUPS, "{\"id\":\"static\"}");
    post(GROUPS, "{\"id\":\"dynamic\",\"filter\":\"online\"}");

    // When
    HttpResponse<Buffer> answer =
        post(
            KEYS, new JsonObject().put("name", "k").put("role", role).put("group", group).encode());

    // Then
    assertThat(problem(answer)).isEqualTo(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST  | ''             | {\"id\":\"Big\"}",
        "POST  | ''             | {\"id\":\"x\",\"filter\":\"online and\"}",
        "PATCH | /plain         | {\"filter\":\"online\"}",
        "PATCH | /moving        | {\"filter\":\"nonsense\"}",
        "PATCH | /moving        | {\"filter\":\"online or group = moving\"}",
        "POST  | ''             | {\"id\":\"own\",\"filter\":\"group = own\"}",
        "POST  | /moving/devices | {\"add\":[\"a\"]}",
        "POST  | /plain/devices | {}"
      })
  void refusesWhatIsNotRight(String method, String path, String body) {
    // Given
    post(GROUPS, "{\"id\":\"plain\"}");
    post(GROUPS, "{\"id\":\"moving\",\"filter\":\"online\"}");

    // When
    HttpResponse<Buffer> answer =
        as(RegistryFixture.ADMIN_KEY, HttpMethod.valueOf(method), GROUPS + path, body);

    // Then
    assertThat(problem(answer)).isEqualTo("400 validation-failed");
  }
}
