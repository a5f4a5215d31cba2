package dev.fairlead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.registry.signin.ClaimRules;
import dev.fairlead.registry.signin.ProviderSettings;
import dev.fairlead.registry.signin.SessionRules;
import dev.fairlead.registry.signin.SignInSettings;
import dev.fairlead.runtime.http.PublicSite;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Signing in through a real provider, as a browser does.
class SignInIT {

  private static final String PEOPLE = "/api/v1/people";
  private static final String ME = "/api/v1/me";

  private static PublicFixture product;
  private static LocalProvider provider;

  private Browser browser;

  @BeforeAll
  static void start() {
    AtomicReference<LocalProvider> started = new AtomicReference<>();
    product =
        new PublicFixture(
            site -> {
              started.set(LocalProvider.start(site.resolve("/api/v1/sign-in/callback"), people()));
              return settings(site, Objects.requireNonNull(started.get()));
            });
    provider = Objects.requireNonNull(started.get());
  }

  private static SignInSettings settings(URI site, LocalProvider asked) {
    return new SignInSettings(
        new PublicSite(Optional.of(site)),
        SessionRules.defaults(),
        Optional.of(
            new ProviderSettings(
                asked.issuer(),
                LocalProvider.CLIENT_ID,
                Optional.of(Secret.of(LocalProvider.CLIENT_SECRET)),
                List.of("openid", "email", "profile"),
                site.resolve("/api/v1/sign-in/callback"),
                new ClaimRules(
                    Optional.of("groups"),
                    Map.of("fleet-admins", Role.ADMIN, "staff", Role.VIEWER),
                    Optional.of("org")))));
  }

  private static JsonObject people() {
    return new JsonObject()
        .put("ada", person("ada@example.com", true))
        .put("bob", person("bob@example.com", true))
        .put("eve", person("ada@example.com", false))
        .put("gina", person("gina@example.com", true))
        .put("carl", person("carl@example.com", true))
        .put("dora", person("dora@example.com", true))
        .put("finn", person("finn@example.com", true))
        .put(
            "boss",
            new JsonObject()
                .put("name", "The Boss")
                .put("org", "grouped")
                .put("groups", new JsonArray().add("staff").add("fleet-admins")))
        .put(
            "chief",
            new JsonObject().put("org", "charged").put("groups", new JsonArray().add("staff")))
        .put(
            "lost",
            new JsonObject().put("org", "nowhere").put("groups", new JsonArray().add("staff")));
  }

  private static JsonObject person(String email, boolean verified) {
    return new JsonObject().put("email", email).put("email_verified", verified).put("name", email);
  }

  @AfterAll
  static void stop() {
    product.close();
    provider.close();
  }

  @BeforeEach
  void open() {
    browser = product.browser();
  }

  @AfterEach
  void close() {
    browser.close();
    provider.tellTheTruth();
  }

  private static String invite(JsonObject person) {
    return RegistryFixture.json(product.registry().request(HttpMethod.POST, PEOPLE, person))
        .getString("id");
  }

  private static String invite(String email, String role) {
    return invite(new JsonObject().put("email", email).put("role", role));
  }

