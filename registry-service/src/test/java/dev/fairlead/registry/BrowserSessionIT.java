package dev.fairlead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the session of a browser opens, and what it does not; opened with an API key, as the first
/// admin does where there is no provider.
class BrowserSessionIT {

  private static final String ME = "/api/v1/me";
  private static final String DEVICES = "/api/v1/devices";
  private static final JsonObject NOTHING = new JsonObject();

  private static PublicFixture product;

  private Browser browser;

  @BeforeAll
  static void start() {
    product = new PublicFixture();
  }

  @AfterAll
  static void stop() {
    product.close();
  }

  @BeforeEach
  void open() {
    browser = product.browser();
  }

  @AfterEach
  void close() {
    browser.close();
  }

  private HttpResponse<String> signIn(String key, String... headers) {
    return browser.send("POST", "/api/v1/sign-in/key", new JsonObject().put("key", key), headers);
  }

  private static String problem(HttpResponse<String> answer) {
    String type = new JsonObject(answer.body()).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  private static JsonObject device(String id) {
    return new JsonObject().put("id", id);
  }

  private String token() {
    return new JsonObject(browser.sendFromOwnPage("POST", "/api/v1/token", NOTHING).body())
        .getString("token");
  }

  @Test
  void signsTheFirstAdminInWithTheAdminKey() {
    // When
    HttpResponse<String> answer = signIn(RegistryFixture.ADMIN_KEY, "Origin", browser.origin());

    // Then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
        .matches(
            "fairlead-session=[A-Za-z0-9_-]{43}; Path=/; Max-Age=\\d+; HttpOnly; SameSite=Lax");
    JsonObject me = new JsonObject(browser.visit(ME).body());
    assertThat(me.getString("id")).isEqualTo("admin");
    assertThat(me.getString("kind")).isEqualTo("key");
    assertThat(me.getString("role")).isEqualTo("platform");
    assertThat(me).isEqualTo(new JsonObject(answer.body()));
    assertThat(browser.visit(DEVICES).statusCode()).isEqualTo(200);
  }

  @Test
  void standsInTheAuditWithWhoeverSignedIn() {
    // When
    signIn(RegistryFixture.ADMIN_KEY);
    browser.sendFromOwnPage("POST", "/api/v1/sign-out", NOTHING);

    // Then
    for (String action : List.of("signInWithKey", "signOut")) {
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(product.registry().audited("action=" + action))
                      .anySatisfy(
                          entry -> {
                            assertThat(entry.getString("actor")).isEqualTo("admin");
                            assertThat(entry.getString("outcome")).isEqualTo("succeeded");
                          }));
    }
  }

  @Test
  void signsNobodyInWithAnythingElse() {
    // Given
    String deviceToken = product.registry().createDevice("not-a-person");
    signIn(RegistryFixture.ADMIN_KEY);
    String apiToken = token();

    // Then
    assertThat(problem(signIn("a-wrong-key"))).isEqualTo("401 unauthorized");
    assertThat(problem(signIn(deviceToken))).isEqualTo("401 unauthorized");
    assertThat(problem(signIn(apiToken))).isEqualTo("401 unauthorized");
  }

  @Test
  void letsNoOtherSiteSignABrowserIn() {
    assertThat(problem(signIn(RegistryFixture.ADMIN_KEY, "Origin", "https://evil.example")))
        .isEqualTo("403 csrf-refused");
    assertThat(problem(signIn(RegistryFixture.ADMIN_KEY, "Sec-Fetch-Site", "cross-site")))
        .isEqualTo("403 csrf-refused");
    assertThat(browser.cookie("fairlead-session")).isEmpty();
  }

  @Test
  void tellsThatThereIsNoProvider() {
    assertThat(problem(browser.send("GET", "/api/v1/sign-in", NOTHING)))
        .isEqualTo("404 sign-in-not-set-up");
  }

