package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.fairlead.registry.delivery.RetryPlan;
import dev.fairlead.registry.webhook.WebhookSettings;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WebhookIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String WEBHOOKS = "/api/v1/webhooks";
  private static final String OTHER_MASTER_KEY = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

  private static final WebhookSettings QUICK =
      new WebhookSettings(
          true,
          Duration.ofSeconds(3),
          new RetryPlan(Duration.ofMillis(50), Duration.ofMillis(200), 3),
          Duration.ofDays(5),
          Duration.ofSeconds(6),
          Optional.empty());

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture(config -> config.withWebhooks(QUICK));
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

  private static HttpResponse<Buffer> send(
      String tenant, HttpMethod method, String path, JsonObject body) {
    return registry.requestIn(tenant, method, path, body);
  }

  private static JsonObject webhook(String tenant, JsonObject body) {
    HttpResponse<Buffer> answer = send(tenant, HttpMethod.POST, WEBHOOKS, body);
    assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(201);
    return json(answer);
  }

  private static JsonObject webhook(String tenant, WebhookReceiver receiver) {
    return webhook(tenant, new JsonObject().put("url", receiver.url()));
  }

  private static JsonObject health(String tenant, JsonObject webhook) {
    return json(get(tenant, WEBHOOKS + "/" + webhook.getString("id"))).getJsonObject("health");
  }

  private static HttpResponse<Buffer> get(String tenant, String path) {
    return registry.request(
        HttpMethod.GET,
        path,
        java.util.Map.of("Fairlead-Tenant", tenant),
        Buffer.buffer(),
        RegistryFixture.ADMIN_KEY);
  }

  private static List<JsonObject> deliveries(String tenant, JsonObject webhook, String query) {
    JsonArray items =
        json(get(tenant, WEBHOOKS + "/" + webhook.getString("id") + "/deliveries" + query))
            .getJsonArray("items");
    return items.stream().map(JsonObject.class::cast).toList();
  }

  private static void createDevice(String tenant, String id) {
    send(tenant, HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", id));
  }

  private static void awaitTaken(WebhookReceiver receiver, String... devices) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(() -> assertThat(receiver.taken()).containsExactly(devices));
  }

  @Test
  void sendsSignedEventsInOrder() {
    // Given
    String tenant = tenant();
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      createDevice(tenant, "before");
      JsonObject webhook = webhook(tenant, receiver);
      String secret = webhook.getString("secret");

      // When
      createDevice(tenant, "a");
      createDevice(tenant, "b");
      createDevice(tenant, "c");

      // Then
      awaitTaken(receiver, "a", "b", "c");
      WebhookReceiver.Message first = receiver.messages().getFirst();
      assertThat(secret).startsWith("whsec_");
      assertThat(receiver.messages()).allMatch(message -> message.isSignedWith(secret));
      assertThat(first.isSignedWith("whsec_AAAA")).isFalse();
      assertThat(first.id()).isEqualTo(first.event().getString("id"));
      assertThat(first.event().getString("type")).isEqualTo("dev.fairlead.device.created");
      assertThat(first.headers().get("content-type")).isEqualTo("application/cloudevents+json");
      Awaitility.await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () -> {
                assertThat(deliveries(tenant, webhook, "?state=delivered")).hasSize(3);
                assertThat(health(tenant, webhook).getString("state")).isEqualTo("healthy");
                assertThat(health(tenant, webhook).getString("lastSuccessAt")).isNotNull();
              });
      assertThat(get(tenant, WEBHOOKS).bodyAsString()).doesNotContain("whsec_");
    }
  }

  @Test
  void sendsAgainUnderTheSameIdAndHoldsBackWhatComesAfter() {
    // Given
    String tenant = tenant();
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      AtomicInteger left = new AtomicInteger(2);
      receiver.answers(event -> left.getAndDecrement() > 0 ? 500 : 204);
      JsonObject webhook = webhook(tenant, receiver);

      // When
      createDevice(tenant, "first");
      createDevice(tenant, "second");

      // Then
      awaitTaken(receiver, "first", "second");
      assertThat(receiver.messages())
          .extracting(WebhookReceiver.Message::subject)
          .containsExactly("first", "first", "first", "second");
      assertThat(
              receiver.messages().subList(0, 3).stream()
                  .map(WebhookReceiver.Message::id)
                  .distinct())
          .hasSize(1);
      Awaitility.await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () ->
                  assertThat(deliveries(tenant, webhook, ""))
                      .extracting(
                          delivery ->
                              delivery.getString("state") + " " + delivery.getInteger("attempts"))
                      .containsExactly("delivered 1", "delivered 3"));
    }
  }

  @Test
  void givesUpGoesOnAndSendsAgainByHand() {
    // Given
    String tenant = tenant();
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      receiver.answers(event -> "poison".equals(event.getString("subject")) ? 302 : 200);
      JsonObject webhook = webhook(tenant, receiver);

      // When
      createDevice(tenant, "poison");
      createDevice(tenant, "good");
      awaitTaken(receiver, "good");
      Awaitility.await()
          .atMost(TIMEOUT)
          .until(() -> deliveries(tenant, webhook, "?state=dead").size() == 1);
      JsonObject dead = deliveries(tenant, webhook, "?state=dead").getFirst();
      receiver.answers(event -> 200);
      JsonObject again =
          json(
              send(
                  tenant,
                  HttpMethod.POST,
                  WEBHOOKS
                      + "/"
                      + webhook.getString("id")
                      + "/deliveries/"
                      + dead.getString("id")
                      + "/redeliver",
                  new JsonObject()));

      // Then: once, three times more, no redirect followed, and once by hand.
      assertThat(dead.getInteger("attempts")).isEqualTo(4);
      assertThat(dead.getInteger("status")).isEqualTo(302);
      assertThat(again.getString("state")).isEqualTo("delivered");
      assertThat(again.getInteger("attempts")).isEqualTo(5);
      assertThat(receiver.messages()).hasSize(6);
      assertThat(receiver.taken()).containsExactly("good", "poison");
      assertThat(receiver.messages().getLast().id()).isEqualTo(dead.getString("id"));
    }
  }

  @Test
  void isNotHeldUpByOneThatIsAway() throws IOException {
    // Given
    String tenant = tenant();
    try (WebhookReceiver receiver = new WebhookReceiver();
        ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      JsonObject away =
          webhook(
              tenant,
              new JsonObject().put("url", "http://127.0.0.1:" + silent.getLocalPort() + "/"));
      webhook(tenant, receiver);

      // When
      createDevice(tenant, "a");
      createDevice(tenant, "b");

      // Then
      awaitTaken(receiver, "a", "b");
      Awaitility.await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () -> {
                JsonObject health = health(tenant, away);
                assertThat(health.getString("state")).isEqualTo("failing");
                assertThat(health.getString("lastFailure")).isEqualTo("no answer in time");
                assertThat(health.getLong("failures")).isPositive();
              });
      send(tenant, HttpMethod.DELETE, WEBHOOKS + "/" + away.getString("id"), new JsonObject());
    }
  }

  @Test
  void readsNoMoreOfAnAnswerThanItMust() throws Exception {
    // Given
    String tenant = tenant();
    AtomicInteger written = new AtomicInteger();
    try (ServerSocket talker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> talk(talker, written));
      JsonObject webhook =
          webhook(
              tenant,
              new JsonObject().put("url", "http://127.0.0.1:" + talker.getLocalPort() + "/"));

      // When
      JsonObject tested =
          json(
              send(
                  tenant,
                  HttpMethod.POST,
                  WEBHOOKS + "/" + webhook.getString("id") + "/test",
                  new JsonObject()));

      // Then
      assertThat(tested.getBoolean("delivered")).isTrue();
      Awaitility.await().atMost(TIMEOUT).until(() -> written.get() < 0);
    }
  }

  /// Answers without end; what it has written is negative once the other side has hung up.
  private static void talk(ServerSocket server, AtomicInteger written) {
    try (var socket = server.accept()) {
      // An answer before the request would be none.
      assertThat(socket.getInputStream().read()).isNotNegative();
      OutputStream out = socket.getOutputStream();
      out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n".getBytes(UTF_8));
      byte[] part = new byte[8192];
      while (true) {
        out.write(part);
        written.incrementAndGet();
      }
    } catch (IOException e) {
      written.set(-1);
    }
  }

  @Test
  void signsWithBothSecretsWhileTheyChange() {
    // Given
    String tenant = tenant();
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      JsonObject webhook = webhook(tenant, receiver);
      String path = WEBHOOKS + "/" + webhook.getString("id");

      // When
      JsonObject rotated =
          json(
              send(
                  tenant,
                  HttpMethod.POST,
                  path + "/rotation",
                  new JsonObject().put("overlapSeconds", 60)));
      createDevice(tenant, "both");
      awaitTaken(receiver, "both");
      JsonObject last =
          json(
              send(
                  tenant,
                  HttpMethod.POST,
                  path + "/rotation",
                  new JsonObject().put("overlapSeconds", 0)));
      createDevice(tenant, "one");
      awaitTaken(receiver, "both", "one");

      // Then
      WebhookReceiver.Message both = receiver.messages().getFirst();
      WebhookReceiver.Message one = receiver.messages().getLast();
      assertThat(both.isSignedWith(webhook.getString("secret"))).isTrue();
      assertThat(both.isSignedWith(rotated.getString("secret"))).isTrue();
      assertThat(one.isSignedWith(rotated.getString("secret"))).isFalse();
      assertThat(one.isSignedWith(last.getString("secret"))).isTrue();
    }
  }

  @Test
  void sendsOnlyWhatItsFilterTakes() {
    // Given
    String tenant = tenant();
    try (WebhookReceiver kinds = new WebhookReceiver();
        WebhookReceiver device = new WebhookReceiver();
        WebhookReceiver group = new WebhookReceiver()) {
      createDevice(tenant, "in");
      createDevice(tenant, "out");
      send(tenant, HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "g"));
      send(
          tenant,
          HttpMethod.POST,
          "/api/v1/groups/g/devices",
          new JsonObject("{\"add\":[\"in\"]}"));
      webhook(
          tenant,
          new JsonObject()
              .put("url", kinds.url())
              .put("kinds", new JsonArray().add("device.deleted")));
      webhook(tenant, new JsonObject().put("url", device.url()).put("device", "out"));
      webhook(tenant, new JsonObject().put("url", group.url()).put("group", "g"));

      // When
      for (String id : List.of("in", "out")) {
        send(
            tenant,
            HttpMethod.PATCH,
            "/api/v1/devices/" + id,
            new JsonObject().put("name", "renamed"));
      }
      awaitTaken(group, "in");
      send(tenant, HttpMethod.DELETE, "/api/v1/devices/out", new JsonObject());

      // Then
      awaitTaken(kinds, "out");
      awaitTaken(device, "out", "out");
      awaitTaken(group, "in");
    }
  }

  @Test
  void keepsTheGroupThatItIsFor() {
    // Given
    String tenant = tenant();
    send(tenant, HttpMethod.POST, "/api/v1/groups", new JsonObject().put("id", "kept"));
    send(
        tenant,
        HttpMethod.POST,
        "/api/v1/groups",
        new JsonObject().put("id", "dynamic").put("filter", "online"));
    JsonObject body = new JsonObject().put("url", "https://example.com/");

    // When
    webhook(tenant, body.copy().put("group", "kept"));
    int dynamic =
        send(tenant, HttpMethod.POST, WEBHOOKS, body.copy().put("group", "dynamic")).statusCode();
    HttpResponse<Buffer> deleted =
        send(tenant, HttpMethod.DELETE, "/api/v1/groups/kept", new JsonObject());

    // Then
    assertThat(dynamic).isEqualTo(400);
    assertThat(deleted.statusCode()).isEqualTo(409);
    assertThat(json(deleted).getString("detail")).contains("webhooks");
  }

  @Test
  void trustsNobodyWhoCannotProveWhoItIs() throws Exception {
    // Given
    String tenant = tenant();
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    TestPki.Authority own = TestPki.authority("localhost");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own", own.keys().getPrivate(), new char[0], new Certificate[] {own.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, new char[0]);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), null, null);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    AtomicInteger asked = new AtomicInteger();
    server.createContext("/", exchange -> asked.incrementAndGet());
    server.start();
    JsonObject webhook =
        webhook(
            tenant,
            new JsonObject().put("url", "https://localhost:" + server.getAddress().getPort()));

    // When
    JsonObject tested =
        json(
            send(
                tenant,
                HttpMethod.POST,
                WEBHOOKS + "/" + webhook.getString("id") + "/test",
                new JsonObject()));
    server.stop(0);

    // Then
    assertThat(tested.getBoolean("delivered")).isFalse();
    assertThat(tested.getString("failure")).contains("certificate");
    assertThat(asked).hasValue(0);
  }

  @Test
  void sendsNothingOfOtherTenants() {
    // Given
    String mine = tenant();
    String theirs = tenant();
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      JsonObject webhook = webhook(mine, receiver);

      // When
      createDevice(theirs, "theirs");
      createDevice(mine, "mine");

      // Then
      awaitTaken(receiver, "mine");
      String path = WEBHOOKS + "/" + webhook.getString("id");
      assertThat(get(theirs, path).statusCode()).isEqualTo(404);
      assertThat(get(theirs, path + "/deliveries").statusCode()).isEqualTo(404);
      assertThat(send(theirs, HttpMethod.POST, path + "/test", new JsonObject()).statusCode())
          .isEqualTo(404);
      assertThat(send(theirs, HttpMethod.DELETE, path, new JsonObject()).statusCode())
          .isEqualTo(404);
      assertThat(json(get(theirs, WEBHOOKS)).getJsonArray("items")).isEmpty();
    }
  }

  @Test
  void goesOnWhereItStoppedWhenItIsEnabledAgain() {
    // Given
    String tenant = tenant();
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      JsonObject webhook =
          webhook(tenant, new JsonObject().put("url", receiver.url()).put("enabled", false));
      createDevice(tenant, "meanwhile");
      String path = WEBHOOKS + "/" + webhook.getString("id");
      JsonObject tested = json(send(tenant, HttpMethod.POST, path + "/test", new JsonObject()));
      int before = receiver.messages().size();

      // When
      send(tenant, HttpMethod.PATCH, path, new JsonObject().put("enabled", true));

      // Then
      assertThat(tested.getBoolean("delivered")).isTrue();
      assertThat(before).isEqualTo(1);
      Awaitility.await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () ->
                  assertThat(receiver.messages())
                      .extracting(message -> message.event().getString("type"))
                      .containsExactly("dev.fairlead.webhook.test", "dev.fairlead.device.created"));
    }
  }

  @Test
  void isDisabledByAReceiverThatIsGone() {
    // Given
    String tenant = tenant();
    try (WebhookReceiver receiver = new WebhookReceiver();
        WebhookReceiver watcher = new WebhookReceiver()) {
      receiver.answers(event -> 410);
      JsonObject webhook = webhook(tenant, receiver);
      webhook(
          tenant,
          new JsonObject()
              .put("url", watcher.url())
              .put("kinds", new JsonArray().add("webhook.disabled")));

      // When
      createDevice(tenant, "a");

      // Then
      Awaitility.await().atMost(TIMEOUT).until(() -> watcher.messages().size() == 1);
      JsonObject told = watcher.messages().getFirst().event().getJsonObject("data");
      assertThat(told.getString("webhook")).isEqualTo(webhook.getString("id"));
      assertThat(told.getString("reason")).isEqualTo("gone");
      assertThat(health(tenant, webhook).getString("state")).isEqualTo("disabled");
      assertThat(receiver.messages()).hasSize(1);
    }
  }

  @Test
  void isDisabledAfterHavingFailedForTooLong() {
    // Given
    RegistryFixture own =
        new RegistryFixture(
            config ->
                config.withWebhooks(
                    new WebhookSettings(
                        true,
                        QUICK.timeout(),
                        new RetryPlan(Duration.ofMillis(50), Duration.ofMillis(50), 100),
                        Duration.ofMillis(500),
                        QUICK.lease(),
                        Optional.empty())));
    try (own;
        WebhookReceiver receiver = new WebhookReceiver()) {
      receiver.answers(event -> 503);
      String id =
          json(own.request(HttpMethod.POST, WEBHOOKS, new JsonObject().put("url", receiver.url())))
              .getString("id");

      // When
      own.createDevice("a");

      // Then
      Awaitility.await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () -> {
                JsonObject health =
                    json(own.request(HttpMethod.GET, WEBHOOKS + "/" + id)).getJsonObject("health");
                assertThat(health.getString("state")).isEqualTo("disabled");
                assertThat(health.getString("reason")).isEqualTo("failing");
              });
      assertThat(own.column("select kind from change where kind = 'webhook.disabled'")).hasSize(1);
    }
  }

  @Test
  void leadsToPublicAddressesOnlyUnlessItIsAllowed() {
    // Given
    RegistryFixture own = new RegistryFixture();
    try (own;
        WebhookReceiver receiver = new WebhookReceiver()) {
      // When
      int plain =
          own.request(HttpMethod.POST, WEBHOOKS, new JsonObject().put("url", receiver.url()))
              .statusCode();
      List<String> failures =
          IntStream.range(0, 3)
              .mapToObj(List.of("127.0.0.1", "localhost", "[::ffff:10.0.0.1]")::get)
              .map(
                  host ->
                      json(own.request(
                              HttpMethod.POST,
                              WEBHOOKS,
                              new JsonObject().put("url", "https://" + host + "/")))
                          .getString("id"))
              .map(
                  id ->
                      json(own.request(HttpMethod.POST, WEBHOOKS + "/" + id + "/test"))
                          .getString("failure"))
              .toList();

      // Then
      assertThat(plain).isEqualTo(400);
      assertThat(failures).containsOnly("the address is not public");
      assertThat(receiver.messages()).isEmpty();
    }
  }

  @Test
  void leavesNothingOutAndShareTheWorkBetweenReplicas() {
    // Given
    String tenant = tenant();
    int count = 40;
    RegistryService second =
        new RegistryService(
            registry.vertx(),
            registry.config(),
            new io.micrometer.core.instrument.simple.SimpleMeterRegistry());
    RegistryFixture.await(second.start());
    try (WebhookReceiver one = new WebhookReceiver();
        WebhookReceiver other = new WebhookReceiver()) {
      webhook(tenant, one);
      webhook(tenant, other);

      // When
      for (int i = 0; i < count; i++) {
        createDevice(tenant, "d" + i);
        if (i == count / 2) {
          RegistryFixture.await(second.stop());
        }
      }

      // Then
      String[] all = IntStream.range(0, count).mapToObj(i -> "d" + i).toArray(String[]::new);
      awaitTaken(one, all);
      awaitTaken(other, all);
    }
  }

  @Test
  void isTakenOverFromAReplicaThatIsNotHeardOf() {
    // Given
    String tenant = tenant();
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      JsonObject webhook = webhook(tenant, receiver);

      // When
      registry.column(
          """
          update webhook
          set lease = 'of the dead', leased_until = now() + interval '2 seconds'
          where id = '%s' returning id
          """
              .formatted(webhook.getString("id")));
      createDevice(tenant, "a");

      // Then
      awaitTaken(receiver, "a");
    }
  }

  @Test
  void opensItsSecretsAfterTheMasterKeyHasChanged() {
    // Given
    RegistryFixture own = new RegistryFixture(config -> config.withWebhooks(QUICK));
    try (own;
        WebhookReceiver receiver = new WebhookReceiver()) {
      String secret =
          json(own.request(HttpMethod.POST, WEBHOOKS, new JsonObject().put("url", receiver.url())))
              .getString("secret");
      own.stop();

      // When
      own.start(
          config ->
              config.withMasterKey(Secret.of(OTHER_MASTER_KEY), Optional.of(config.masterKey())));
      own.stop();
      own.start(config -> config.withMasterKey(Secret.of(OTHER_MASTER_KEY), Optional.empty()));
      own.createDevice("a");

      // Then
      awaitTaken(receiver, "a");
      assertThat(receiver.messages().getFirst().isSignedWith(secret)).isTrue();
    }
  }

  @Test
  void writesIntoTheAuditWhatPeopleDo() {
    // Given
    JsonObject made =
        json(
            registry.request(
                HttpMethod.POST,
                WEBHOOKS,
                new JsonObject().put("url", "https://example.com/").put("enabled", false)));
    String path = WEBHOOKS + "/" + made.getString("id");

    // When
    registry.request(HttpMethod.PATCH, path, new JsonObject().put("name", "N"));
    registry.request(HttpMethod.DELETE, path);

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(registry.audited("target=" + path))
                    .extracting(entry -> entry.getString("action"))
                    .containsExactly("deleteWebhook", "patchWebhook", "createWebhook"));
  }
}
