package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.GatewayMessage.Share;
import dev.fairlead.bus.message.GatewayMessage.TenantShares;
import dev.fairlead.bus.message.GatewayMessage.TenantUse;
import dev.fairlead.bus.message.GatewayMessage.Use;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitIT {

  private static final String TENANTS = "/api/v1/tenants/";
  private static final String DEVICES = "/api/v1/devices";
  private static final Duration SHARE_INTERVAL = Duration.ofMillis(500);

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry =
        new RegistryFixture(
            config -> config.withLimits(new LimitSettings(Limits.defaults(), SHARE_INTERVAL)));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static HttpResponse<Buffer> set(String tenant, JsonObject limits) {
    return registry.request(
        HttpMethod.PATCH, TENANTS + tenant, new JsonObject().put("limits", limits));
  }

  private static HttpResponse<Buffer> createDevice(String tenant, String id) {
    return registry.requestIn(tenant, HttpMethod.POST, DEVICES, new JsonObject().put("id", id));
  }

  private static List<AccessMessage> said(String tenant) {
    return registry.heard(Topic.ACCESS).stream()
        .filter(record -> record.key().equals("limits/" + tenant))
        .map(AccessMessage::decode)
        .toList();
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  private static HttpResponse<Buffer> in(String tenant, HttpMethod method, String path) {
    return registry.request(
        method,
        path,
        Map.of("Fairlead-Tenant", tenant),
        Buffer.buffer(),
        RegistryFixture.ADMIN_KEY);
  }

  private static JsonObject limitOf(String tenant, String name) {
    return json(in(tenant, HttpMethod.GET, "/api/v1/limits")).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .filter(limit -> limit.getString("name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void givesATenantOtherLimitsAndTakesThemBack() {
    // Given
    registry.createTenant("given");
    TenantId tenant = new TenantId("given");

    // When
    HttpResponse<Buffer> changed =
        set("given", new JsonObject().put("connections", 5).put("devices", 7));

    // Then
    assertThat(changed.statusCode()).isEqualTo(200);
    JsonObject limits = json(changed).getJsonObject("limits");
    assertThat(limits.getLong("connections")).isEqualTo(5);
    assertThat(limits.getLong("messagesPerSecond")).isEqualTo(1_000_000);
    assertThat(json(registry.request(HttpMethod.GET, TENANTS + "given"))).isEqualTo(json(changed));
    await()
        .untilAsserted(
            () ->
                assertThat(said("given"))
                    .containsExactly(
                        new AccessMessage.TenantLimits(
                            tenant, Map.of(Limit.CONNECTIONS, 5L, Limit.DEVICES, 7L))));

    // When
    set("given", new JsonObject().putNull("devices"));
    HttpResponse<Buffer> usual = set("given", new JsonObject().putNull("connections"));

    // Then
    assertThat(json(usual).getJsonObject("limits").getLong("connections")).isEqualTo(1_000_000);
    await()
        .untilAsserted(
            () ->
                assertThat(said("given").subList(1, said("given").size()))
                    .containsExactly(
                        new AccessMessage.TenantLimits(tenant, Map.of(Limit.CONNECTIONS, 5L)),
                        new AccessMessage.Withdrawn("limits/given")));
  }

  @Test
  void takesTheLimitsOfADeletedTenantBack() {
    // Given
    registry.createTenant("gone");
    set("gone", new JsonObject().put("connections", 5));

    // When
    registry.request(HttpMethod.DELETE, TENANTS + "gone");

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(said("gone"))
                    .last()
                    .isEqualTo(new AccessMessage.Withdrawn("limits/gone")));
  }

  @Test
  void makesAsManyDevicesAsTheTenantMayHave() {
    // Given
    registry.createTenant("small");
    set("small", new JsonObject().put("devices", 2));
    createDevice("small", "one");
    createDevice("small", "two");

    // When
    HttpResponse<Buffer> onePast = createDevice("small", "three");

    // Then
    assertThat(problem(onePast)).isEqualTo("409 quota-exceeded");
    assertThat(problem(createDevice("small", "two"))).isEqualTo("409 device-exists");
    assertThat(limitOf("small", "devices"))
        .isEqualTo(new JsonObject().put("name", "devices").put("limit", 2).put("used", 2));

    // When
    in("small", HttpMethod.DELETE, DEVICES + "/one");

    // Then
    assertThat(createDevice("small", "three").statusCode()).isEqualTo(201);
    assertThat(problem(createDevice("small", "four"))).isEqualTo("409 quota-exceeded");
  }

  @Test
  void makesNoMoreDevicesSideBySideEither() {
    // Given
    registry.createTenant("crowded");
    set("crowded", new JsonObject().put("devices", 5));

    // When
    List<Integer> answers =
        IntStream.range(0, 20)
            .parallel()
            .mapToObj(i -> createDevice("crowded", "d" + i).statusCode())
            .toList();

    // Then
    assertThat(answers).containsOnly(201, 409);
    assertThat(answers).filteredOn(status -> status == 201).hasSize(5);
    assertThat(limitOf("crowded", "devices").getDouble("used")).isEqualTo(5);
  }

  @Test
  void sharesOutWhatATenantUsesMoreThanHalfOf() {
    // Given
    registry.createTenant("busy");
    set("busy", new JsonObject().put("connections", 10));
    TenantId tenant = new TenantId("busy");
    Use six = new Use(tenant, Limit.CONNECTIONS, 6, false);

    // When
    await()
        .until(
            () -> {
              tell("gw-a", six);
              tell("gw-b");
              return sharesOf("gw-b")
                  .contains(
                      new TenantShares("gw-b", List.of(new Share(tenant, Limit.CONNECTIONS, 2))));
            });

    // Then
    assertThat(sharesOf("gw-a"))
        .contains(new TenantShares("gw-a", List.of(new Share(tenant, Limit.CONNECTIONS, 8))));
    await()
        .untilAsserted(
            () -> {
              tell("gw-a", six);
              assertThat(limitOf("busy", "connections").getDouble("used")).isEqualTo(6);
            });

    // When
    await()
        .until(
            () -> {
              tell("gw-a");
              tell("gw-b");
              return !sharesOf("gw-a").isEmpty()
                  && sharesOf("gw-a").getLast().equals(new TenantShares("gw-a", List.of()));
            });

    // Then
    assertThat(limitOf("busy", "connections").getDouble("used")).isZero();
  }

  private static void tell(String gateway, Use... uses) {
    registry.send(new TenantUse(gateway, Set.of(Limit.CONNECTIONS), List.of(uses)).toRecord());
  }

  private static List<GatewayMessage> sharesOf(String gateway) {
    return registry.heard(Topic.GATEWAYS).stream()
        .filter(record -> record.key().equals("shares/" + gateway))
        .map(GatewayMessage::decode)
        .toList();
  }

  @Test
  void showsLimitsToTheTenantItself() {
    // Given
    registry.createTenant("mine");
    set("mine", new JsonObject().put("deviceMessagesPerSecond", 3));

    // Then
    assertThat(limitOf("mine", "deviceMessagesPerSecond"))
        .isEqualTo(
            new JsonObject()
                .put("name", "deviceMessagesPerSecond")
                .put("limit", 3)
                .putNull("used"));
    assertThat(limitOf("mine", "commandsPerSecond").getDouble("used")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"connections\":0}",
        "{\"connections\":1000000000001}",
        "{\"connections\":1.5}",
        "{\"cows\":1}",
        "{\"devices\":\"1\"}"
      })
  void refusesWhatIsNoLimit(String limits) {
    // Given
    registry.createTenant("strict");

    // Then
    assertThat(problem(set("strict", new JsonObject(limits)))).isEqualTo("400 validation-failed");
  }
}