  private static String problem(HttpResponse<String> answer) {
    String type = new JsonObject(answer.body()).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  @Test
  void signsInWhoWasInvitedByEmail() {
    // Given
    String id = invite("Ada@Example.com", "operator");

    // When
    HttpResponse<String> answer = browser.signIn("ada");

    // Then
    assertThat(answer.uri().getPath()).isEqualTo(ME);
    JsonObject me = new JsonObject(answer.body());
    assertThat(me.getString("id")).isEqualTo(id);
    assertThat(me.getString("role")).isEqualTo("operator");
    assertThat(me.getString("tenant")).isEqualTo("default");
    assertThat(me.getString("email")).isEqualTo("ada@example.com");
    JsonObject known =
        RegistryFixture.json(product.registry().request(HttpMethod.GET, PEOPLE + "/" + id));
    assertThat(known.getString("subject")).isEqualTo("ada");
    assertThat(known.getString("issuer")).isEqualTo(provider.issuer().toString());
    assertThat(known.getString("lastSignInAt")).isNotNull();
    Awaitility.await()
        .until(
            () ->
                product.registry().audited("action=finishSignIn&outcome=succeeded").stream()
                    .anyMatch(entry -> entry.getString("actor").equals(id)));
  }

  @Test
  void leadsOnToThePathThatWasAskedFor() {
    // Given
    invite(subject("walter").put("role", "viewer"));

    // When
    HttpResponse<String> answer =
        browser.signIn("/api/v1/sign-in?returnTo=/api/v1/devices%3Flimit%3D7", "walter");

    // Then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.uri()).isEqualTo(product.site().resolve("/api/v1/devices?limit=7"));
  }

  private static JsonObject subject(String subject) {
    return new JsonObject().put("issuer", provider.issuer().toString()).put("subject", subject);
  }

  @Test
  void leadsNobodyAwayFromTheSite() {
    for (String elsewhere :
        List.of(
            "//evil.example", "https://evil.example", "/%5Cevil.example", "/%09/evil.example")) {
      HttpResponse<String> answer =
          browser.send("GET", "/api/v1/sign-in?returnTo=" + elsewhere, new JsonObject());
      assertThat(problem(answer)).isEqualTo("400 validation-failed");
    }
  }

  @Test
  void givesStrangersNothingButAPage() {
    // When
    HttpResponse<String> answer = browser.signIn("nobody-knows-me");

    // Then
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(answer.body()).contains("You have no access here");
    assertThat(browser.cookie("fairlead-session")).isEmpty();
    assertThat(browser.visit(ME).statusCode()).isEqualTo(401);
    Awaitility.await()
        .until(
            () ->
                !product
                    .registry()
                    .audited("action=finishSignIn&outcome=sign-in-refused")
                    .isEmpty());
  }

  @Test
  void takesNoInvitationForAnAddressThatWasNotVerified() {
    // Given
    invite("eves-target@example.com", "admin");
    provider.lie(
        "ours",
        new JsonObject().put("email", "eves-target@example.com").put("email_verified", false));

    // When
    HttpResponse<String> answer = browser.signIn("eve");

    // Then
    assertThat(answer.statusCode()).isEqualTo(403);
  }

  @Test
  void takesRoleAndTenantFromClaims() {
    // Given
    product.registry().createTenant("grouped");

    // When
    JsonObject me = new JsonObject(browser.signIn("boss").body());

    // Then
    assertThat(me.getString("role")).isEqualTo("admin");
    assertThat(me.getString("tenant")).isEqualTo("grouped");
    assertThat(me.getString("name")).isEqualTo("The Boss");

    // When the provider says something else the next time
    provider.lie("ours", new JsonObject().put("groups", new JsonArray().add("staff")));
    try (Browser other = product.browser()) {
      assertThat(new JsonObject(other.signIn("boss").body()).getString("role")).isEqualTo("viewer");
    }

    // Then
    assertThat(browser.visit(ME).statusCode()).isEqualTo(401);

    // When
    provider.lie("ours", new JsonObject().put("groups", new JsonArray()));
    try (Browser other = product.browser()) {
      assertThat(other.signIn("boss").statusCode()).isEqualTo(403);
    }
  }

  private static List<String> targets(String tenant, String query) {
    return RegistryFixture.json(
            product
                .registry()
                .requestIn(tenant, HttpMethod.GET, "/api/v1/audit?" + query, new JsonObject()))
        .getJsonArray("items")
        .stream()
        .map(entry -> ((JsonObject) entry).getString("target"))
        .toList();
  }

  private void signInWithGroups(String login, JsonArray groups) {
    provider.lie("ours", new JsonObject().put("groups", groups));
    try (Browser one = product.browser()) {
      one.signIn(login);
    }
  }

  @Test
  void writesDownWhatClaimsGiveChangeAndTakeBack() {
    // Given
    product.registry().createTenant("charged");
    String id = new JsonObject(browser.signIn("chief").body()).getString("id");

    // When
    signInWithGroups("chief", new JsonArray().add("staff"));
    signInWithGroups("chief", new JsonArray().add("fleet-admins"));
    signInWithGroups("chief", new JsonArray());

    // Then
    String person = "/api/v1/people/" + id;
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(targets("charged", "action=finishSignIn&target=" + person))
                    .containsExactly(
                        person + "?before=admin&after=",
                        person + "?before=viewer&after=admin",
                        person + "?before=&after=viewer"));
  }

