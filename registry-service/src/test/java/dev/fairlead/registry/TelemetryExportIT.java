package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.ADMIN_KEY;
import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.registry.telemetry.TelemetrySettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TelemetryExportIT {

  private static final String EXPORT = "/api/v1/telemetry-export";
  private static final Duration TIMEOUT = Duration.ofSeconds(40);

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

  private static LocalDate day(int ago) {
    return LocalDate.now(ZoneOffset.UTC).minusDays(ago);
  }

  /// A device that was made ten days ago.
  private static void device(RegistryFixture where, String tenant, String id) {
    where.requestIn(tenant, HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", id));
    where.column(
        "update device set created_at = now() - interval '10 days' where tenant = '%s' and id = '%s' returning id"
            .formatted(tenant, id));
  }

  /// Samples of a day, a second after another.
  ///
  /// @param metrics in SQL, of each sample's number `n` from 0
  private static void measured(
      RegistryFixture where, String tenant, String id, LocalDate day, int samples, String metrics) {
    where.column(
        """
        with added as (
          insert into telemetry_history (slot, tenant, device_id, at, metrics)
          select %d, '%s', '%s', '%sT00:00:00Z'::timestamptz + n * interval '1 second', %s
          from generate_series(0, %d) as n
          returning slot
        )
        select count(*)::text from added
        """
            .formatted(Math.floorMod(day.toEpochDay(), 34), tenant, id, day, metrics, samples - 1));
  }

  private static void measured(String tenant, String id, LocalDate day, int samples) {
    measured(registry, tenant, id, day, samples, "jsonb_build_object('n', n)");
  }

  private static String line(String id, LocalDate day, int second) {
    return "{\"deviceId\":\"%s\",\"at\":\"%sT00:00:%02dZ\",\"metrics\":{\"n\": %d}}"
        .formatted(id, day, second, second);
  }

  private static List<String> lines(HttpResponse<Buffer> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    return Objects.requireNonNullElse(answer.bodyAsString(), "").lines().toList();
  }

  private static List<String> export(String tenant, String query) {
    return lines(scene.get(tenant, EXPORT + query));
  }

  @Test
  void givesADayOfOneTenantInTheOrderOfDevicesAndTime() {
    // Given
    for (String tenant : List.of("north", "south")) {
      registry.createTenant(tenant);
    }
    device(registry, "north", "b");
    device(registry, "north", "B");
    device(registry, "south", "a");
    measured("north", "b", day(2), 2);
    measured("north", "B", day(2), 1);
    measured("north", "b", day(1), 1);
    measured("north", "b", day(3), 1);
    measured("south", "a", day(2), 1);

    // When
    List<String> north = export("north", "?day=" + day(2));

    // Then
    assertThat(north)
        .containsExactly(line("B", day(2), 0), line("b", day(2), 0), line("b", day(2), 1));
    assertThat(export("south", "?day=" + day(2))).containsExactly(line("a", day(2), 0));
    assertThat(export("north", "")).containsExactly(line("b", day(1), 0));
    assertThat(scene.get("north", EXPORT).getHeader("Content-Type"))
        .isEqualTo("application/x-ndjson");
  }

  @Test
  void showsNothingOfADeviceThatIsGone() {
    // Given
    registry.createTenant("past");
    for (String id : List.of("deleted", "kept", "reborn")) {
      device(registry, "past", id);
      measured("past", id, day(2), id.equals("kept") ? 1 : 4_500);
    }
    for (String id : List.of("deleted", "reborn")) {
      registry.requestIn("past", HttpMethod.DELETE, "/api/v1/devices/" + id, new JsonObject());
    }
    registry.requestIn(
        "past", HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", "reborn"));

    // When
    List<String> shown = export("past", "?day=" + day(2));

    // Then
    assertThat(shown).containsExactly(line("kept", day(2), 0));
  }

  @Test
  void goesOnAfterASampleOrADevice() {
    // Given
    registry.createTenant("long");
    for (String id : List.of("a", "b", "c")) {
      device(registry, "long", id);
      measured("long", id, day(2), 1_500);
    }
    String query = "?day=" + day(2);

    // When
    List<String> all = export("long", query);

    // Then
    assertThat(all).hasSize(4_500).doesNotHaveDuplicates().isSorted();
    for (int last : new int[] {0, 1_499, 1_999, 2_000, 4_498}) {
      JsonObject sample = new JsonObject(all.get(last));
      assertThat(
              export(
                  "long",
                  query
                      + "&after="
                      + sample.getString("deviceId")
                      + "&at="
                      + sample.getString("at")))
          .isEqualTo(all.subList(last + 1, all.size()));
    }
    assertThat(export("long", query + "&after=b")).isEqualTo(all.subList(3_000, all.size()));
    assertThat(export("long", query + "&after=c")).isEmpty();
  }

  @Test
  void givesAllOfSamplesThatAreLarge() {
    // Given
    registry.createTenant("large");
    device(registry, "large", "a");
    measured(
        registry,
        "large",
        "a",
        day(2),
        6,
        "jsonb_build_object(repeat('k', case n when 3 then 2 << 20 else 400 << 10 end), n)");

    // When
    List<String> all = export("large", "?day=" + day(2));

    // Then
    assertThat(all).hasSize(6).doesNotHaveDuplicates().isSorted();
  }

  @ParameterizedTest
  @CsvSource({
    "day=2026-02-30, 400",
    "day=yesterday, 400",
    "day=, 400",
    "at=2026-11-20T08:00:00Z, 400",
    "after=a&at=noon, 400",
    "after=a b, 400",
    "day=2026-01-31, 410",
    "day=-2026-01-31, 400"
  })
  void refusesWhatIsNoDayOrNoPlace(String query, int status) {
    // When
    var answer = scene.get("default", EXPORT + "?" + query.replace(" ", "%20"));

    // Then
    assertThat(answer.statusCode()).isEqualTo(status);
  }

  @Test
  void knowsWhichDaysAreKept() {
    // When
    var tomorrow = scene.get("default", EXPORT + "?day=" + day(-1));
    var today = scene.get("default", EXPORT + "?day=" + day(0));
    var last = scene.get("default", EXPORT + "?day=" + day(7));
    var beyond = scene.get("default", EXPORT + "?day=" + day(8));

    // Then
    assertThat(tomorrow.statusCode()).isEqualTo(400);
    assertThat(today.statusCode()).isEqualTo(200);
    assertThat(last.statusCode()).isEqualTo(200);
    assertThat(beyond.statusCode()).isEqualTo(410);
    assertThat(json(beyond).getString("type")).endsWith("/day-expired");
  }

  @Test
  void isForKeysOfTheTenantAsFarAsTheyReach() {
    // Given
    registry.createTenant("foreign");
    for (String id : List.of("in", "out")) {
      device(registry, "default", id);
      measured("default", id, day(6), 1);
    }
    registry.request(
        HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "night").put("name", "N"));
    registry.request(
        HttpMethod.POST,
        "/api/v1/groups/night/devices",
        new JsonObject().put("add", new JsonArray().add("in")));
    String path = EXPORT + "?day=" + day(6);
    JsonObject viewer = new JsonObject().put("name", "k").put("role", "viewer");
    String key = key(viewer);
    String keyOfGroup = key(viewer.copy().put("group", "night"));

    // When
    List<String> seen = lines(get(path, key, Map.of()));
    List<String> seenOfGroup = lines(get(path, keyOfGroup, Map.of()));

    // Then
    assertThat(seen).containsExactly(line("in", day(6), 0), line("out", day(6), 0));
    assertThat(seenOfGroup).containsExactly(line("in", day(6), 0));
    assertThat(get(path, key, Map.of("Fairlead-Tenant", "foreign")).statusCode()).isEqualTo(403);
    assertThat(get(path, "nobodys-key", Map.of()).statusCode()).isEqualTo(401);
  }

  private static String key(JsonObject body) {
    return json(registry.request(HttpMethod.POST, "/api/v1/api-keys", body)).getString("key");
  }

  private static HttpResponse<Buffer> get(String path, String key, Map<String, String> headers) {
    return registry.request(HttpMethod.GET, path, headers, Buffer.buffer(), key);
  }

  @Test
  void cutsAnAnswerOffWhoseDayIsTakenAwayMeanwhile() throws Exception {
    int samples = 60_000;
    try (RegistryFixture patient = new RegistryFixture();
        HttpClient client = HttpClient.newHttpClient()) {
      // Given
      device(patient, "default", "a");
      measured(
          patient,
          "default",
          "a",
          day(4),
          samples,
          "jsonb_build_object('n', n, repeat('k', 700), 1)");
      InputStream body = client.send(request(patient), BodyHandlers.ofInputStream()).body();
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
        assertThat(lines.readLine()).startsWith("{\"deviceId\":\"a\"");

        // When
        emptied(patient);

        // Then
        assertThatThrownBy(() -> lines.lines().count()).hasCauseInstanceOf(IOException.class);
      }
      assertThat(client.send(request(patient), BodyHandlers.ofString()).statusCode())
          .isEqualTo(410);
    }
  }

  private static HttpRequest request(RegistryFixture where) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + where.port() + EXPORT + "?day=" + day(4)))
        .header("Authorization", "Bearer " + ADMIN_KEY)
        .build();
  }

  /// By a registry that keeps the history for a day.
  private static void emptied(RegistryFixture where) {
    RegistryService another =
        new RegistryService(
            where.vertx(),
            where
                .config()
                .withTelemetry(
                    new TelemetrySettings(
                        2_000, 1 << 20, Duration.ofMinutes(5), Duration.ofDays(1))),
            new SimpleMeterRegistry());
    await(another.start());
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                where
                    .column("select exists(select from telemetry_history)::text")
                    .equals(List.of("false")));
    await(another.stop());
  }

  @Test
  void findsTheTableOfADayAsTheDocumentTells() throws Exception {
    // Given
    registry.createTenant("told");
    device(registry, "told", "a");
    measured("told", "a", day(5), 1);
    Matcher block =
        Pattern.compile("```bash\nDAY=(.*?)\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("../docs/telemetry.md")));
    assertThat(block.find()).isTrue();

    // When
    Process bash =
        new ProcessBuilder("bash", "-euc", "DAY=" + day(5) + "\n" + block.group(2))
            .redirectErrorStream(true)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    // Then
    String table =
        registry
            .column("select tableoid::regclass::text from telemetry_history where tenant = 'told'")
            .getFirst();
    assertThat(bash.waitFor()).as(said).isZero();
    assertThat(said)
        .isEqualTo("registry.%s is there until %sT00:00:00Z\n".formatted(table, day(-3)));
  }
}
