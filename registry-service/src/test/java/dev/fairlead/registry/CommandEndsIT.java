package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.CommandEnded;
import dev.fairlead.registry.webhook.WebhookSettings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The ends of commands on their way from `fairlead.commands` into the feed and to webhooks.
class CommandEndsIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String CHANGES = "/api/v1/changes";

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    WebhookSettings usual = WebhookSettings.DEFAULT;
    registry =
        new RegistryFixture(
            config ->
                config.withWebhooks(
                    new WebhookSettings(
                        true,
                        usual.timeout(),
                        usual.retries(),
                        usual.disableAfter(),
                        usual.lease(),
                        Optional.empty())));
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

  private static CommandEnded ended(
      String tenant, UUID command, Optional<CommandEnded.Result> result) {
    return new CommandEnded(
        DeviceKey.of(tenant, "pump-17"),
        command,
        "valve/open",
        result.map(_ -> "order/4711"),
        result.map(CommandEnded.Result::status).orElse("cancelled"),
        1,
        result.isPresent() ? Optional.empty() : Optional.of("by somebody"),
        Instant.parse("2026-11-21T08:00:00.5Z"),
        result);
  }

  private static void send(String tenant, UUID... commands) {
    for (UUID command : commands) {
      registry.send(ended(tenant, command, Optional.empty()).toRecord());
    }
  }

  private static JsonObject page(String tenant, String key, String query) {
    return json(
        registry.request(
            HttpMethod.GET,
            CHANGES + query,
            key.equals(RegistryFixture.ADMIN_KEY) ? Map.of("Fairlead-Tenant", tenant) : Map.of(),
            Buffer.buffer(),
            key));
  }

  private static String now(String tenant) {
    return page(tenant, RegistryFixture.ADMIN_KEY, "").getString("next");
  }

  /// What the feed tells of ends after a cursor.
  private static List<JsonObject> ends(String tenant, String key, String cursor) {
    return page(tenant, key, "?limit=1000&kind=command.ended&cursor=" + cursor)
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private static List<JsonObject> awaitEnds(String tenant, String cursor, int count) {
    return Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () -> ends(tenant, RegistryFixture.ADMIN_KEY, cursor), found -> found.size() >= count);
  }

  private static List<String> ids(List<JsonObject> events) {
    return events.stream().map(event -> event.getJsonObject("data").getString("id")).toList();
  }

  @Test
  void tellsTheFeedOfAnEndAlsoWhenTheDeviceIsUnknown() {
    // Given
    String tenant = tenant();
    String cursor = now(tenant);
    UUID command = UUID.randomUUID();

    // When
    registry.send(
        ended(
                tenant,
                command,
                Optional.of(
                    CommandEnded.Result.of(
                        "succeeded", Headers.JSON, "{\"percent\":40}".getBytes(UTF_8))))
            .toRecord());

    // Then
    JsonObject event = awaitEnds(tenant, cursor, 1).getFirst();
    assertThat(event.getString("type")).isEqualTo("dev.fairlead.command.ended");
    assertThat(event.getString("subject")).isEqualTo("pump-17");
    assertThat(event.getString("time")).isEqualTo("2026-11-21T08:00:00.500Z");
    assertThat(event.getJsonObject("data"))
        .isEqualTo(
            new JsonObject(
                """
                {
                  "id": "%s", "kind": "valve/open", "correlation": "order/4711",
                  "state": "succeeded", "attempt": 1, "reason": null,
                  "result": {
                    "status": "succeeded", "contentType": "application/json",
                    "body": {"percent": 40}
                  }
                }
                """
                    .formatted(command)));
  }

  @Test
  void tellsAnEndOnceHoweverOftenItComes() {
    // Given
    String tenant = tenant();
    String cursor = now(tenant);
    UUID first = UUID.randomUUID();
    UUID second = UUID.randomUUID();
    UUID third = UUID.randomUUID();
    send(tenant, first, first, second);
    awaitEnds(tenant, cursor, 2);

    // When
    send(tenant, second, first, third);

    // Then: records of one device come in order, so that what came before the third was used.
    assertThat(ids(awaitEnds(tenant, cursor, 3)))
        .containsExactly(first.toString(), second.toString(), third.toString());
  }

  @Test
  void forgetsWhatWasToldLongAgo() {
    // Given
    String tenant = tenant();
    String cursor = now(tenant);
    UUID old = UUID.randomUUID();
    UUID young = UUID.randomUUID();
    registry.column(
        """
        insert into command_end (id, told_at)
        values ('%s', now() - interval '11 days'), ('%s', now() - interval '9 days')
        """
            .formatted(old, young));

    // When
    send(tenant, UUID.randomUUID());

    // Then
    awaitEnds(tenant, cursor, 1);
    assertThat(registry.column("select id::text from command_end"))
        .contains(young.toString())
        .doesNotContain(old.toString());
  }

  @Test
  void tellsNothingOfATenantThatIsGone() {
    // Given
    String gone = tenant();
    String tenant = tenant();
    registry.request(HttpMethod.DELETE, "/api/v1/tenants/" + gone);
    String cursor = now(tenant);

    // When
    for (int i = 0; i < 20; i++) {
      send(gone, UUID.randomUUID());
      send(tenant, UUID.randomUUID());
    }

    // Then
    awaitEnds(tenant, cursor, 20);
    awaitFollowed(gone, 20);
    assertThat(registry.column("select kind from change where tenant = '" + gone + "'")).isEmpty();
  }

  /// Waits until the registry has used all that the topic has, this tenant's records among it.
  private static void awaitFollowed(String tenant, int count) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              List<ReceivedRecord> heard = registry.heard(Topic.COMMANDS);
              assertThat(heard.stream().filter(each -> each.key().startsWith(tenant + "/")))
                  .hasSize(count);
              assertThat(
                      registry.column(
                          """
                          select sum(next)::text from consumer_offset
                          where consumer = 'registry-commands'
                          """))
                  .containsExactly(Integer.toString(heard.size()));
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"\\u0000\"", "{\"\\ud800\":1}", "[1e999]", "{", "1 2", "{\"a\":1,\"a\":2}"})
  void tellsInBase64WhatCannotBeKeptAsJson(String body) {
    // Given
    String tenant = tenant();
    String cursor = now(tenant);

    // When
    registry.send(
        ended(
                tenant,
                UUID.randomUUID(),
                Optional.of(CommandEnded.Result.of("failed", Headers.JSON, body.getBytes(UTF_8))))
            .toRecord());

    // Then
    JsonObject result =
        awaitEnds(tenant, cursor, 1).getFirst().getJsonObject("data").getJsonObject("result");
    assertThat(result.getString("enc")).isEqualTo("base64");
    assertThat(result.getBinary("body")).isEqualTo(body.getBytes(UTF_8));
  }

  @Test
  void saysThatTheBodyOfALargeAnswerIsLeftOut() {
    // Given
    String tenant = tenant();
    String cursor = now(tenant);

    // When
    registry.send(
        ended(
                tenant,
                UUID.randomUUID(),
                Optional.of(CommandEnded.Result.of("succeeded", "image/png", new byte[5000])))
            .toRecord());

    // Then
    JsonObject data = awaitEnds(tenant, cursor, 1).getFirst().getJsonObject("data");
    assertThat(data.getJsonObject("result"))
        .isEqualTo(
            new JsonObject(
                """
                {"status": "succeeded", "contentType": "image/png", "body": null, "omitted": true}
                """));
  }

  @Test
  void putsAwayWhatItDoesNotUnderstandAndGoesOn() {
    // Given
    String tenant = tenant();
    String cursor = now(tenant);
    UUID command = UUID.randomUUID();

    // When
    registry.send(
        BusRecord.keyed(
            Topic.COMMANDS,
            tenant + "/pump-17",
            Map.of(Headers.TYPE, "begun"),
            "{}".getBytes(UTF_8)));
    send(tenant, command);

    // Then
    assertThat(ids(awaitEnds(tenant, cursor, 1))).containsExactly(command.toString());
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(registry.heard(Topic.DEAD_LETTERS))
                    .anyMatch(record -> record.key().equals(tenant + "/pump-17")));
  }

  @Test
  void keepsAKeyOfAGroupToItsDevices() {
    // Given
    registry.createDevice("in-group");
    registry.createDevice("outside");
    registry.request(HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "ends"));
    registry.request(
        HttpMethod.POST, "/api/v1/groups/ends/devices", new JsonObject("{\"add\":[\"in-group\"]}"));
    String key =
        json(registry.request(
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject("{\"name\":\"k\",\"role\":\"viewer\",\"group\":\"ends\"}")))
            .getString("key");
    String cursor = now("default");

    // When
    for (String device : List.of("outside", "in-group")) {
      registry.send(
          new CommandEnded(
                  DeviceKey.of("default", device),
                  UUID.randomUUID(),
                  "ping",
                  Optional.empty(),
                  "expired",
                  0,
                  Optional.empty(),
                  Instant.EPOCH,
                  Optional.empty())
              .toRecord());
    }

    // Then
    awaitEnds("default", cursor, 2);
    assertThat(ends("default", key, cursor))
        .extracting(event -> event.getString("subject"))
        .containsExactly("in-group");
  }

  @Test
  void sendsEachEndOnceToAWebhookThatTakesThem() {
    // Given
    String tenant = tenant();
    UUID first = UUID.randomUUID();
    UUID last = UUID.randomUUID();
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      String secret =
          json(registry.requestIn(
                  tenant,
                  HttpMethod.POST,
                  "/api/v1/webhooks",
                  new JsonObject("{\"kinds\":[\"command.ended\"]}").put("url", receiver.url())))
              .getString("secret");

      // When
      registry.requestIn(
          tenant, HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", "pump-17"));
      send(tenant, first, first, last);

      // Then
      Awaitility.await().atMost(TIMEOUT).until(() -> receiver.messages().size() >= 2);
      assertThat(ids(receiver.messages().stream().map(WebhookReceiver.Message::event).toList()))
          .containsExactly(first.toString(), last.toString());
      assertThat(receiver.messages()).allMatch(message -> message.isSignedWith(secret));
    }
  }
}
