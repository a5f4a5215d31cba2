package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.registry.map.MapSettings;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.sqlclient.Pool;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two tenants with few devices, and one with as many as tiles are made for: 30,000 all over the
/// world, every tenth red, every fifth grey.
class ClustersIT {

  private static final int MANY = 30_000;
  private static final String WORLD = "-180,-90,180,90";
  private static final Duration TIMEOUT = Duration.ofSeconds(40);

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry =
        new RegistryFixture(config -> config.withMap(new MapSettings(Duration.ofSeconds(1))));
    for (String tenant : List.of("few", "other", "many")) {
      registry.createTenant(tenant);
    }
    registry.requestIn("few", HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "own"));
    device("few", "berlin-1", 52.5, 13.4, "pump");
    device("few", "berlin-2", 52.6, 13.6, "valve");
    device("few", "fiji-west", -17, 179.5, "pump");
    device("few", "fiji-east", -17, -179.5, "pump");
    device("few", "pole", 90, 0, "pump");
    registry.requestIn(
        "few", HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", "nowhere"));
    registry.requestIn(
        "few",
        HttpMethod.POST,
        "/api/v1/groups/own/devices",
        new JsonObject().put("add", List.of("berlin-1")));
    device("other", "elsewhere", 52.5, 13.4, "pump");
    fill();
  }

  private static void device(
      String tenant, String id, double latitude, double longitude, String type) {
    registry.requestIn(
        tenant,
        HttpMethod.POST,
        "/api/v1/devices",
        new JsonObject()
            .put("id", id)
            .put("type", type)
            .put(
                "location",
                new JsonObject().put("latitude", latitude).put("longitude", longitude)));
  }

  private static void fill() {
    Pool pool = PgPools.create(registry.vertx(), registry.config().database(), "test", "registry");
    for (String sql :
        new String[] {
          """
          insert into device (tenant, id, type, tags, created_at, updated_at, latitude, longitude)
          select 'many', 'd' || n, case n %% 2 when 0 then 'pump' else 'valve' end, '{}', now(),
            now(), 80 - n %% 160, (n * 7.3)::numeric %% 360 - 180
          from generate_series(1, %d) as n
          """
              .formatted(MANY),
          """
          insert into presence (tenant, device_id, online, alerts_open)
          select 'many', 'd' || n, n %% 5 <> 0, case n %% 10 when 1 then 1 else 0 end
          from generate_series(1, %d) as n
          """
              .formatted(MANY),
          "insert into reported (tenant, device_id) select tenant, id from device"
              + " where tenant = 'many'",
          "insert into telemetry_latest (tenant, device_id) select tenant, id from device"
              + " where tenant = 'many'",
          "update presence set online = true where tenant = 'few' and device_id = 'berlin-1'",
          "vacuum analyze device",
          "vacuum analyze presence"
        }) {
      await(pool.query(sql).execute());
    }
    await(pool.close());
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static HttpResponse<Buffer> ask(String tenant, String key, String query) {
    return registry.request(
        HttpMethod.GET,
        "/api/v1/device-clusters?" + query,
        tenant.isEmpty() ? Map.of() : Map.of("Fairlead-Tenant", tenant),
        Buffer.buffer(),
        key);
  }

  private static JsonObject clusters(String tenant, String bbox, int zoom) {
    return json(ask(tenant, RegistryFixture.ADMIN_KEY, "bbox=" + bbox + "&zoom=" + zoom));
  }

  private static List<JsonObject> of(JsonObject answer) {
    return answer.getJsonArray("clusters").stream().map(JsonObject.class::cast).toList();
  }

  private static String filter(String text) {
    return "&filter=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static long sum(JsonObject answer, String health) {
    return of(answer).stream()
        .mapToLong(cluster -> cluster.getJsonObject("byHealth").getLong(health))
        .sum();
  }

  @Test
  void putsDevicesTogetherThatStandInOneCell() {
    // When
    JsonObject answer = clusters("few", "0,40,20,60", 3);

    // Then
    assertThat(of(answer))
        .containsExactly(
            new JsonObject(
                """
                {"latitude":52.55,"longitude":13.5,"count":2,
                 "byHealth":{"green":1,"red":0,"grey":1},
                 "bounds":{"west":13.4,"south":52.5,"east":13.6,"north":52.6},"device":null}"""));
    assertThat(answer.getLong("total")).isEqualTo(2);
    assertThat(answer.getInteger("level")).isEqualTo(5);
  }

  @Test
  void showsDevicesApartAndByTheirIdsWhenTheZoomIsHigh() {
    // When
    List<JsonObject> found = of(clusters("few", "13,52,14,53", 12));

    // Then
    assertThat(found)
        .extracting(cluster -> cluster.getString("device"))
        .containsExactlyInAnyOrder("berlin-1", "berlin-2");
  }

  @Test
  void goesOverThe180thMeridianAndToThePoles() {
    // When
    JsonObject over = clusters("few", "170,-30,-170,0", 4);
    JsonObject world = clusters("few", WORLD, 0);

    // Then
    assertThat(of(over))
        .extracting(cluster -> cluster.getString("device"))
        .containsExactlyInAnyOrder("fiji-west", "fiji-east");
    assertThat(world.getLong("total")).isEqualTo(5);
  }

  @Test
  void takesOnlyDevicesThatMeetTheFilter() {
    // When
    JsonObject indexed =
        json(
            ask(
                "few",
                RegistryFixture.ADMIN_KEY,
                "bbox=" + WORLD + "&zoom=1" + filter("type = pump and health = green")));
    JsonObject unindexed =
        json(
            ask(
                "few",
                RegistryFixture.ADMIN_KEY,
                "bbox=" + WORLD + "&zoom=1" + filter("type != pump")));

    // Then
    assertThat(of(indexed))
        .extracting(cluster -> cluster.getString("device"))
        .containsExactly("berlin-1");
    assertThat(indexed.getBoolean("indexed")).isTrue();
    assertThat(of(unindexed))
        .extracting(cluster -> cluster.getString("device"))
        .containsExactly("berlin-2");
    assertThat(unindexed.getBoolean("indexed")).isFalse();
  }

  @Test
  void showsAKeyOfAGroupItsDevicesAlone() {
    // Given
    String key =
        json(registry.requestIn(
                "few",
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject()
                    .put("name", "of the group")
                    .put("role", "viewer")
                    .put("group", "own")))
            .getString("key");

    // When
    JsonObject seen = json(ask("", key, "bbox=" + WORLD + "&zoom=0"));

    // Then
    assertThat(of(seen))
        .extracting(cluster -> cluster.getString("device"))
        .containsExactly("berlin-1");
  }

  @Test
  void showsATenantItsDevicesAlone() {
    // When
    JsonObject other = json(ask("other", RegistryFixture.ADMIN_KEY, "zoom=0"));

    // Then
    assertThat(of(other))
        .extracting(cluster -> cluster.getString("device"))
        .containsExactly("elsewhere");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bbox=1,2,3&zoom=1",
        "bbox=1,20,3,10&zoom=1",
        "bbox=0,0,1,1&zoom=21",
        "bbox=0,0,1,1&zoom=-1",
        "bbox=0,0,1,1&zoom=1&filter=health%20=",
        "bbox=0,0,1,x&zoom=1"
      })
  void refusesWhatIsNoPartOfAMap(String query) {
    assertThat(ask("few", RegistryFixture.ADMIN_KEY, query).statusCode()).isEqualTo(400);
  }

  @Test
  void showsTheSameFromTilesAsFromDevicesAndFollowsThem() {
    // Given
    JsonObject fromDevices =
        json(
            ask(
                "many",
                RegistryFixture.ADMIN_KEY,
                "bbox=" + WORLD + "&zoom=3" + filter("id ^= d")));

    // When
    JsonObject fromTiles = clusters("many", WORLD, 3);

    // Then
    assertThat(fromTiles.getLong("total")).isEqualTo(MANY);
    assertThat(sum(fromTiles, "grey")).isEqualTo(MANY / 5);
    assertThat(sum(fromTiles, "red")).isEqualTo(MANY / 10);
    assertThat(sum(fromTiles, "green")).isEqualTo(MANY * 7 / 10);
    assertThat(of(fromTiles)).hasSizeBetween(500, 2_000);
    assertThat(of(fromTiles).stream().map(ClustersIT::counts).toList())
        .isEqualTo(of(fromDevices).stream().map(ClustersIT::counts).toList());
    registry.column(
        "update presence set online = false where tenant = 'many' and device_id = 'd2' returning tenant");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> sum(clusters("many", WORLD, 3), "grey") == MANY / 5 + 1);
  }

  private static JsonObject counts(JsonObject cluster) {
    return new JsonObject()
        .put("byHealth", cluster.getJsonObject("byHealth"))
        .put("bounds", cluster.getJsonObject("bounds"))
        .put("device", cluster.getString("device"));
  }

  @Test
  void looksAtDevicesWhereFewStand() {
    // Given
    clusters("many", WORLD, 0);

    // When
    JsonObject box = clusters("many", "10,10,30,30", 9);

    // Then
    assertThat(box.getLong("total")).isBetween(100L, 2_000L);
    assertThat(of(box)).allSatisfy(cluster -> assertThat(cluster.getLong("count")).isPositive());
    assertThat(sum(box, "green") + sum(box, "red") + sum(box, "grey"))
        .isEqualTo(box.getLong("total"));
  }
}
