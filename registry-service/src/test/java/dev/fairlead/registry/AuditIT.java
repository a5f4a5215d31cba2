package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.AuditMessage;
import dev.fairlead.runtime.audit.AuditEntry;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.sqlclient.Pool;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditIT {

  private static final String AUDIT = "/api/v1/audit";
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");

  private static DatabaseSettings database;
  private static RegistryFixture registry;
  private static Pool pool;

  @BeforeAll
  static void start() {
    database = RegistryFixture.database();
    registry = new RegistryFixture(database);
    pool = PgPools.create(registry.vertx(), database, "test", "registry");
  }

  @AfterAll
  static void stop() {
    await(pool.close());
    registry.close();
  }

  private static HttpResponse<Buffer> in(String tenant, HttpMethod method, String path) {
    return registry.request(
        method,
        path,
        Map.of("Fairlead-Tenant", tenant),
        Buffer.buffer(),
        RegistryFixture.ADMIN_KEY);
  }

  private static List<JsonObject> entries(String tenant, String query) {
    return json(in(tenant, HttpMethod.GET, AUDIT + query)).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private static List<JsonObject> awaitEntries(String tenant, String query, int count) {
    return Awaitility.await().until(() -> entries(tenant, query), found -> found.size() == count);
  }

  private static AuditEntry entry(String tenant, int number) {
    return at(tenant, number, Instant.parse("2026-01-01T00:00:00.000001Z"));
  }

  private static AuditEntry at(String tenant, int number, Instant at) {
    return new AuditEntry(
        UUID.nameUUIDFromBytes((tenant + number).getBytes(StandardCharsets.UTF_8)),
        at,
        tenant,
        "somebody",
        "operator",
        "sendCommand",
        "/api/v1/commands/" + number,
        "192.0.2.1",
        AuditEntry.SUCCEEDED,
        "command");
  }

  private static void write(String tenant, int count) {
    for (int number = 0; number < count; number++) {
      registry.send(AuditMessage.of(entry(tenant, number)).toRecord());
    }
    awaitEntries(tenant, "", count);
  }

  private static JsonObject verification(String tenant) {
    return json(in(tenant, HttpMethod.GET, AUDIT + "/verification"));
  }

  private static void change(String sql) {
    await(pool.query(sql).execute());
  }

  private String checked() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    boolean intact =
        AuditCheck.run(registry.config(), new PrintStream(out, true, StandardCharsets.UTF_8));
    return intact + "\n" + out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void tellsWhoMadeADevice() {
    // Given
    registry.createTenant("makers");

    // When
    in("makers", HttpMethod.GET, "/api/v1/devices");
    registry.request(
        HttpMethod.POST,
        "/api/v1/devices",
        Map.of("Content-Type", "application/json", "Fairlead-Tenant", "makers"),
        Buffer.buffer("{\"id\":\"pump\"}"),
        RegistryFixture.ADMIN_KEY);

    // Then
    JsonObject entry = awaitEntries("makers", "", 1).getFirst();
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
    JsonObject entry = awaitEntries("refusers", "?outcome=forbidden", 1).getFirst();
    assertThat(entry.getString("role")).isEqualTo("viewer");
    assertThat(entry.getString("action")).isEqualTo("createDevice");
  }

  @Test
  void showsEachEntryOnceThatCameTwice() {
    // Given
    registry.send(AuditMessage.of(entry("twice", 1)).toRecord());
    registry.send(AuditMessage.of(entry("twice", 2)).toRecord());

    // When
    registry.send(AuditMessage.of(entry("twice", 1)).toRecord());
    registry.send(AuditMessage.of(entry("twice", 3)).toRecord());

    // Then
    assertThat(awaitEntries("twice", "", 3))
        .extracting(entry -> entry.getLong("sequence"))
        .containsExactly(3L, 2L, 1L);
    assertThat(verification("twice").getBoolean("intact")).isTrue();
  }

  @Test
  void pagesAndFilters() {
    // Given
    write("pages", 5);

    // When
    JsonObject first = json(in("pages", HttpMethod.GET, AUDIT + "?limit=3"));
    JsonObject second =
        json(in("pages", HttpMethod.GET, AUDIT + "?cursor=" + first.getString("next")));

    // Then
    assertThat(first.getJsonArray("items")).hasSize(3);
    assertThat(second.getJsonArray("items")).hasSize(2);
    assertThat(entries("pages", "?target=/api/v1/commands/4")).hasSize(1);
    assertThat(entries("pages", "?actor=nobody")).isEmpty();
    assertThat(entries("pages", "?from=2026-01-01T00:00:00.000001Z")).hasSize(5);
    assertThat(entries("pages", "?to=2026-01-01T00:00:00.000001Z")).isEmpty();
  }

  @Test
  void exportsEverythingOldestFirst() {
    // Given
    write("export", 4);

    // When
    HttpResponse<Buffer> response = in("export", HttpMethod.GET, AUDIT + "/export");

    // Then
    assertThat(response.getHeader("Content-Type")).isEqualTo("application/x-ndjson");
    assertThat(Objects.requireNonNull(response.bodyAsString()).lines().map(JsonObject::new))
        .extracting(entry -> entry.getLong("sequence"))
        .containsExactly(1L, 2L, 3L, 4L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "edited|update audit set actor = 'else' where tenant = $ and sequence = 2|entry 2 was changed",
        "moved|update audit set at = at + interval '1 s' where tenant = $ and sequence = 3|entry 3 was changed",
        "middle|delete from audit where tenant = $ and sequence = 2|entry 2 is missing",
        "head|delete from audit where tenant = $ and sequence = 1|entry 1 is missing",
        "tail|delete from audit where tenant = $ and sequence = 3|entry 3 is missing",
        "ends|update audit_chain set next_sequence = 3 where tenant = $|the ends of the chain were changed",
        "chainless|delete from audit_chain where tenant = $|the chain is missing",
      })
  void noticesWhatWasDoneToTheTables(String tenant, String sql, String fault) {
    // Given
    write(tenant, 3);
    assertThat(verification(tenant).getBoolean("intact")).isTrue();

    // When
    change(sql.replace("$", "'" + tenant + "'"));

    // Then
    assertThat(verification(tenant).getBoolean("intact")).isFalse();
    assertThat(verification(tenant).getString("fault")).isEqualTo(fault);
    assertThat(checked()).startsWith("false").contains(tenant + ": ");
    change("delete from audit where tenant = '" + tenant + "'");
    change("delete from audit_chain where tenant = '" + tenant + "'");
  }

  @Test
  void keepsChainIntactWhereOldEntriesWereTakenAway() {
    // Given
    Instant old = Instant.parse("2020-01-01T00:00:00Z");
    for (int number = 0; number < 3; number++) {
      registry.send(AuditMessage.of(at("aged", number, old)).toRecord());
    }
    registry.send(AuditMessage.of(at("aged", 3, Instant.now())).toRecord());
    awaitEntries("aged", "", 4);

    // When
    registry.stop();
    registry.start(UnaryOperator.identity());

    // Then
    assertThat(awaitEntries("aged", "", 1))
        .extracting(entry -> entry.getLong("sequence"))
        .containsExactly(4L);
    assertThat(verification("aged").getBoolean("intact")).isTrue();
    assertThat(verification("aged").getLong("first")).isEqualTo(4);
  }

  @Test
  void saysOnTheCommandLineThatAllIsWell() {
    // Given
    write("well", 2);

    // Then
    assertThat(checked()).startsWith("true").contains("well: intact, entries 1 to 2, head ");
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
    assertThat(awaitEntries("rolled", "", 2))
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
    registry.send(AuditMessage.of(entry("odd", 1)).toRecord());

    // Then
    awaitEntries("odd", "", 1);
    Awaitility.await().until(() -> registry.heard(Topic.DEAD_LETTERS).size() > before);
  }
}
