package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.AuditMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AuditIT {

  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

  private static RegistryFixture registry;
  private static AuditScene scene;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    scene = new AuditScene(registry);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @Test
  void tellsWhoMadeADevice() {
    // Given
    registry.createTenant("makers");

    // When
    scene.in("makers", HttpMethod.GET, "/api/v1/devices");
    registry.request(
        HttpMethod.POST,
        "/api/v1/devices",
        Map.of("Content-Type", "application/json", "Fairlead-Tenant", "makers"),
        Buffer.buffer("{\"id\":\"pump\"}"),
        RegistryFixture.ADMIN_KEY);

    // Then
    JsonObject entry = scene.awaitEntries("makers", "", 1).getFirst();
    assertThat(entry.getLong("sequence")).isEqualTo(1);
    assertThat(entry.getString("actor")).isEqualTo("admin");
    assertThat(entry.getString("role")).isEqualTo("platform");
    assertThat(entry.getString("action")).isEqualTo("createDevice");
    assertThat(entry.getString("target")).isEqualTo("/api/v1/devices/pump");
    assertThat(entry.getString("address")).isEqualTo("127.0.0.1");
    assertThat(entry.getString("outcome")).isEqualTo("succeeded");
    assertThat(entry.getString("service")).isEqualTo("registry");
  }

  @Test
  void tellsWhoWasRefused() {
    // Given
    registry.createTenant("refusers");
    String viewer =
        json(registry.request(
                HttpMethod.POST,
                "/api/v1/api-keys",
                Map.of("Content-Type", "application/json", "Fairlead-Tenant", "refusers"),
                Buffer.buffer("{\"name\":\"v\",\"role\":\"viewer\"}"),
                RegistryFixture.ADMIN_KEY))
            .getString("key");

    // When
    Awaitility.await()
        .until(
            () ->
                registry
                        .request(
                            HttpMethod.POST, "/api/v1/devices", JSON, Buffer.buffer("{}"), viewer)
                        .statusCode()
                    == 403);

    // Then
    JsonObject entry = scene.awaitEntries("refusers", "?outcome=forbidden", 1).getFirst();
    assertThat(entry.getString("role")).isEqualTo("viewer");
    assertThat(entry.getString("action")).isEqualTo("createDevice");
  }

  @Test
  void showsEachEntryOnceThatCameTwice() {
    // Given
    registry.send(AuditMessage.of(AuditScene.entry("twice", 1)).toRecord());
    registry.send(AuditMessage.of(AuditScene.entry("twice", 2)).toRecord());

    // When
    registry.send(AuditMessage.of(AuditScene.entry("twice", 1)).toRecord());
    registry.send(AuditMessage.of(AuditScene.entry("twice", 3)).toRecord());

    // Then
    assertThat(scene.awaitEntries("twice", "", 3))
        .extracting(entry -> entry.getLong("sequence"))
        .containsExactly(3L, 2L, 1L);
    assertThat(scene.verification("twice").getBoolean("intact")).isTrue();
  }

  @Test
  void pagesAndFilters() {
    // Given
    scene.write("pages", 5);

    // When
    JsonObject first = json(scene.in("pages", HttpMethod.GET, AuditScene.AUDIT + "?limit=3"));
    JsonObject second =
        json(
            scene.in(
                "pages", HttpMethod.GET, AuditScene.AUDIT + "?cursor=" + first.getString("next")));

    // Then
    assertThat(first.getJsonArray("items")).hasSize(3);
    assertThat(second.getJsonArray("items")).hasSize(2);
    assertThat(scene.entries("pages", "?target=/api/v1/commands/4")).hasSize(1);
    assertThat(scene.entries("pages", "?actor=nobody")).isEmpty();
    assertThat(scene.entries("pages", "?from=2026-01-01T00:00:00.000001Z")).hasSize(5);
    assertThat(scene.entries("pages", "?to=2026-01-01T00:00:00.000001Z")).isEmpty();
  }

  @Test
  void exportsEverythingOldestFirst() {
    // Given
    scene.write("export", 4);

    // When
    HttpResponse<Buffer> response =
        scene.in("export", HttpMethod.GET, AuditScene.AUDIT + "/export");

    // Then
    assertThat(response.getHeader("Content-Type")).isEqualTo("application/x-ndjson");
    assertThat(Objects.requireNonNull(response.bodyAsString()).lines().map(JsonObject::new))
        .extracting(entry -> entry.getLong("sequence"))
        .containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void keepsChainIntactWhereOldEntriesWereTakenAway() {
    // Given
    Instant old = Instant.parse("2020-01-01T00:00:00Z");
    for (int number = 0; number < 3; number++) {
      registry.send(AuditMessage.of(AuditScene.at("aged", number, old)).toRecord());
    }
    registry.send(AuditMessage.of(AuditScene.at("aged", 3, Instant.now())).toRecord());
    scene.awaitEntries("aged", "", 4);

    // When
    registry.stop();
    registry.start(UnaryOperator.identity());

    // Then
    assertThat(scene.awaitEntries("aged", "", 1))
        .extracting(entry -> entry.getLong("sequence"))
        .containsExactly(4L);
    assertThat(scene.verification("aged").getBoolean("intact")).isTrue();
    assertThat(scene.verification("aged").getLong("first")).isEqualTo(4);
  }

  @Test
  void doesNotWriteDownWhatWasRolledBack() {
    // Given
    registry.createTenant("rolled");
    String path = "/api/v1/devices";
    Map<String, String> headers =
        Map.of("Content-Type", "application/json", "Fairlead-Tenant", "rolled");
    Buffer body = Buffer.buffer("{\"id\":\"one\"}");
    registry.request(HttpMethod.POST, path, headers, body, RegistryFixture.ADMIN_KEY);

    // When
    HttpResponse<Buffer> again =
        registry.request(HttpMethod.POST, path, headers, body, RegistryFixture.ADMIN_KEY);

    // Then
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(scene.awaitEntries("rolled", "", 2))
        .extracting(entry -> entry.getString("outcome"))
        .containsExactly("device-exists", "succeeded");
  }

  @Test
  void putsMalformedEntriesAway() {
    // Given
    int before = registry.heard(Topic.DEAD_LETTERS).size();

    // When
    registry.send(
        dev.fairlead.bus.BusRecord.keyed(
            Topic.AUDIT, "odd", Map.of(), "{}".getBytes(StandardCharsets.UTF_8)));
    registry.send(AuditMessage.of(AuditScene.entry("odd", 1)).toRecord());

    // Then
    scene.awaitEntries("odd", "", 1);
    Awaitility.await().until(() -> registry.heard(Topic.DEAD_LETTERS).size() > before);
  }
}
