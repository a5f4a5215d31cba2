package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.bus.message.Location;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where devices stand: said over HTTP, found by filters, told on the bus.
class DeviceLocationIT {

  private static final String DEVICES = "/api/v1/devices";

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  /// Sends a text, because a `JsonObject` would write numbers in its own way.
  private static HttpResponse<Buffer> send(HttpMethod method, String path, String body) {
    return registry.request(
        method,
        path,
        Map.of("Content-Type", "application/json"),
        Buffer.buffer(body),
        RegistryFixture.ADMIN_KEY);
  }

  private static HttpResponse<Buffer> make(String id, String location) {
    return send(HttpMethod.POST, DEVICES, "{\"id\":\"" + id + "\",\"location\":" + location + "}");
  }

  private static HttpResponse<Buffer> move(String id, String location) {
    return send(HttpMethod.PATCH, DEVICES + "/" + id, "{\"location\":" + location + "}");
  }

  private static JsonObject at(double latitude, double longitude) {
    return new JsonObject().put("latitude", latitude).put("longitude", longitude);
  }

  private static boolean isFound(String id, String where) {
    String filter = URLEncoder.encode("id = " + id + " and " + where, StandardCharsets.UTF_8);
    return !json(registry.request(HttpMethod.GET, DEVICES + "?filter=" + filter))
        .getJsonArray("items")
        .isEmpty();
  }

  private static void awaitOnTheBus(String id, Optional<Location> location) {
    DeviceKey device = DeviceKey.of("default", id);
    Awaitility.await()
        .until(
            () ->
                registry.heard(Topic.DEVICES).stream()
                    .map(DeviceChange::decode)
                    .anyMatch(
                        change ->
                            change instanceof DeviceChange.Present present
                                && present.device().equals(device)
                                && present.location().equals(location)));
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  @Test
  void findsANewDeviceWhereItStands() {
    // When
    var made = make("placed", "{\"latitude\":53.5438,\"longitude\":9.9661}");

    // Then
    assertThat(json(made).getJsonObject("location")).isEqualTo(at(53.5438, 9.9661));
    assertThat(registry.device("placed").getJsonObject("location")).isEqualTo(at(53.5438, 9.9661));
    assertThat(isFound("placed", "near(53.5, 10, 10km)")).isTrue();
    awaitOnTheBus("placed", Optional.of(new Location(53.5438, 9.9661)));
  }

  @Test
  void movesADevice() {
    // Given
    make("moved", "{\"latitude\":1,\"longitude\":2}");

    // When
    var moved = move("moved", "{\"latitude\":-90,\"longitude\":180}");

    // Then
    assertThat(json(moved).getJsonObject("location")).isEqualTo(at(-90, 180));
    assertThat(isFound("moved", "box(0, 0, 10, 10)")).isFalse();
    assertThat(isFound("moved", "box(-90, 170, -80, -170)")).isTrue();
    awaitOnTheBus("moved", Optional.of(new Location(-90, 180)));
  }

  @Test
  void leavesADeviceWhereItStandsWhenThePatchIsAboutSomethingElse() {
    // Given
    make("stays", "{\"latitude\":90,\"longitude\":-180}");

    // When
    var renamed = send(HttpMethod.PATCH, DEVICES + "/stays", "{\"name\":\"Renamed\"}");

    // Then
    assertThat(json(renamed).getJsonObject("location")).isEqualTo(at(90, -180));
  }

  @Test
  void forgetsWhereADeviceStoodWhenItsLocationIsNull() {
    // Given
    make("displaced", "{\"latitude\":1,\"longitude\":2}");

    // When
    var displaced = move("displaced", "null");

    // Then
    assertThat(json(displaced).containsKey("location")).isTrue();
    assertThat(json(displaced).getJsonObject("location")).isNull();
    assertThat(isFound("displaced", "box(0, 0, 10, 10)")).isFalse();
    awaitOnTheBus("displaced", Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"latitude\":1}",
        "{\"latitude\":1,\"longitude\":null}",
        "{\"latitude\":1,\"longitude\":\"2\"}",
        "{\"latitude\":90.001,\"longitude\":2}",
        "{\"latitude\":-90.001,\"longitude\":2}",
        "{\"latitude\":1,\"longitude\":180.001}",
        "{\"latitude\":1,\"longitude\":-180.001}",
        "{\"latitude\":1e400,\"longitude\":2}",
        "{\"latitude\":1,\"longitude\":-1e400}",
        "{\"latitude\":1,\"longitude\":2,\"altitude\":3}",
        "[1,2]"
      })
  void refusesALocationThatIsNone(String location) {
    // Given
    make("fixed", "{\"latitude\":1,\"longitude\":2}");

    // When
    var made = make("unmade", location);
    var moved = move("fixed", location);

    // Then
    assertThat(problem(made)).isEqualTo("400 validation-failed");
    assertThat(problem(moved)).isEqualTo("400 validation-failed");
    assertThat(registry.device("fixed").getJsonObject("location")).isEqualTo(at(1, 2));
  }
}
