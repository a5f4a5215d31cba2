package dev.fairlead.runtime.http;

import static dev.fairlead.runtime.http.ApiFixture.json;
import static dev.fairlead.runtime.http.ApiFixture.slug;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiRouterTest {
  private static final AtomicReference<Operation> THING = new AtomicReference<>(ApiFixture::echo);
  private static ApiFixture api;

  @BeforeAll
  static void open() {
    api = new ApiFixture(ApiFixture.settings(), request -> THING.get().handle(request));
  }

  @AfterAll
  static void close() {
    api.close();
  }

  @BeforeEach
  void reset() {
    THING.set(ApiFixture::echo);
  }

  @Test
  void servesOperationOnVirtualThreadThatMayAwait() {
    // Given
    var threads = ConcurrentHashMap.<Boolean>newKeySet();
    THING.set(
        request -> {
          String waited =
              Future.future(p -> request.context().runOnContext(_ -> p.complete("x")))
                  .await()
                  .toString();
          threads.add(Thread.currentThread().isVirtual());
          return ApiResponse.ok(new ApiFixture.Thing(waited, request.tenant()));
        });

    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things/7");

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.getHeader("Content-Type")).isEqualTo("application/json");
    assertThat(json(response)).isEqualTo(new JsonObject().put("id", "x").put("tenant", "blue"));
    assertThat(threads).containsExactly(true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "true", "null", "1e5", "-1", "~a.b_c"})
  void takesTextThatLooksLikeAnotherTypeAsText(String id) {
    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things/" + id);

    // Then
    assertThat(json(response).getString("id")).isEqualTo(id);
  }

  @Test
  void decodesQueryOnce() {
    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things?tag=a%252Bb&tag=c%2Bd");

    // Then
    assertThat(response.getHeader("Tags")).isEqualTo("a%2Bb|c+d");
  }

  @Test
  void createsFromBody() {
    // When
    HttpResponse<Buffer> response = api.post("/api/v1/things", "{\"name\":\"a\",\"count\":2}");

    // Then
    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(response.getHeader("Location")).isEqualTo("/api/v1/things/a");
    assertThat(json(response).getInteger("count")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/things?limit=0|query/limit",
        "/api/v1/things?limit=1001|query/limit",
        "/api/v1/things?limit=ten|query/limit",
        "/api/v1/things?limit=1&limit=2|query/limit",
        "/api/v1/things?tag=123456789|query/tag/0",
        "/api/v1/things?hidden=yes|query/hidden",
        "/api/v1/things/12345678901234567|path/id",
      })
  void refusesParameterThatDoesNotMatch(String path, String pointer) {
    // When
    HttpResponse<Buffer> response = api.get(path);

    // Then
    assertThat(slug(response)).isEqualTo("validation-failed");
    assertThat(json(response).getString("detail")).contains(pointer);
    assertThat(json(response).getJsonArray("errors").getJsonObject(0).getString("pointer"))
        .isEqualTo(pointer);
  }

  @Test
  void refusesMissingHeader() {
    // When
    HttpResponse<Buffer> response =
        api.request(HttpMethod.DELETE, "/api/v1/things/7").send().await();

    // Then
    assertThat(slug(response)).isEqualTo("validation-failed");
    assertThat(response.bodyAsString()).contains("header/If-Match");
  }

  @Test
  void answersNoContentWithoutBody() {
    // When
    HttpResponse<Buffer> response =
        api.request(HttpMethod.DELETE, "/api/v1/things/7")
            .putHeader("If-Match", "1")
            .send()
            .await();

    // Then
    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.body()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|''",
        "{\"name\":\"a\",\"count\":-1}|/count",
        "{\"name\":5}|/name",
        "{\"name\":\"a\",\"inner\":{\"live\":1}}|/inner/live",
        "[]|''",
        "null|''",
      })
  void refusesBodyThatDoesNotMatch(String json, String pointer) {
    // When
    HttpResponse<Buffer> response = api.post("/api/v1/things", json);

    // Then
    assertThat(slug(response)).isEqualTo("validation-failed");
    assertThat(json(response).getJsonArray("errors"))
        .as(response.bodyAsString())
        .singleElement()
        .satisfies(
            error -> assertThat(((JsonObject) error).getString("pointer")).isEqualTo(pointer));
  }

  @Test
  void refusesUnknownMemberOfBody() {
    // When
    HttpResponse<Buffer> response = api.post("/api/v1/things", "{\"name\":\"a\",\"colour\":1}");

    // Then
    assertThat(slug(response)).isEqualTo("validation-failed");
    assertThat(response.bodyAsString()).contains("colour");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"name\":\"a\"} x", "{\"name\":\"a\",\"name\":\"b\"}", "nul"})
  void refusesMalformedJson(String json) {
    // When
    HttpResponse<Buffer> response = api.post("/api/v1/things", json);

    // Then
    assertThat(slug(response)).isEqualTo("malformed-json");
  }

  @Test
  void refusesJsonThatIsTooDeep() {
    // When
    HttpResponse<Buffer> response = api.post("/api/v1/things", "[".repeat(65) + "]".repeat(65));

    // Then
    assertThat(slug(response)).isEqualTo("malformed-json");
  }

  @Test
  void refusesMissingBody() {
    // When
    HttpResponse<Buffer> response = api.post("/api/v1/things", "");

    // Then
    assertThat(slug(response)).isEqualTo("validation-failed");
    assertThat(response.bodyAsString()).contains("it is missing");
  }

  @Test
  void refusesOtherMediaType() {
    // When
    HttpResponse<Buffer> response =
        api.request(HttpMethod.POST, "/api/v1/things")
            .putHeader("Content-Type", "application/jsonx")
            .sendBuffer(Buffer.buffer("{}"))
            .await();

    // Then
    assertThat(slug(response)).isEqualTo("unsupported-media-type");
    assertThat(response.getHeader("Accept")).isEqualTo("application/json");
  }

  @ParameterizedTest
  @CsvSource({"4096,200", "4097,413"})
  void takesBodyUpToLimit(int bytes, int status) {
    // When
    HttpResponse<Buffer> response =
        api.request(HttpMethod.PUT, "/api/v1/things/7/content")
            .putHeader("Content-Type", "application/octet-stream")
            .sendBuffer(Buffer.buffer(new byte[bytes]))
            .await();

    // Then
    assertThat(response.statusCode()).isEqualTo(status);
  }

  @Test
  void refusesLongBodyOfUnknownLengthAndKeepsConnectionUsable() {
    // When
    HttpResponse<Buffer> refused =
        api.request(HttpMethod.PUT, "/api/v1/things/7/content")
            .putHeader("Content-Type", "application/octet-stream")
            .putHeader("Transfer-Encoding", "chunked")
            .sendBuffer(Buffer.buffer(new byte[1 << 20]))
            .await();
    HttpResponse<Buffer> next = api.get("/api/v1/things/7");

    // Then
    assertThat(slug(refused)).isEqualTo("payload-too-large");
    assertThat(json(refused).getInteger("limit")).isEqualTo(ApiFixture.BODY_BYTES_MAX);
    assertThat(next.statusCode()).isEqualTo(200);
  }

  @Test
  void refusesRequestWithoutKey() {
    // When
    HttpResponse<Buffer> response = api.anonymous(HttpMethod.GET, "/api/v1/things").send().await();

    // Then
    assertThat(slug(response)).isEqualTo("unauthorized");
    assertThat(response.getHeader("WWW-Authenticate")).startsWith("Bearer");
  }

  @ParameterizedTest
  @CsvSource({
    "Authorization,Bearer nobody",
    "Authorization,Bearer ",
    "Authorization,Basic viewer",
    "Authorization,viewer",
    "X-API-Key,nobody"
  })
  void refusesKeyThatIsNotKnown(String header, String value) {
    // When
    HttpResponse<Buffer> response =
        api.anonymous(HttpMethod.GET, "/api/v1/things").putHeader(header, value).send().await();

    // Then
    assertThat(slug(response)).isEqualTo("unauthorized");
  }

  @ParameterizedTest
  @CsvSource({"Authorization,bearer viewer", "X-API-Key,viewer"})
  void takesKeyFromEitherHeader(String header, String value) {
    // When
    HttpResponse<Buffer> response =
        api.anonymous(HttpMethod.GET, "/api/v1/things").putHeader(header, value).send().await();

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void servesOpenOperationAndContractToEveryone() {
    // When
    HttpResponse<Buffer> open = api.anonymous(HttpMethod.GET, "/api/v1/open").send().await();
    HttpResponse<Buffer> contract =
        api.anonymous(HttpMethod.GET, "/api/v1/openapi/test.yaml").send().await();

    // Then
    assertThat(open.statusCode()).isEqualTo(200);
    assertThat(contract.getHeader("Content-Type")).isEqualTo("application/yaml");
    assertThat(contract.bodyAsString()).startsWith("openapi: 3.1.0");
  }

  @Test
  void letsOnlyPlatformAdminChooseTenant() {
    // When
    HttpResponse<Buffer> viewer =
        api.request(HttpMethod.GET, "/api/v1/things/7")
            .putHeader("Fairlead-Tenant", "red")
            .send()
            .await();
    HttpResponse<Buffer> platform =
        api.anonymous(HttpMethod.GET, "/api/v1/things/7")
            .putHeader("X-API-Key", "platform")
            .putHeader("fairlead-tenant", "red")
            .send()
            .await();
    HttpResponse<Buffer> nonsense =
        api.anonymous(HttpMethod.GET, "/api/v1/things/7")
            .putHeader("X-API-Key", "platform")
            .putHeader("Fairlead-Tenant", "No Tenant")
            .send()
            .await();

    // Then
    assertThat(slug(viewer)).isEqualTo("forbidden");
    assertThat(json(platform).getString("tenant")).isEqualTo("red");
    assertThat(slug(nonsense)).isEqualTo("bad-request");
  }

  @Test
  void refusesRoleThatIsTooLow() {
    // Given
    THING.set(request -> ApiResponse.ok(request.require(Role.OPERATOR)));

    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things/7");

    // Then
    assertThat(slug(response)).isEqualTo("forbidden");
    assertThat(response.bodyAsString()).contains("operator");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/api/v1/nothing", "/api/v1/things/7/8/9", "/api/v1/openapi/other.yaml"})
  void answersNotFoundForUnknownPath(String path) {
    // When
    HttpResponse<Buffer> response = api.get(path);

    // Then
    assertThat(slug(response)).isEqualTo("not-found");
    assertThat(json(response).getString("instance")).isEqualTo(path);
  }

  @Test
  void namesAllowedMethods() {
    // When
    HttpResponse<Buffer> response =
        api.request(HttpMethod.PATCH, "/api/v1/things/7").send().await();

    // Then
    assertThat(slug(response)).isEqualTo("method-not-allowed");
    assertThat(response.getHeader("Allow")).isEqualTo("DELETE, GET");
  }

  @Test
  void tellsProblemOfOperation() {
    // Given
    THING.set(
        _ -> {
          throw new ProblemException(ProblemType.DEVICE_NOT_FOUND, "No device 7.");
        });

    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things/7");

    // Then
    assertThat(slug(response)).isEqualTo("device-not-found");
    assertThat(json(response).getString("detail")).isEqualTo("No device 7.");
  }

  @Test
  void hidesWhatWentWrongInside() {
    // Given
    THING.set(
        _ -> {
          throw new IllegalStateException("password=hunter2");
        });

    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things/7");

    // Then
    assertThat(slug(response)).isEqualTo("internal");
    assertThat(response.bodyAsString()).doesNotContain("hunter2").contains("\"id\"");
    assertThat(api.meters.get("http.problems").tag("type", "internal").counter().count())
        .isPositive();
  }

  @Test
  void answersWhenHeaderOfAnswerCannotBeSent() {
    // Given
    THING.set(_ -> ApiResponse.ok("x").withHeader("Location", "a\r\nb: c"));

    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things/7");

    // Then
    assertThat(slug(response)).isEqualTo("internal");
  }

  @Test
  void answersWhenDocumentCannotBeWritten() {
    // Given
    THING.set(_ -> ApiResponse.ok(new Object()));

    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things/7");

    // Then
    assertThat(slug(response)).isEqualTo("internal");
  }

  @Test
  void pagesToTheEnd() {
    // When
    JsonObject first = json(api.get("/api/v1/things?limit=2"));
    JsonObject second = json(api.get("/api/v1/things?limit=2&cursor=" + first.getString("next")));

    // Then
    assertThat(first.getJsonArray("items")).containsExactly("a", "b");
    assertThat(second.getJsonArray("items")).containsExactly("c");
    assertThat(second.containsKey("next")).isTrue();
    assertThat(second.getValue("next")).isNull();
  }

  @Test
  void refusesForeignCursor() {
    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things?cursor=%25%25");

    // Then
    assertThat(slug(response)).isEqualTo("bad-cursor");
  }

  @Test
  void refusesPathThatCannotBeDecoded() {
    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things/%zz");

    // Then
    assertThat(slug(response)).isEqualTo("bad-request");
  }

  @Test
  void refusesQueryParameterThatTheContractDoesNotHave() {
    // When
    HttpResponse<Buffer> response = api.get("/api/v1/things?lmit=1");

    // Then
    assertThat(slug(response)).isEqualTo("validation-failed");
    assertThat(json(response).getString("detail"))
        .isEqualTo("'query/lmit' is not right: it is not known here.");
  }
}
