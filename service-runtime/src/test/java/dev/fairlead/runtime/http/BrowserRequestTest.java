package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.audit.AuditEntry;
import dev.fairlead.runtime.problem.Problems;
import dev.fairlead.runtime.settings.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Requests that carry a cookie instead of a key.
class BrowserRequestTest {

  private static final BrowserSession SESSION =
      new BrowserSession(
          Secret.of("the-session"), new Principal("person-1", "blue", Role.ADMIN), Instant.MAX);

  private final Vertx vertx = Vertx.vertx();
  private final List<AuditEntry> audit = new CopyOnWriteArrayList<>();
  private WebClient client;
  private String origin;
  private int port;

  @BeforeEach
  void listen() {
    ApiRouter.Builder builder =
        ApiRouter.load(vertx, ApiFixture.CONTRACT, ApiFixture.settings()).await();
    ApiRouter router =
        ApiFixture.bound(builder, BrowserRequestTest::whoIsThere)
            .browsers(this::find, new PublicSite(Optional.empty()))
            .build(
                key -> Optional.empty(),
                entry -> {
                  audit.add(entry);
                  return Future.succeededFuture();
                },
                new Problems(new SimpleMeterRegistry()),
                new SimpleMeterRegistry());
    HttpServer server =
        HttpServers.listen(vertx, HttpServerSettings.of("127.0.0.1", 0), router).await();
    port = server.actualPort();
    origin = "http://127.0.0.1:" + port;
    client = WebClient.create(vertx);
  }

  @AfterEach
  void close() {
    client.close();
    vertx.close().await();
  }

  /// Not at once, as a database does not answer at once.
  private Future<Optional<BrowserSession>> find(Secret id) {
    return vertx
        .timer(1)
        .map(done -> id.equals(SESSION.id()) ? Optional.of(SESSION) : Optional.empty());
  }

  private static ApiResponse whoIsThere(ApiRequest request) {
    return ApiResponse.ok(
        new JsonObject()
            .put("id", request.principal().id())
            .put("session", request.session().isPresent())
            .getMap());
  }

  private HttpRequest<Buffer> request(HttpMethod method, String path, String cookie) {
    return client.request(method, port, "127.0.0.1", path).putHeader("Cookie", cookie);
  }

  private HttpRequest<Buffer> post(String csrf) {
    return request(HttpMethod.POST, "/api/v1/things", "fairlead-session=the-session")
        .putHeader("Content-Type", "application/json")
        .putHeader("Origin", origin)
        .putHeader(BrowserSession.CSRF_HEADER, csrf);
  }

  @Test
  void areThoseOfWhoeverHasSignedIn() {
    // When
    HttpResponse<Buffer> answer =
        request(HttpMethod.GET, "/api/v1/things/7", "a=b; fairlead-session=the-session")
            .send()
            .await();

    // Then
    assertThat(ApiFixture.json(answer))
        .isEqualTo(new JsonObject().put("id", "person-1").put("session", true));
  }

  @Test
  void areRefusedWithoutASessionThatIsKnown() {
    // When
    HttpResponse<Buffer> other =
        request(HttpMethod.GET, "/api/v1/things/7", "fairlead-session=another").send().await();
    HttpResponse<Buffer> longer =
        request(HttpMethod.GET, "/api/v1/things/7", "fairlead-session=" + "x".repeat(257))
            .send()
            .await();

    // Then
    assertThat(ApiFixture.slug(other)).isEqualTo("unauthorized");
    assertThat(ApiFixture.slug(longer)).isEqualTo("unauthorized");
  }

  @Test
  void loseNothingOfTheirBodyWhileTheSessionIsLookedUp() {
    // Given
    String name = "x".repeat(3000);

    // When
    HttpResponse<Buffer> answer =
        post(SESSION.csrfToken()).sendJsonObject(new JsonObject().put("name", name)).await();

    // Then
    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(ApiFixture.json(answer).getString("name")).isEqualTo(name);
  }

  @Test
  void changeNothingWithoutTheTokenOfTheSession() {
    // When
    HttpResponse<Buffer> answer =
        post("another").sendJsonObject(new JsonObject().put("name", "x")).await();

    // Then
    assertThat(ApiFixture.slug(answer)).isEqualTo("csrf-refused");
    assertThat(audit)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.actor()).isEqualTo("person-1");
              assertThat(entry.outcome()).isEqualTo("csrf-refused");
            });
  }

  @Test
  void areRefusedByAnInterfaceThatKnowsNoBrowsers() {
    // Given
    try (ApiFixture keysOnly = new ApiFixture(ApiFixture.settings(), ApiFixture::echo)) {
      // When
      HttpResponse<Buffer> answer =
          keysOnly
              .anonymous(HttpMethod.GET, "/api/v1/things/7")
              .putHeader("Cookie", "fairlead-session=the-session")
              .send()
              .await();

      // Then
      assertThat(ApiFixture.slug(answer)).isEqualTo("unauthorized");
    }
  }
}
