package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is refused before the upgrade, and how.
class HandshakeIT {

  private static final WireFormat WIRE = WireFormat.JSON;

  private static GatewayFixture fixture;
  private static GatewayFixture.Gateway gateway;

  @BeforeAll
  static void start() {
    fixture = new GatewayFixture();
    gateway = fixture.gateway("CONNECTIONS_PER_LOOPBACK_ADDRESS", "5");
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static UpgradeRejectedException refusal(WebSocketConnectOptions options) {
    return catchThrowableOfType(
        UpgradeRejectedException.class, () -> TestDevice.connect(fixture.vertx(), WIRE, options));
  }

  private static UpgradeRejectedException refusalOf(String token) {
    return refusal(
        TestDevice.options(gateway.port(), WIRE).addHeader("Authorization", "Bearer " + token));
  }

  /// Asked again until a revocation is known: before, it is let in.
  private static boolean isRefused(String token) {
    return Optional.ofNullable(refusalOf(token))
        .filter(refusal -> refusal.getStatus() == 401)
        .isPresent();
  }

  private static String problemOf(UpgradeRejectedException refusal) {
    return refusal.getBody().toJsonObject().getString("type");
  }

  static Stream<Arguments> badTokens() {
    TestTokens tokens = fixture.tokens();
    TestTokens stranger = TestTokens.withKey(GatewayFixture.KEY_ID);
    JsonObject good = tokens.claims("d");
    long past = Instant.now().getEpochSecond() - 1;
    String token = tokens.token("d", 1);
    return Stream.of(
        Arguments.of("empty", ""),
        Arguments.of("no token", "abc"),
        Arguments.of("too many parts", token + ".x"),
        Arguments.of("no JSON", "bm8.bm8.bm8"),
        Arguments.of("a list for a header", "W10.W10.W10"),
        Arguments.of("another's key", stranger.token("d", 1)),
        Arguments.of("unknown key", TestTokens.withKey("k9").token("d", 1)),
        Arguments.of("no signature", tokens.unsigned("d")),
        Arguments.of("public key as secret", tokens.signedWithPublicKey("d")),
        Arguments.of("cut", token.substring(0, token.length() - 4)),
        Arguments.of("expired", tokens.token(good.copy().put("exp", past))),
        Arguments.of("without end", tokens.token(without(good, "exp"))),
        Arguments.of("end as text", tokens.token(good.copy().put("exp", "never"))),
        Arguments.of("other issuer", tokens.token(good.copy().put("iss", "other"))),
        Arguments.of("no tenant", tokens.token(without(good, "ten"))),
        Arguments.of("null for a tenant", tokens.token(good.copy().putNull("ten"))),
        Arguments.of("null for a key", tokens.token(tokens.header().putNull("kid"), good)),
        Arguments.of("bad tenant", tokens.token(good.copy().put("ten", "A/B"))),
        Arguments.of("bad device", tokens.token(good.copy().put("sub", "../x"))),
        Arguments.of("no generation", tokens.token(without(good, "gen"))),
        Arguments.of("generation zero", tokens.token(good.copy().put("gen", 0))),
        Arguments.of(
            "a person's",
            tokens.token(without(good, "gen").put("aud", "api").put("role", "PLATFORM"))),
        Arguments.of("for somebody else", tokens.token(good.copy().put("aud", "api"))),
        Arguments.of("unknown extension", tokens.token(tokens.header().put("crit", "exp"), good)));
  }

  private static JsonObject without(JsonObject claims, String name) {
    JsonObject rest = claims.copy();
    rest.remove(name);
    return rest;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTokens")
  void refusesBadTokenWithoutSayingWhy(String what, String token) {
    // Given
    assertThat(what).isNotEmpty();

    // When
    UpgradeRejectedException refusal = refusalOf(token);

    // Then
    assertThat(refusal.getStatus()).isEqualTo(401);
    assertThat(refusal.getHeaders().get("WWW-Authenticate")).startsWith("Bearer");
    assertThat(problemOf(refusal)).endsWith("/unauthorized");
    assertThat(refusal.getBody().toJsonObject().getString("detail"))
        .isEqualTo("The request carries no valid token or certificate.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 9000\r\n",
        "Content-Length: x\r\n",
        "Transfer-Encoding: chunked\r\n"
      })
  void refusesAHandshakeWithABody(String header) throws IOException {
    // Given
    String token = fixture.tokens().token("with-a-body", 1);
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      // Then
      assertThatThrownBy(
              () -> RawSocket.over(socket, token, NativeProtocol.SUBPROTOCOL_JSON, header))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(" 400 ");
    }
  }

  @Test
  void refusesTokenOfDeletedDevice() {
    // Given
    var device = DeviceKey.of("default", "deleted");
    fixture.write(new AccessMessage.Revocation(device, Long.MAX_VALUE, Long.MAX_VALUE).toRecord());

    // Then
    await().until(() -> isRefused(fixture.tokens().token("deleted", 1)));
  }

  @Test
  void letsInNewerGenerationOfRevokedCredential() {
    // Given
    var device = DeviceKey.of("default", "renewed");
    fixture.write(new AccessMessage.Revocation(device, 2, Long.MAX_VALUE).toRecord());
    await().until(() -> isRefused(fixture.tokens().token("renewed", 1)));

    // When
    TestDevice renewed =
        TestDevice.connect(
            fixture.vertx(), gateway.port(), WIRE, fixture.tokens().token("renewed", 2));

    // Then
    assertThat(renewed.hello().sessionId()).isNotEmpty();
    renewed.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"?token=", "/"})
  void takesTokenFromTheUrl(String place) {
    // Given
    String token = fixture.tokens().token("with-a-url-only", 1);

    // When
    TestDevice device =
        TestDevice.connect(
            fixture.vertx(),
            WIRE,
            TestDevice.options(gateway.port(), WIRE).setURI(NativeProtocol.PATH + place + token));

    // Then
    assertThat(device.hello().sessionId()).isNotEmpty();
    device.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/connect/%s", "/connect/%s/", "/connect?token=%s", "/pixelblaze/%s"})
  void repeatsNoTokenOfTheUrlInARefusal(String path) {
    // Given
    String token = TestTokens.withKey(GatewayFixture.KEY_ID).token("stranger", 1);

    // When
    UpgradeRejectedException refusal =
        refusal(TestDevice.options(gateway.port(), WIRE).setURI(path.formatted(token)));

    // Then
    assertThat(refusal.getStatus()).isIn(401, 404);
    assertThat(refusal.getBody().toString()).doesNotContain(token.substring(0, 20));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fairlead.v2.json", "protomsg", "FAIRLEAD.V1.JSON"})
  void refusesUnknownSubprotocolBeforeItLooksAtTheToken(String subprotocol) {
    // Given
    var options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(gateway.port())
            .setURI(NativeProtocol.PATH);
    if (!subprotocol.isEmpty()) {
      options.addSubProtocol(subprotocol);
    }

    // When
    UpgradeRejectedException refusal = refusal(options);

    // Then
    assertThat(refusal.getStatus()).isEqualTo(400);
    assertThat(problemOf(refusal)).endsWith("/unsupported-subprotocol");
  }

  @Test
  void takesTheFirstSubprotocolItKnows() {
    // Given
    var options =
        new WebSocketConnectOptions()
            .setHost("127.0.0.1")
            .setPort(gateway.port())
            .setURI(NativeProtocol.PATH)
            .addSubProtocol("other")
            .addSubProtocol(WIRE.subprotocol())
            .addSubProtocol(WireFormat.MESSAGE_PACK.subprotocol())
            .addHeader("Authorization", "Bearer " + fixture.tokens().token("choosing", 1));

    // When
    TestDevice device = TestDevice.connect(fixture.vertx(), WIRE, options);

    // Then
    assertThat(device.hello().sessionId()).isNotEmpty();
    device.close();
  }

  @Test
  void refusesOneConnectionMoreThanAnAddressMayHave() {
    // Given
    var full = fixture.gateway("CONNECTIONS_PER_LOOPBACK_ADDRESS", "1");
    TestDevice first = fixture.device(full, "first");

    // When
    UpgradeRejectedException refusal =
        refusal(
            TestDevice.options(full.port(), WIRE)
                .addHeader("Authorization", "Bearer " + fixture.tokens().token("second", 1)));

    // Then
    assertThat(refusal.getStatus()).isEqualTo(429);
    assertThat(Integer.parseInt(refusal.getHeaders().get("Retry-After"))).isBetween(1, 60);
    first.close();
    await().untilAsserted(() -> fixture.device(full, "third").close());
  }

  @Test
  void refusesOneConnectionMoreThanTheGatewayMayHave() {
    // Given
    var full = fixture.gateway("CONNECTIONS_MAX", "1");
    fixture.device(full, "only");

    // When
    UpgradeRejectedException refusal =
        refusal(
            TestDevice.options(full.port(), WIRE)
                .addHeader("Authorization", "Bearer " + fixture.tokens().token("other", 1)));

    // Then
    assertThat(refusal.getStatus()).isEqualTo(503);
    assertThat(refusal.getHeaders().get("Retry-After")).isNotNull();
    assertThat(full.count("gateway.handshakes.refused", "reason", "gateway-full")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/pixelblaze", "/pixelblaze/some/token", "/mqtt"})
  void saysOfDoorsToComeThatTheyAreNotBuilt(String path) throws IOException, InterruptedException {
    // When
    HttpResponse<String> response = get(path);

    // Then
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("/door-not-built");
  }

  @Test
  void servesItsContractToEveryone() throws IOException, InterruptedException {
    // When
    HttpResponse<String> response = get("/api/v1/openapi/gateway.yaml");

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/yaml");
    assertThat(response.body())
        .startsWith("openapi: 3.1.0")
        .contains("\n  " + NativeProtocol.PATH + ":\n")
        .contains("name: " + NativeProtocol.QUERY_TOKEN + "\n")
        .contains("name: " + NativeProtocol.QUERY_LAST_SESSION + "\n")
        .contains("name: " + NativeProtocol.HEADER_LAST_SESSION + "\n")
        .contains(
            "enum: [%s, %s]"
                .formatted(
                    NativeProtocol.SUBPROTOCOL_MESSAGE_PACK, NativeProtocol.SUBPROTOCOL_JSON));
  }

  private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/connect", "/ws", "/api/v1/live", "/api/v1/devices/x/terminal", "/x"})
  void answersPlainRequestsWithProblems(String path) throws IOException, InterruptedException {
    // Given
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + gateway.port() + path + "?token=secret"))
            .build();

    // When
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

    // Then
    assertThat(response.statusCode()).isEqualTo(path.equals("/connect") ? 400 : 404);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(response.body()).doesNotContain("secret");
  }
}
