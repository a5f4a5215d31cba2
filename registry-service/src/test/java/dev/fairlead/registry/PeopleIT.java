package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeopleIT {

  private static final String PEOPLE = "/api/v1/people";

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static String key(String role) {
    String key =
        json(registry.request(
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject().put("name", role).put("role", role)))
            .getString("key");
    Awaitility.await().until(() -> registry.statusOf(key, HttpMethod.GET, "/api/v1/me") == 200);
    return key;
  }

  private static HttpResponse<Buffer> as(String key, HttpMethod method, String path, String body) {
    return registry.request(
        method, path, Map.of("Content-Type", "application/json"), Buffer.buffer(body), key);
  }

  private static String invitation(String email, String role) {
    return new JsonObject().put("email", email).put("role", role).encode();
  }

  private static String invite(String email, String role) {
    HttpResponse<Buffer> made =
        as(RegistryFixture.ADMIN_KEY, HttpMethod.POST, PEOPLE, invitation(email, role));
    assertThat(made.statusCode()).isEqualTo(201);
    return json(made).getString("id");
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  @Test
  void remembersWhoWasInvitedAndByWhom() {
    // When
    HttpResponse<Buffer> made =
        as(
            RegistryFixture.ADMIN_KEY,
            HttpMethod.POST,
            PEOPLE,
            """
            {"issuer":"https://id.example","subject":"42","name":"Ada","role":"operator"}""");

    // Then
    JsonObject person = json(made);
    assertThat(made.getHeader("Location")).isEqualTo(PEOPLE + "/" + person.getString("id"));
    assertThat(person.getString("source")).isEqualTo("invited");
    assertThat(person.getString("createdBy")).isEqualTo("admin");
    assertThat(person.getString("lastSignInAt")).isNull();
    assertThat(json(registry.request(HttpMethod.GET, PEOPLE + "/" + person.getString("id"))))
        .isEqualTo(person);
  }

  @Test
  void invitesNobodyTwice() {
    // Given
    invite("twice@example.com", "viewer");

    // Then
    assertThat(
            problem(
                as(
                    RegistryFixture.ADMIN_KEY,
                    HttpMethod.POST,
                    PEOPLE,
                    invitation("Twice@Example.com", "admin"))))
        .isEqualTo("409 person-exists");
  }

  @Test
  void givesNobodyMoreThanTheInviterHas() {
    // Given
    String admin = key("admin");
    String operator = key("operator");
    String platform = PEOPLE + "/" + invite("platform@example.com", "platform");
    String viewer = PEOPLE + "/" + invite("viewer@example.com", "viewer");

    // Then
    assertThat(problem(as(admin, HttpMethod.POST, PEOPLE, invitation("a@example.com", "platform"))))
        .isEqualTo("403 forbidden");
    assertThat(
            problem(as(operator, HttpMethod.POST, PEOPLE, invitation("b@example.com", "viewer"))))
        .isEqualTo("403 forbidden");
    assertThat(problem(as(operator, HttpMethod.GET, PEOPLE, ""))).isEqualTo("403 forbidden");
    assertThat(problem(as(admin, HttpMethod.PATCH, viewer, "{\"role\":\"platform\"}")))
        .isEqualTo("403 forbidden");
    assertThat(problem(as(admin, HttpMethod.PATCH, platform, "{\"role\":\"viewer\"}")))
        .isEqualTo("403 forbidden");
    assertThat(problem(as(admin, HttpMethod.DELETE, platform, ""))).isEqualTo("403 forbidden");
    assertThat(problem(as(operator, HttpMethod.DELETE, viewer, ""))).isEqualTo("403 forbidden");
    assertThat(json(as(admin, HttpMethod.PATCH, viewer, "{\"role\":\"admin\"}")).getString("role"))
        .isEqualTo("admin");
  }

  @Test
  void removesAPersonOnce() {
    // Given
    String path = PEOPLE + "/" + invite("gone@example.com", "viewer");

    // When
    HttpResponse<Buffer> removed = registry.request(HttpMethod.DELETE, path);

    // Then
    assertThat(removed.statusCode()).isEqualTo(204);
    assertThat(problem(registry.request(HttpMethod.DELETE, path)))
        .isEqualTo("404 person-not-found");
    assertThat(problem(registry.request(HttpMethod.GET, path))).isEqualTo("404 person-not-found");
  }

  @Test
  void keepsTenantsApart() {
    // Given
    registry.createTenant("apart");
    String mine = PEOPLE + "/" + invite("both@example.com", "viewer");

    // When
    HttpResponse<Buffer> same =
        registry.requestIn(
            "apart",
            HttpMethod.POST,
            PEOPLE,
            new JsonObject(invitation("both@example.com", "admin")));

    // Then
    assertThat(same.statusCode()).isEqualTo(201);
    JsonObject nothing = new JsonObject().put("role", "operator");
    assertThat(problem(registry.requestIn("apart", HttpMethod.GET, mine, nothing)))
        .isEqualTo("404 person-not-found");
    assertThat(problem(registry.requestIn("apart", HttpMethod.PATCH, mine, nothing)))
        .isEqualTo("404 person-not-found");
    assertThat(problem(registry.requestIn("apart", HttpMethod.DELETE, mine, nothing)))
        .isEqualTo("404 person-not-found");
    assertThat(
            json(registry.requestIn("apart", HttpMethod.GET, PEOPLE, nothing))
                .getJsonArray("items"))
        .hasSize(1);
    assertThat(
            problem(
                registry.requestIn(
                    "nowhere",
                    HttpMethod.POST,
                    PEOPLE,
                    new JsonObject(invitation("c@d", "viewer")))))
        .isEqualTo("404 tenant-not-found");
  }

  @Test
  void goesWithItsTenant() {
    // Given
    registry.createTenant("short-lived");
    registry.requestIn(
        "short-lived",
        HttpMethod.POST,
        PEOPLE,
        new JsonObject(invitation("x@y.example", "viewer")));

    // When
    HttpResponse<Buffer> deleted =
        registry.request(HttpMethod.DELETE, "/api/v1/tenants/short-lived");

    // Then
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(registry.column("select tenant from person")).doesNotContain("short-lived");
  }

  @Test
  void pagesThroughAllPeople() {
    // Given
    invite("one@example.com", "viewer");
    invite("two@example.com", "viewer");
    invite("three@example.com", "viewer");

    // When
    List<String> ids = new ArrayList<>();
    String cursor = "";
    while (cursor != null) {
      JsonObject page = json(registry.request(HttpMethod.GET, PEOPLE + "?limit=2" + cursor));
      JsonArray items = page.getJsonArray("items");
      items.forEach(item -> ids.add(((JsonObject) item).getString("id")));
      String next = page.getString("next");
      cursor = next == null ? null : "&cursor=" + next;
    }

    // Then
    assertThat(ids).isSorted().doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"role\":\"viewer\"}",
        "{\"email\":\"a@b\"}",
        "{\"email\":\"nobody\",\"role\":\"viewer\"}",
        "{\"email\":\"a@b\",\"role\":\"king\"}",
        "{\"issuer\":\"https://id.example\",\"role\":\"viewer\"}",
        "{\"email\":\"a@b\",\"subject\":\"1\",\"role\":\"viewer\"}",
        "{\"email\":\"a@b\",\"role\":\"viewer\",\"tenant\":\"other\"}"
      })
  void refusesWhatDoesNotMatchTheContract(String body) {
    assertThat(problem(as(RegistryFixture.ADMIN_KEY, HttpMethod.POST, PEOPLE, body)))
        .isEqualTo("400 validation-failed");
  }
}
