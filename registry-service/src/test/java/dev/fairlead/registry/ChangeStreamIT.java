package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.embedded.testing.EventStream;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ChangeStreamIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);
  private static final int STREAMS_MAX = 3;
  private static final String CHANGES = "/api/v1/changes";

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry =
        new RegistryFixture(
            config ->
                config
                    .withApi(config.api().withBounds(1 << 20, 64, REQUEST_TIMEOUT))
                    .withChanges(new FeedSettings(Duration.ofDays(7), STREAMS_MAX)));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static String tenant() {
    String id = "t-" + UUID.randomUUID();
    registry.createTenant(id);
    return id;
  }

  private static EventStream<JsonObject> open(
      String tenant, String query, Map<String, String> more) {
    Map<String, String> headers = new HashMap<>(more);
    headers.putIfAbsent("Authorization", "Bearer " + RegistryFixture.ADMIN_KEY);
    if (!tenant.isEmpty()) {
      headers.put("Fairlead-Tenant", tenant);
    }
    return new EventStream<>(
        URI.create("http://127.0.0.1:" + registry.port() + "/api/v1/changes/stream" + query),
        headers,
        JsonObject::new);
  }

  private static void createDevice(String tenant, String id) {
    registry.requestIn(tenant, HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", id));
  }

  private static List<String> subjects(EventStream<JsonObject> stream) {
    return stream.events().stream().map(event -> event.getString("subject")).toList();
  }

  private static void awaitSubjects(EventStream<JsonObject> stream, String... expected) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(() -> assertThat(subjects(stream)).containsExactly(expected));
  }

  @Test
  void tellsWhatHappensAndOutlivesTheTimeLimitOfRequests() {
    // Given
    String tenant = tenant();
    try (EventStream<JsonObject> stream = open(tenant, "?kind=device.created", Map.of())) {
      createDevice(tenant, "early");
      awaitSubjects(stream, "early");

      // When
      Awaitility.await().pollDelay(REQUEST_TIMEOUT.multipliedBy(2)).until(() -> true);
      createDevice(tenant, "late");
      registry.requestIn(
          tenant, HttpMethod.PATCH, "/api/v1/devices/late", new JsonObject().put("name", "L"));

      // Then
      awaitSubjects(stream, "early", "late");
      assertThat(stream.status()).isEqualTo(200);
      assertThat(stream.contentType()).isEqualTo("text/event-stream");
      assertThat(stream.ended()).isFalse();
      assertThat(stream.events().getLast().getString("id")).isNotEmpty();
    }
  }

  @Test
  void tellsEverythingOnceToWhoeverComesBackAgainAndAgain() throws InterruptedException {
    // Given
    String tenant = tenant();
    int count = 60;
    List<String> heard = new ArrayList<>();
    String last;
    try (EventStream<JsonObject> stream = open(tenant, "", Map.of())) {
      Awaitility.await().atMost(TIMEOUT).until(() -> !stream.lastEventId().isEmpty());
      last = stream.lastEventId();
    }

    // When
    Thread writer =
        Thread.ofVirtual()
            .start(
                () ->
                    IntStream.range(0, count)
                        .parallel()
                        .forEach(number -> createDevice(tenant, "d" + number)));
    while (heard.size() < count) {
      int wanted = Math.min(7, count - heard.size());
      try (EventStream<JsonObject> stream = open(tenant, "", Map.of("Last-Event-ID", last))) {
        Awaitility.await().atMost(TIMEOUT).until(() -> stream.events().size() >= wanted);
        for (JsonObject event : stream.events().subList(0, wanted)) {
          heard.add(event.getString("subject"));
          last = event.getString("id");
        }
      }
    }
    writer.join();

    // Then
    assertThat(heard)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, count).mapToObj(number -> "d" + number).toList());
    try (EventStream<JsonObject> stream = open(tenant, "?cursor=" + last, Map.of())) {
      createDevice(tenant, "after");
      awaitSubjects(stream, "after");
    }
  }

  /// Else whoever is cut off before the first event would not hear it when coming back.
  @Test
  void saysNowhereThatEventsWereHeardWhichAreStillToCome() {
    // Given
    String tenant = tenant();
    String before;
    try (EventStream<JsonObject> stream = open(tenant, "", Map.of())) {
      Awaitility.await().atMost(TIMEOUT).until(() -> !stream.lastEventId().isEmpty());
      before = stream.lastEventId();
    }
    createDevice(tenant, "first");
    createDevice(tenant, "second");

    // When
    try (EventStream<JsonObject> stream = open(tenant, "?cursor=" + before, Map.of())) {
      awaitSubjects(stream, "first", "second");

      // Then
      assertThat(stream.firstEventId()).isEqualTo(stream.events().getFirst().getString("id"));
    }
  }

  @Test
  void endsWhenTheKeyIsTakenBack() {
    // Given
    JsonObject made =
        json(
            registry.request(
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject("{\"name\":\"k\",\"role\":\"viewer\"}")));
    String key = made.getString("key");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> registry.statusOf(key, HttpMethod.GET, "/api/v1/changes") == 200);
    try (EventStream<JsonObject> stream = open("", "", Map.of("Authorization", "Bearer " + key))) {
      assertThat(stream.status()).isEqualTo(200);

      // When
      registry.request(HttpMethod.DELETE, "/api/v1/api-keys/" + made.getString("id"));

      // Then
      Awaitility.await().atMost(Duration.ofSeconds(8)).until(stream::ended);
    }
  }

  @Test
  void endsWhenTheTenantIsSuspended() {
    // Given
    String tenant = tenant();
    String key =
        json(registry.requestIn(
                tenant,
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject("{\"name\":\"k\",\"role\":\"viewer\"}")))
            .getString("key");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> registry.statusOf(key, HttpMethod.GET, "/api/v1/changes") == 200);
    try (EventStream<JsonObject> stream = open("", "", Map.of("Authorization", "Bearer " + key))) {
      // When
      registry.request(
          HttpMethod.PATCH, "/api/v1/tenants/" + tenant, new JsonObject("{\"suspended\":true}"));

      // Then
      Awaitility.await().atMost(Duration.ofSeconds(8)).until(stream::ended);
    }
  }

  @Test
  void servesSoManyOfATenantAndNotOneMore() {
    // Given
    String tenant = tenant();
    List<EventStream<JsonObject>> streams = new ArrayList<>();
    for (int i = 0; i < STREAMS_MAX; i++) {
      streams.add(open(tenant, "", Map.of()));
    }

    // When
    int more = open(tenant, "", Map.of()).status();
    int others = open(tenant(), "", Map.of()).status();
    streams.getFirst().close();

    // Then
    assertThat(streams).allMatch(stream -> stream.status() == 200);
    assertThat(more).isEqualTo(429);
    assertThat(others).isEqualTo(200);
    Awaitility.await().atMost(TIMEOUT).until(() -> open(tenant, "", Map.of()).status() == 200);
    streams.forEach(EventStream::close);
  }

  @Test
  void tellsASlowReaderEverythingAndKeepsNothingForIt() throws IOException {
    // Given
    String tenant = tenant();
    int count = 30_000;
    String cursor =
        json(registry.requestIn(tenant, HttpMethod.GET, CHANGES, new JsonObject()))
            .getString("next");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
      socket
          .getOutputStream()
          .write(
              """
              GET /api/v1/changes/stream?cursor=%s HTTP/1.0
              Host: localhost
              Authorization: Bearer %s
              Fairlead-Tenant: %s

              """
                  .formatted(cursor, RegistryFixture.ADMIN_KEY, tenant)
                  .replace("\n", "\r\n")
                  .getBytes(UTF_8));

      // When: far more than all buffers between hold.
      registry.column(
          """
          with made as (
            insert into change (tenant, device, kind, at, data)
            select '%s', 'd' || number, 'device.updated', now(), '{}'
            from generate_series(1, %d) number
            order by number
            returning id
          )
          select count(*)::text from made
          """
              .formatted(tenant, count));

      // Then
      List<String> heard = new ArrayList<>();
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      while (heard.size() < count) {
        String line = lines.readLine();
        if (line.startsWith("data: ")) {
          heard.add(new JsonObject(line.substring("data: ".length())).getString("subject"));
        }
      }
      assertThat(heard)
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, count).mapToObj(number -> "d" + number).toList());
    }
  }

  @Test
  void tellsNothingOfOtherTenants() {
    // Given
    String mine = tenant();
    String theirs = tenant();
    JsonObject made =
        json(
            registry.requestIn(
                mine,
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject("{\"name\":\"k\",\"role\":\"viewer\"}")));
    Map<String, String> key = Map.of("Authorization", "Bearer " + made.getString("key"));
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                registry.statusOf(made.getString("key"), HttpMethod.GET, "/api/v1/changes") == 200);
    try (EventStream<JsonObject> stream = open("", "", key)) {
      // When
      createDevice(theirs, "theirs");
      createDevice(mine, "mine");

      // Then
      awaitSubjects(stream, "mine");
      assertThat(open(theirs, "", key).status()).isEqualTo(403);
    }
  }

  @Test
  void keepsAKeyOfAGroupToItsDevices() {
    // Given
    registry.createDevice("kept");
    registry.createDevice("other");
    registry.request(HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "g"));
    registry.request(
        HttpMethod.POST, "/api/v1/groups/g/devices", new JsonObject("{\"add\":[\"kept\"]}"));
    String key =
        json(registry.request(
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject("{\"name\":\"k\",\"role\":\"viewer\",\"group\":\"g\"}")))
            .getString("key");
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> registry.statusOf(key, HttpMethod.GET, "/api/v1/changes") == 200);
    try (EventStream<JsonObject> stream = open("", "", Map.of("Authorization", "Bearer " + key))) {
      // When
      for (String device : List.of("other", "kept")) {
        registry.request(
            HttpMethod.PATCH, "/api/v1/devices/" + device, new JsonObject().put("name", "N"));
      }

      // Then
      awaitSubjects(stream, "kept");
    }
  }

  @Test
  void refusesACursorThatIsNone() {
    assertThat(open("", "?cursor=nonsense", Map.of()).status()).isEqualTo(400);
    assertThat(open("", "", Map.of("Last-Event-ID", "nonsense")).status()).isEqualTo(400);
  }
}