  @Test
  void changesThingsForAPageOfOurs() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);

    // When
    HttpResponse<String> made = browser.sendFromOwnPage("POST", DEVICES, device("by-page"));

    // Then
    assertThat(made.statusCode()).isEqualTo(201);
  }

  @Test
  void changesNothingForAPageOfAnotherSite() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);
    String token = browser.csrfToken();
    String origin = browser.origin();

    // Then
    for (List<String> headers :
        List.of(
            List.<String>of(),
            List.of("Origin", origin),
            List.of("Sec-Fetch-Site", "same-origin"),
            List.of("Fairlead-CSRF", token),
            List.of("Fairlead-CSRF", token, "Origin", "https://evil.example"),
            List.of("Fairlead-CSRF", token, "Origin", "null"),
            List.of("Fairlead-CSRF", token, "Origin", origin + ".evil.example"),
            List.of("Fairlead-CSRF", token, "Origin", origin, "Sec-Fetch-Site", "cross-site"),
            List.of("Fairlead-CSRF", token, "Sec-Fetch-Site", "same-site"),
            List.of("Fairlead-CSRF", token, "Sec-Fetch-Site", "none"),
            List.of(
                "Fairlead-CSRF",
                token,
                "Origin",
                "https://evil.example",
                "Sec-Fetch-Site",
                "same-origin"),
            List.of("Fairlead-CSRF", "a" + token.substring(1) + "é", "Origin", origin),
            List.of("Fairlead-CSRF", token.substring(1), "Origin", origin))) {
      HttpResponse<String> answer =
          browser.send("POST", DEVICES, device("by-nobody"), headers.toArray(String[]::new));
      assertThat(problem(answer)).as(headers.toString()).isEqualTo("403 csrf-refused");
    }
    assertThat(browser.visit(DEVICES + "/by-nobody").statusCode()).isEqualTo(404);
  }

  @Test
  void takesTheTokenOfThisSessionOnly() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);
    try (Browser other = product.browser()) {
      other.send(
          "POST", "/api/v1/sign-in/key", new JsonObject().put("key", RegistryFixture.ADMIN_KEY));

      // When
      HttpResponse<String> answer =
          browser.send(
              "POST",
              DEVICES,
              device("by-other"),
              "Origin",
              browser.origin(),
              "Fairlead-CSRF",
              other.csrfToken());

      // Then
      assertThat(problem(answer)).isEqualTo("403 csrf-refused");
    }
  }

  @Test
  void asksNothingOfThatKindOfAKey() {
    // When
    int status =
        product
            .registry()
            .request(
                HttpMethod.POST,
                DEVICES,
                Map.of("Content-Type", "application/json", "Origin", "https://some.example"),
                device("by-key").toBuffer(),
                RegistryFixture.ADMIN_KEY)
            .statusCode();

    // Then
    assertThat(status).isEqualTo(201);
  }

  @Test
  void neverFallsBackToTheCookieWhereAKeyIsShown() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);

    // When
    HttpResponse<String> answer =
        browser.send("GET", ME, NOTHING, "Authorization", "Bearer a-wrong-key");

    // Then
    assertThat(answer.statusCode()).isEqualTo(401);
  }

  @Test
  void letsNoOtherOriginReadAnAnswer() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);

    // When
    HttpResponse<String> answer =
        browser.send("GET", ME, NOTHING, "Origin", "https://evil.example");
    HttpResponse<String> preflight =
        browser.send(
            "OPTIONS",
            DEVICES,
            NOTHING,
            "Origin",
            "https://evil.example",
            "Access-Control-Request-Method",
            "POST");

    // Then
    assertThat(answer.headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control"));
    assertThat(preflight.statusCode()).isEqualTo(405);
    assertThat(preflight.headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control"));
  }

  @Test
  void endsWhenItIsSignedOut() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);
    String cookie = browser.cookie("fairlead-session");

    // When
    HttpResponse<String> answer = browser.sendFromOwnPage("POST", "/api/v1/sign-out", NOTHING);

    // Then
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(browser.cookie("fairlead-session")).isEmpty();
    HttpResponse<String> late =
        browser.send("GET", ME, NOTHING, "Cookie", "fairlead-session=" + cookie);
    assertThat(late.statusCode()).isEqualTo(401);
  }

  @Test
  void endsTheSessionBeforeWithANewSignIn() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);
    String before = browser.cookie("fairlead-session");

    // When
    signIn(RegistryFixture.ADMIN_KEY);

    // Then
    assertThat(browser.cookie("fairlead-session")).isNotEqualTo(before);
    try (Browser other = product.browser()) {
      assertThat(
              other.send("GET", ME, NOTHING, "Cookie", "fairlead-session=" + before).statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void endsWithTheKeyThatOpenedIt() {
    // Given
    JsonObject key =
        RegistryFixture.json(
            product
                .registry()
                .request(
                    HttpMethod.POST,
                    "/api/v1/api-keys",
                    new JsonObject().put("name", "short").put("role", "operator")));
    Awaitility.await().until(() -> signIn(key.getString("key")).statusCode() == 200);
    assertThat(new JsonObject(browser.visit(ME).body()).getString("role")).isEqualTo("operator");

    // When
    product.registry().request(HttpMethod.DELETE, "/api/v1/api-keys/" + key.getString("id"));

    // Then
    Awaitility.await().until(() -> browser.visit(ME).statusCode() == 401);
  }

  @Test
  void yieldsATokenThatIsABearerForMinutes() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);

    // When
    String token = token();

    // Then
    JsonObject claims =
        new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1])));
    assertThat(claims.getString("aud")).isEqualTo("api");
    assertThat(claims.getString("sub")).isEqualTo("admin");
    assertThat(claims.getString("ten")).isEqualTo("default");
    assertThat(claims.getString("role")).isEqualTo("PLATFORM");
    assertThat(claims.getLong("exp") - claims.getLong("iat")).isEqualTo(300);
    assertThat(claims.getString("sid"))
        .hasSize(64)
        .doesNotContain(browser.cookie("fairlead-session"));
    assertThat(product.registry().statusOf(token, HttpMethod.GET, ME)).isEqualTo(200);
    assertThat(product.registry().statusOf(token + "x", HttpMethod.GET, ME)).isEqualTo(401);
  }

  private static int use(String token) {
    return product.registry().statusOf(token, HttpMethod.GET, DEVICES);
  }

  @Test
  void takesNoTokenOnceItsSessionWasSignedOut() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);
    String token = token();
    assertThat(use(token)).isEqualTo(200);

    // When
    browser.sendFromOwnPage("POST", "/api/v1/sign-out", NOTHING);

    // Then
    assertThat(use(token)).isEqualTo(401);
  }

  private JsonObject signInWithKeyOf(String tenant) {
    JsonObject key =
        RegistryFixture.json(
            product
                .registry()
                .requestIn(
                    tenant,
                    HttpMethod.POST,
                    "/api/v1/api-keys",
                    new JsonObject().put("name", "short").put("role", "admin")));
    Awaitility.await().until(() -> signIn(key.getString("key")).statusCode() == 200);
    return key;
  }

  @Test
  void takesNoTokenOfAKeyThatWasTakenBack() {
    // Given
    JsonObject key = signInWithKeyOf("default");
    String token = token();
    assertThat(use(token)).isEqualTo(200);

    // When
    product.registry().request(HttpMethod.DELETE, "/api/v1/api-keys/" + key.getString("id"));

    // Then
    assertThat(use(token)).isEqualTo(401);
    assertThat(browser.visit(ME).statusCode()).isEqualTo(401);
  }

  @Test
  void takesNoTokenOfATenantThatWasDeleted() {
    // Given
    product.registry().createTenant("short-lived");
    signInWithKeyOf("short-lived");
    String token = token();
    assertThat(use(token)).isEqualTo(200);

    // When
    product.registry().request(HttpMethod.DELETE, "/api/v1/tenants/short-lived");

    // Then
    assertThat(use(token)).isEqualTo(401);
  }

  @Test
  void yieldsNoTokenToATokenOrAKey() {
    // Given
    signIn(RegistryFixture.ADMIN_KEY);
    String token = token();

    // Then
    for (String path : List.of("/api/v1/token", "/api/v1/sign-out")) {
      assertThat(product.registry().statusOf(token, HttpMethod.POST, path)).isEqualTo(403);
      assertThat(product.registry().statusOf(RegistryFixture.ADMIN_KEY, HttpMethod.POST, path))
          .isEqualTo(403);
    }
  }

  @Test
  void refusesADevicesTokenAsBearer() {
    // Given
    String token = product.registry().createDevice("just-a-device");

    // Then
    assertThat(product.registry().statusOf(token, HttpMethod.GET, ME)).isEqualTo(401);
    assertThat(product.registry().statusOf(token, HttpMethod.GET, DEVICES)).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00", "a=b"})
  void refusesACookieThatIsNoSession(String value) {
    assertThat(browser.send("GET", ME, NOTHING, "Cookie", "fairlead-session=" + value).statusCode())
        .isEqualTo(401);
  }
}
