package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KnowledgeIT {

  private static final String KNOWLEDGE = "/api/v1/knowledge";
  private static final String ENTRY =
      "{\"title\":\"Hot\",\"explanation\":\"It is hot.\",\"suggestion\":\"%s\"}";

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static HttpResponse<Buffer> put(String path, String suggestion) {
    return registry.request(
        HttpMethod.PUT, KNOWLEDGE + path, new JsonObject(ENTRY.formatted(suggestion)));
  }

  private static JsonObject raised(String device, String type, String code, String suggestion) {
    registry.request(
        HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", device).put("type", type));
    JsonObject body =
        new JsonObject()
            .put("code", code)
            .put("severity", "info")
            .put("text", "t")
            .put("state", "raised");
    if (!suggestion.isEmpty()) {
      body.put("suggestion", suggestion);
    }
    registry.send(
        new DeviceMessage(
                DeviceMessage.Type.ALERT,
                DeviceKey.of("default", device),
                new SessionId("s"),
                new Epoch(1, 1),
                1_000,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Headers.JSON,
                body.encode().getBytes(StandardCharsets.UTF_8))
            .toRecord());
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> !registry.device(device).getJsonArray("alerts").isEmpty());
    return alert(device);
  }

  private static JsonObject alert(String device) {
    return registry.device(device).getJsonArray("alerts").getJsonObject(0);
  }

  @Test
  void fillsInWhatNobodyElseSuggestsAlsoForOldAlerts() {
    // Given
    JsonObject bare = raised("bare", "pump", "hot", "");
    raised("telling", "pump", "hot", "Ask the device");
    raised("valve", "valve", "hot", "");

    // When
    put("/hot", "Cool it");
    put("/hot?type=pump", "Clean the filter");

    // Then
    assertThat(bare.getString("suggestion")).isNull();
    assertThat(bare.getString("suggestionFrom")).isNull();
    assertThat(alert("bare").getString("suggestion")).isEqualTo("Clean the filter");
    assertThat(alert("bare").getString("suggestionFrom")).isEqualTo("knowledge");
    assertThat(alert("bare").getString("title")).isEqualTo("Hot");
    assertThat(alert("bare").getString("explanation")).isEqualTo("It is hot.");
    assertThat(alert("valve").getString("suggestion")).isEqualTo("Cool it");
    assertThat(alert("telling").getString("suggestion")).isEqualTo("Ask the device");
    assertThat(alert("telling").getString("suggestionFrom")).isEqualTo("device");

    // When
    put("/hot?type=pump", "Clean it well");

    // Then
    assertThat(alert("bare").getString("suggestion")).isEqualTo("Clean it well");

    // When
    registry.request(HttpMethod.DELETE, KNOWLEDGE + "/hot?type=pump");

    // Then
    assertThat(alert("bare").getString("suggestion")).isEqualTo("Cool it");
  }

  @Test
  void isListedByCodeAndTypeAndKeptWithinItsTenant() {
    // Given
    registry.createTenant("readers");
    for (String path : new String[] {"/b", "/a?type=x", "/a", "/with%20space%2Fand%20slash"}) {
      registry.requestIn(
          "readers", HttpMethod.PUT, KNOWLEDGE + path, new JsonObject(ENTRY.formatted("s")));
    }

    // When
    JsonObject first = in("readers", "?limit=3");
    JsonObject rest = in("readers", "?limit=3&cursor=" + first.getString("next"));

    // Then
    assertThat(first.getJsonArray("items"))
        .extracting(
            entry ->
                ((JsonObject) entry).getString("code") + ((JsonObject) entry).getString("type"))
        .containsExactly("anull", "ax", "bnull");
    assertThat(rest.getJsonArray("items"))
        .extracting(entry -> ((JsonObject) entry).getString("code"))
        .containsExactly("with space/and slash");
    assertThat(json(registry.request(HttpMethod.GET, KNOWLEDGE + "/b")).getString("type"))
        .endsWith("/knowledge-not-found");
    assertThat(registry.request(HttpMethod.DELETE, KNOWLEDGE + "/b").statusCode()).isEqualTo(404);
    assertThat(in("readers", "/b").getString("updatedBy")).isNotEmpty();
  }

  private static JsonObject in(String tenant, String path) {
    return json(
        registry.request(
            HttpMethod.GET,
            KNOWLEDGE + path,
            Map.of("Fairlead-Tenant", tenant),
            Buffer.buffer(),
            RegistryFixture.ADMIN_KEY));
  }
}
