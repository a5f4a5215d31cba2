package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.DeviceChange;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DevicePatchIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static RegistryFixture registry;
  private static BulkScene scene;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    scene = new BulkScene(registry);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static String tenant(String id, BulkScene where, int devices) {
    where.registry().createTenant(id);
    where.take(
        id,
        "csv",
        "create",
        IntStream.range(0, devices)
            .mapToObj(number -> "d-%06d,site-%d\n".formatted(number, number % 2))
            .collect(Collectors.joining("", "id,tag:site\n", "")));
    return id;
  }

  private static JsonObject patch(String filter, JsonObject patch) {
    return new JsonObject().put("filter", filter).put("patch", patch);
  }

  private static JsonObject type(String type) {
    return new JsonObject().put("type", type);
  }

  private static long count(BulkScene where, String tenant, String condition) {
    return Long.parseLong(
        where
            .registry()
            .column(
                "select count(*)::text from device where tenant = '"
                    + tenant
                    + "' and "
                    + condition)
            .getFirst());
  }

  @Test
  void changesAllThatMeetTheFilterAndTellsOfEach() {
    // Given
    String tenant = tenant("changes", scene, 5_000);
    registry.heard(Topic.DEVICES);

    // When
    JsonObject done =
        scene.patch(
            tenant,
            patch(
                "tag.site = site-1",
                new JsonObject()
                    .put("type", "pump")
                    .put("tags", new JsonObject().put("site", "s"))));

    // Then
    assertThat(done.getString("state")).isEqualTo("done");
    assertThat(done.getLong("matched")).isEqualTo(2_500);
    assertThat(done.getLong("updated")).isEqualTo(2_500);
    assertThat(count(scene, tenant, "type = 'pump'")).isEqualTo(2_500);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                registry.heard(Topic.DEVICES).stream()
                        .map(DeviceChange::decode)
                        .filter(
                            change ->
                                change instanceof DeviceChange.Present there
                                    && there.device().tenant().value().equals(tenant)
                                    && there.type().isPresent())
                        .map(DeviceChange::device)
                        .distinct()
                        .count()
                    == 2_500);
    assertThat(
            registry.column(
                "select count(*)::text from change where kind like '%updated' and tenant = '"
                    + tenant
                    + "'"))
        .containsExactly("2500");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                scene.items(tenant, "/api/v1/audit?action=createDevicePatch").stream()
                    .anyMatch(
                        entry ->
                            entry
                                .getString("target")
                                .contains("rows=2500&created=0&updated=2500")));
  }

  @Test
  void changesNothingInADryRun() {
    // Given
    String tenant = tenant("dry", scene, 100);

    // When
    JsonObject done =
        scene.patch(tenant, patch("tag.site = site-1", type("pump")).put("dryRun", true));

    // Then
    assertThat(done.getLong("updated")).isEqualTo(50);
    assertThat(count(scene, tenant, "type is not null")).isZero();
  }

  @Test
  void tellsOfDevicesThatItCannotChange() {
    // Given
    String tenant = tenant("errors", scene, 2);
    JsonObject many = new JsonObject();
    IntStream.range(0, 64).forEach(number -> many.put("tag-" + number, "x"));

    // When
    JsonObject done =
        scene.patch(tenant, patch("id ^= \"d-\"", new JsonObject().put("tags", many)));

    // Then
    assertThat(done.getLong("failed")).isEqualTo(2);
    assertThat(scene.items(tenant, BulkScene.PATCHES + "/" + done.getString("id") + "/errors"))
        .extracting(error -> error.getString("deviceId") + " " + error.getString("code"))
        .containsExactly("d-000000 validation-failed", "d-000001 validation-failed");
  }

  @Test
  void countsWhatIsSoAlready() {
    // Given
    String tenant = tenant("again", scene, 10);
    scene.patch(tenant, patch("tag.site = site-1", type("pump")));

    // When
    JsonObject again = scene.patch(tenant, patch("tag.site = site-1", type("pump")));

    // Then
    assertThat(again.getLong("unchanged")).isEqualTo(5);
    assertThat(again.getLong("updated")).isZero();
  }

  @Test
  void goesOnAfterTheRegistryWasAway() {
    // Given
    RegistryFixture other = new RegistryFixture();
    BulkScene there = new BulkScene(other);
    tenant("away", there, 10_000);

    // When
    String id =
        json(other.requestIn(
                "away", HttpMethod.POST, BulkScene.PATCHES, patch("id ^= \"d-\"", type("pump"))))
            .getString("id");
    other.stop();
    other.start(UnaryOperator.identity());

    // Then
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                json(there.get("away", BulkScene.PATCHES + "/" + id))
                    .getString("state")
                    .equals("done"));
    assertThat(json(there.get("away", BulkScene.PATCHES + "/" + id)).getLong("updated"))
        .isEqualTo(10_000);
    assertThat(count(there, "away", "type = 'pump'")).isEqualTo(10_000);
    other.close();
  }

  @Test
  void keepsAKeyForAGroupToItsDevices() {
    // Given
    tenant("default", scene, 10);
    registry.request(
        HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "night").put("name", "N"));
    registry.request(
        HttpMethod.POST,
        "/api/v1/groups/night/devices",
        new JsonObject().put("add", new JsonArray().add("d-000003")));
    String key =
        json(registry.request(
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject().put("name", "k").put("role", "admin").put("group", "night")))
            .getString("key");
    String elsewhere =
        json(registry.request(HttpMethod.POST, BulkScene.PATCHES, patch("id = nobody", type("x"))))
            .getString("id");

    // When
    HttpResponse<Buffer> begun =
        registry.request(
            HttpMethod.POST,
            BulkScene.PATCHES,
            Map.of("Content-Type", "application/json"),
            patch("id ^= \"d-\"", type("pump")).toBuffer(),
            key);

    // Then
    String own = BulkScene.PATCHES + "/" + json(begun).getString("id");
    await()
        .atMost(PATIENCE)
        .until(() -> json(scene.get("default", own)).getString("state").equals("done"));
    assertThat(json(scene.get("default", own)).getLong("updated")).isEqualTo(1);
    assertThat(count(scene, "default", "type = 'pump'")).isEqualTo(1);
    assertThat(registry.statusOf(key, HttpMethod.GET, own)).isEqualTo(200);
    assertThat(registry.statusOf(key, HttpMethod.GET, BulkScene.PATCHES + "/" + elsewhere))
        .isEqualTo(404);
  }

  @Test
  void refusesAPatchWithoutAFilter() {
    assertThat(
            registry
                .request(
                    HttpMethod.POST, BulkScene.PATCHES, new JsonObject().put("patch", type("x")))
                .statusCode())
        .isEqualTo(400);
    assertThat(
            registry
                .request(HttpMethod.POST, BulkScene.PATCHES, patch("health =", type("x")))
                .statusCode())
        .isEqualTo(400);
  }
}