  @Test
  void writesDownWhoAcceptedAnInvitation() {
    // Given
    String id = invite("bob@example.com", "operator");

    // When
    browser.signIn("bob");

    // Then
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(targets("default", "action=finishSignIn&target=/api/v1/people/" + id))
                    .containsExactly("/api/v1/people/" + id + "?before=&after=operator"));
  }

  @Test
  void takesNoClaimForATenantThatDoesNotExist() {
    assertThat(browser.signIn("lost").statusCode()).isEqualTo(403);
  }

  @Test
  void refusesAnAnswerToAnotherBrowsersSignIn() {
    // Given
    invite("gina@example.com", "viewer");
    try (Browser other = product.browser()) {
      URI callback = browser.signInUpToCallback("/api/v1/sign-in", "gina");
      other.get(product.site().resolve("/api/v1/sign-in"));

      // When
      HttpResponse<String> answer = other.get(callback);

      // Then
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(other.cookie("fairlead-session")).isEmpty();
      assertThat(
              other
                  .get(URI.create(callback.toString().replaceAll("state=[^&]+", "state=x")))
                  .statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void refusesAnAnswerWithoutASignIn() {
    assertThat(browser.visit("/api/v1/sign-in/callback?code=x&state=y").statusCode())
        .isEqualTo(400);
  }

  @Test
  void refusesAnAnswerOfAnotherIssuer() {
    // Given
    URI callback = browser.signInUpToCallback("/api/v1/sign-in", "carl");

    // When
    HttpResponse<String> answer =
        browser.get(
            URI.create(callback.toString().replaceAll("iss=[^&]+", "iss=https://other.example")));

    // Then
    assertThat(answer.statusCode()).isEqualTo(400);
  }

  @Test
  void takesACodeOnce() {
    // Given
    invite("dora@example.com", "viewer");
    URI callback = browser.signInUpToCallback("/api/v1/sign-in", "dora");
    assertThat(browser.get(callback).statusCode()).isEqualTo(303);

    // When
    HttpResponse<String> again = browser.get(callback);

    // Then
    assertThat(again.statusCode()).isEqualTo(400);
  }

  @Test
  void tellsWhenTheProviderRefuses() {
    // Given
    URI callback = browser.signInUpToCallback("/api/v1/sign-in", "carl");
    String state = callback.getQuery().replaceAll(".*state=([^&]+).*", "$1");

    // When
    HttpResponse<String> answer =
        browser.visit("/api/v1/sign-in/callback?error=access_denied&state=" + state);

    // Then
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("The sign-in did not come to its end");
  }

  static Stream<Arguments> lies() {
    JsonObject none = new JsonObject();
    long now = Instant.now().getEpochSecond();
    return Stream.of(
        Arguments.of("another key", "strangers", none),
        Arguments.of("no signature", "none", none),
        Arguments.of("our own secret", "secret", none),
        Arguments.of("another nonce", "ours", new JsonObject().put("nonce", "another")),
        Arguments.of("no nonce", "ours", new JsonObject().putNull("nonce")),
        Arguments.of("another issuer", "ours", new JsonObject().put("iss", "https://evil.example")),
        Arguments.of("another audience", "ours", new JsonObject().put("aud", "another-client")),
        Arguments.of("another party", "ours", new JsonObject().put("azp", "another-client")),
        Arguments.of(
            "several audiences",
            "ours",
            new JsonObject().put("aud", new JsonArray().add(LocalProvider.CLIENT_ID).add("more"))),
        Arguments.of(
            "the past", "ours", new JsonObject().put("iat", now - 7200).put("exp", now - 3600)),
        Arguments.of("the future", "ours", new JsonObject().put("iat", now + 3600)),
        Arguments.of("no end", "ours", new JsonObject().putNull("exp")),
        Arguments.of("nobody", "ours", new JsonObject().putNull("sub")),
        Arguments.of("somebody else", "ours", new JsonObject().put("sub", "finn-the-other")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void refusesAnIdTokenOf(String what, String sign, JsonObject claims) {
    // Given
    product.registry().request(HttpMethod.POST, PEOPLE, subject("finn").put("role", "viewer"));
    product
        .registry()
        .request(HttpMethod.POST, PEOPLE, subject("finn-the-other").put("role", "viewer"));
    provider.lie(sign, claims);

    // When
    HttpResponse<String> answer = browser.signIn("finn");

    // Then
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(browser.cookie("fairlead-session")).isEmpty();
  }

  @Test
  void believesAnIdTokenThatTheTestsSignLikeTheProvider() {
    // Given the same as above but true, which shows that it is the lie that is refused
    product.registry().request(HttpMethod.POST, PEOPLE, subject("finn").put("role", "viewer"));
    provider.lie("ours", new JsonObject());

    // When
    HttpResponse<String> answer = browser.signIn("finn");

    // Then
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @Test
  void endsSessionsWithTheRoleThatOpenedThem() {
    // Given
    String id = invite(subject("roland").put("role", "admin"));
    browser.signIn("roland");
    assertThat(browser.visit(ME).statusCode()).isEqualTo(200);

    // When
    product
        .registry()
        .request(HttpMethod.PATCH, PEOPLE + "/" + id, new JsonObject().put("role", "viewer"));

    // Then
    assertThat(browser.visit(ME).statusCode()).isEqualTo(401);
    assertThat(new JsonObject(browser.signIn("roland").body()).getString("role"))
        .isEqualTo("viewer");
  }

  @Test
  void endsSessionsWithThePerson() {
    // Given
    String id = invite(subject("rita").put("role", "admin"));
    browser.signIn("rita");
    assertThat(browser.visit(ME).statusCode()).isEqualTo(200);

    // When
    product.registry().request(HttpMethod.DELETE, PEOPLE + "/" + id);

    // Then
    assertThat(browser.visit(ME).statusCode()).isEqualTo(401);
    assertThat(browser.signIn("rita").statusCode()).isEqualTo(403);
  }

  private String token() {
    return new JsonObject(browser.sendFromOwnPage("POST", "/api/v1/token", new JsonObject()).body())
        .getString("token");
  }

  private static int makeKey(String token) {
    return product
        .registry()
        .request(
            HttpMethod.POST,
            "/api/v1/api-keys",
            Map.of("Content-Type", "application/json"),
            new JsonObject().put("name", "left behind").put("role", "viewer").toBuffer(),
            token)
        .statusCode();
  }

  @Test
  void takesNoTokenOfAPersonWhoWasRemoved() {
    // Given
    String id = invite(subject("removed").put("role", "admin"));
    browser.signIn("removed");
    String token = token();
    assertThat(makeKey(token)).isEqualTo(201);

    // When
    product.registry().request(HttpMethod.DELETE, PEOPLE + "/" + id);

    // Then
    assertThat(makeKey(token)).isEqualTo(401);
    assertThat(product.registry().statusOf(token, HttpMethod.GET, ME)).isEqualTo(401);
  }

  @Test
  void takesNoTokenWithTheRoleBefore() {
    // Given
    String id = invite(subject("demoted").put("role", "admin"));
    browser.signIn("demoted");
    String token = token();

    // When
    product
        .registry()
        .request(HttpMethod.PATCH, PEOPLE + "/" + id, new JsonObject().put("role", "viewer"));

    // Then
    assertThat(makeKey(token)).isEqualTo(401);
    browser.signIn("demoted");
    assertThat(makeKey(token())).isEqualTo(403);
  }

  @Test
  void shutsOutThePeopleOfASuspendedTenant() {
    // Given
    product.registry().createTenant("suspects");
    product
        .registry()
        .requestIn("suspects", HttpMethod.POST, PEOPLE, subject("sam").put("role", "admin"));
    assertThat(browser.signIn("sam").statusCode()).isEqualTo(200);
    String token = token();

    // When
    product
        .registry()
        .request(
            HttpMethod.PATCH, "/api/v1/tenants/suspects", new JsonObject().put("suspended", true));

    // Then
    assertThat(browser.visit(ME).statusCode()).isEqualTo(401);
    assertThat(browser.signIn("sam").statusCode()).isEqualTo(403);
    assertThat(product.registry().statusOf(token, HttpMethod.GET, ME)).isEqualTo(401);
  }

  @Test
  void letsAPersonOfTwoTenantsChoose() {
    // Given
    product.registry().createTenant("second");
    invite(subject("tess").put("role", "viewer"));
    product
        .registry()
        .requestIn("second", HttpMethod.POST, PEOPLE, subject("tess").put("role", "operator"));

    // When
    JsonObject first = new JsonObject(browser.signIn("tess").body());
    JsonObject second =
        new JsonObject(
            browser.signIn("/api/v1/sign-in?tenant=second&returnTo=/api/v1/me", "tess").body());

    // Then
    assertThat(first.getString("tenant")).isEqualTo("default");
    assertThat(second.getString("tenant")).isEqualTo("second");
    assertThat(second.getString("role")).isEqualTo("operator");
  }

  @Test
  void keepsNoCookieThatCouldBeUsed() {
    // Given
    invite(subject("hana").put("role", "viewer"));
    browser.signIn("hana");

    // Then
    String cookie = browser.cookie("fairlead-session");
    assertThat(cookie).hasSize(43);
    assertThat(product.registry().column("select sha256 from browser_session"))
        .contains(AccessView.fingerprint(cookie))
        .doesNotContain(cookie);
  }
}
