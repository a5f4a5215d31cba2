package dev.fairlead.gateway;

import static dev.fairlead.bus.message.AccessMessage.CertificateAuthority.Kind.FOREIGN;
import static dev.fairlead.bus.message.AccessMessage.CertificateAuthority.Kind.OWN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.TestAuthority.Issued;
import dev.fairlead.gateway.TestAuthority.Request;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Devices that come in with client certificates, over TLS and through proxies.
class CertificateIT {

  private static final WireFormat WIRE = WireFormat.JSON;
  private static final String HEADER = "X-Client-Certificate";
  private static final int REVOKED = 4002;
  private static final int TIMEOUT_MILLIS = 10_000;

  private static final TestAuthority OWN_AUTHORITY = TestAuthority.named("own of default");
  private static final TestAuthority ACME = TestAuthority.named("of acme");

  private static GatewayFixture fixture;
  private static GatewayFixture.Gateway direct;
  private static GatewayFixture.Gateway proxied;
  private static HttpServer tls;
  private static List<ReceivedRecord> sessions;

  @BeforeAll
  static void start() {
    fixture = new GatewayFixture();
    fixture.write(OWN_AUTHORITY.published("default", OWN).toRecord());
    fixture.write(ACME.published("acme", FOREIGN).toRecord());
    direct = fixture.gateway();
    proxied = fixture.gateway("PROXY_ADDRESSES", "127.0.0.0/8");
    tls = tlsServer(direct);
    sessions = fixture.recordsOf(Topic.SESSIONS);
  }

  /// As the launcher has one.
  private static HttpServer tlsServer(GatewayFixture.Gateway gateway) {
    Issued own =
        TestAuthority.named("of servers")
            .issue(new Request().address("127.0.0.1").purposes(KeyPurposeId.id_kp_serverAuth));
    return fixture
        .vertx()
        .createHttpServer(
            gateway
                .service()
                .tune(new HttpServerOptions())
                .setHost("127.0.0.1")
                .setPort(0)
                .setSsl(true)
                .setUseAlpn(true)
                .setKeyCertOptions(pem(own)))
        .requestHandler(gateway.service().requestHandler())
        .listen()
        .await();
  }

  @AfterAll
  static void stop() {
    tls.close().await();
    fixture.close();
  }

  private static PemKeyCertOptions pem(Issued issued) {
    return new PemKeyCertOptions()
        .setKeyValue(Buffer.buffer(issued.keyPem()))
        .setCertValue(Buffer.buffer(issued.chainPem()));
  }

  private static Request request(String device) {
    return new Request()
        .uri("urn:fairlead:device:" + device)
        .uri("urn:fairlead:generation:1")
        .subject("CN=" + device);
  }

  private static TestDevice overTls(Issued issued) {
    return overTls(Optional.of(issued), options(tls.actualPort()));
  }

  private static TestDevice overTls(Optional<Issued> issued, WebSocketConnectOptions options) {
    var client = new WebSocketClientOptions().setTrustAll(true).setVerifyHost(false);
    issued.ifPresent(one -> client.setKeyCertOptions(pem(one)));
    return TestDevice.connect(fixture.vertx(), WIRE, client, options.setSsl(true));
  }

  private static WebSocketConnectOptions options(int port) {
    return TestDevice.options(port, WIRE);
  }

  private static TestDevice throughProxy(GatewayFixture.Gateway gateway, String header) {
    return TestDevice.connect(
        fixture.vertx(), WIRE, options(gateway.port()).addHeader(HEADER, header));
  }

  private static int refusal(Runnable connect) {
    return catchThrowableOfType(UpgradeRejectedException.class, connect::run).getStatus();
  }

  private static List<String> devicesSeen() {
    return GatewayFixture.sessions(sessions).stream()
        .map(message -> message.device().toString())
        .toList();
  }

  @Test
  void letsADeviceInByACertificateOfOurs() {
    // When
    TestDevice device = overTls(OWN_AUTHORITY.issue(request("pump-1")));

    // Then
    assertThat(device.hello().sessionId()).isNotEmpty();
    await().untilAsserted(() -> assertThat(devicesSeen()).contains("default/pump-1"));
    device.close();
  }

  @Test
  void takesTheTenantFromTheAuthorityAndNotFromTheText() {
    // Given
    Issued claim =
        ACME.issue(
            new Request()
                .subject("O=default,OU=default,CN=intruder")
                .uri("urn:fairlead:tenant:default")
                .uri("urn:fairlead:device:intruder"));

    // When
    TestDevice device = overTls(claim);

    // Then
    assertThat(device.hello().sessionId()).isNotEmpty();
    await().untilAsserted(() -> assertThat(devicesSeen()).contains("acme/intruder"));
    assertThat(devicesSeen()).doesNotContain("default/intruder");
    device.close();
  }

  @Test
  void refusesTheCertificateOfAnAuthorityThatNobodyHas() {
    // Given
    Issued strange = TestAuthority.named("own of default").issue(request("pump-1"));

    // When
    int status = refusal(() -> overTls(strange));

    // Then
    assertThat(status).isEqualTo(401);
  }

  @Test
  void refusesAnExpiredCertificate() {
    // Given
    Issued expired = OWN_AUTHORITY.issue(request("pump-1").until(Instant.now().minusSeconds(1)));

    // When
    int status = refusal(() -> overTls(expired));

    // Then
    assertThat(status).isEqualTo(401);
  }

  @Test
  void refusesADeviceWithoutAnyCredential() {
    // When
    int status = refusal(() -> overTls(Optional.empty(), options(tls.actualPort())));

    // Then
    assertThat(status).isEqualTo(401);
  }

  @Test
  void letsATokenInWhateverCertificateTheClientHas() {
    // Given
    Issued ofABrowser = TestAuthority.named("of people").issue(new Request().subject("CN=Eve"));

    // When
    TestDevice device =
        overTls(
            Optional.of(ofABrowser),
            options(tls.actualPort())
                .addHeader("Authorization", "Bearer " + fixture.tokens().token("tokened", 1)));

    // Then
    assertThat(device.hello().sessionId()).isNotEmpty();
    device.close();
  }

  @Test
  void judgesABadTokenAloneWhateverCertificateComesWithIt() {
    // Given
    Issued good = OWN_AUTHORITY.issue(request("pump-1"));

    // When
    int status =
        refusal(
            () ->
                overTls(
                    Optional.of(good),
                    options(tls.actualPort()).addHeader("Authorization", "Bearer abc")));

    // Then
    assertThat(status).isEqualTo(401);
  }

  @Test
  void endsTheSessionWhenTheCertificateRunsOut() {
    // Given
    Issued brief = OWN_AUTHORITY.issue(request("brief").until(Instant.now().plusSeconds(4)));
    TestDevice device = overTls(brief);
    device.hello();

    // When
    int code = device.awaitClose();

    // Then
    assertThat(code).isEqualTo(REVOKED);
    assertThat(refusal(() -> overTls(brief))).isEqualTo(401);
  }

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of(
            "revoked",
            (Loss)
                issued ->
                    new AccessMessage.CertificateRevocation(
                        key("revoked"), issued.fingerprint(), Long.MAX_VALUE)),
        Arguments.of("blocked", (Loss) issued -> new AccessMessage.Block(key("blocked"))),
        Arguments.of(
            "deleted",
            (Loss) issued -> new AccessMessage.Revocation(key("deleted"), 2, Long.MAX_VALUE)));
  }

  /// What is said on `access` of a device with this certificate.
  interface Loss {
    AccessMessage of(Issued issued);
  }

  private static DeviceKey key(String device) {
    return DeviceKey.of("default", device);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losses")
  void cutsAndRefusesADeviceThatLosesItsStanding(String device, Loss loss) {
    // Given
    Issued issued = OWN_AUTHORITY.issue(request(device));
    TestDevice connected = overTls(issued);
    connected.hello();

    // When
    fixture.write(loss.of(issued).toRecord());

    // Then
    assertThat(connected.awaitClose()).isEqualTo(REVOKED);
    assertThat(refusal(() -> overTls(issued))).isEqualTo(401);
  }

  @Test
  void cutsADeviceWithATokenThatIsBlockedAndLetsItInAgain() {
    // Given
    AccessMessage.Block block = new AccessMessage.Block(key("token-blocked"));
    TestDevice connected = fixture.device(direct, "token-blocked");

    // When
    fixture.write(block.toRecord());

    // Then
    assertThat(connected.awaitClose()).isEqualTo(REVOKED);
    fixture.write(new AccessMessage.Withdrawn(block.key()).toRecord());
    await()
        .ignoreException(UpgradeRejectedException.class)
        .untilAsserted(() -> fixture.device(direct, "token-blocked").close());
  }

  @Test
  void cutsAllDevicesOfAnAuthorityThatIsWithdrawnAndNoOthers() {
    // Given
    TestAuthority gone = TestAuthority.named("gone");
    AccessMessage.CertificateAuthority published = gone.published("acme", FOREIGN);
    fixture.write(published.toRecord());
    Issued first = gone.issue(new Request().subject("CN=first"));
    await()
        .ignoreException(UpgradeRejectedException.class)
        .untilAsserted(() -> overTls(first).close());
    TestDevice one = overTls(first);
    TestDevice two = overTls(gone.issue(new Request().subject("CN=second")));
    TestDevice other = overTls(ACME.issue(new Request().subject("CN=third")));
    one.hello();
    two.hello();
    other.hello();

    // When
    fixture.write(new AccessMessage.Withdrawn(published.key()).toRecord());

    // Then
    assertThat(one.awaitClose()).isEqualTo(REVOKED);
    assertThat(two.awaitClose()).isEqualTo(REVOKED);
    assertThat(refusal(() -> overTls(first))).isEqualTo(401);
    assertThat(other.closeCode()).isEmpty();
    other.close();
  }

  @Test
  void takesTheCertificateFromTheHeaderOfAProxy() {
    // Given
    TestAuthority between = ACME.under("plant 1");
    Issued issued = between.issue(new Request().subject("CN=behind-a-proxy"), between);

    // When
    TestDevice device = throughProxy(proxied, issued.header());

    // Then
    assertThat(device.hello().sessionId()).isNotEmpty();
    await().untilAsserted(() -> assertThat(devicesSeen()).contains("acme/behind-a-proxy"));
    device.close();
  }

  @Test
  void ignoresTheHeaderOfWhoeverIsNoProxyAndCountsIt() {
    // Given
    Issued good = OWN_AUTHORITY.issue(request("pump-1"));
    double before = direct.count("gateway.handshakes.header.ignored");

    // When
    int status = refusal(() -> throughProxy(direct, good.header()));

    // Then
    assertThat(status).isEqualTo(401);
    assertThat(direct.count("gateway.handshakes.header.ignored")).isEqualTo(before + 1);
  }

  @Test
  void judgesByTheTlsLayerWhoeverIsNoProxyAndSendsTheHeaderOfAnother() {
    // Given
    Issued own = OWN_AUTHORITY.issue(request("honest"));
    Issued other = OWN_AUTHORITY.issue(request("victim"));

    // When
    TestDevice device =
        overTls(Optional.of(own), options(tls.actualPort()).addHeader(HEADER, other.header()));

    // Then
    assertThat(device.hello().sessionId()).isNotEmpty();
    await().untilAsserted(() -> assertThat(devicesSeen()).contains("default/honest"));
    assertThat(devicesSeen()).doesNotContain("default/victim");
    device.close();
  }

  @Test
  void refusesTwoHeadersOfAProxy() {
    // Given
    Issued one = OWN_AUTHORITY.issue(request("one"));
    Issued two = OWN_AUTHORITY.issue(request("two"));

    // When
    int status =
        refusal(
            () ->
                TestDevice.connect(
                    fixture.vertx(),
                    WIRE,
                    options(proxied.port())
                        .addHeader(HEADER, one.header())
                        .addHeader(HEADER, two.header())));

    // Then
    assertThat(status).isEqualTo(401);
  }

  @Test
  void looksAtNothingMoreOnAConnectionOnWhichItRefusedACertificate() throws IOException {
    // Given
    Issued strange = TestAuthority.named("of nobody").issue(request("pump-1"));
    String request =
        """
        GET /connect HTTP/1.1\r
        Host: localhost\r
        Connection: Upgrade\r
        Upgrade: websocket\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Protocol: %s\r
        %s: %s\r
        \r
        """
            .formatted(WIRE.subprotocol(), HEADER, strange.header());
    double before = proxied.count("gateway.handshakes.refused");

    // When
    String answers;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxied.port())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write((request + request + request).getBytes(US_ASCII));
      answers = new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }

    // Then
    assertThat(answers)
        .startsWith("HTTP/1.1 401")
        .containsOnlyOnce("HTTP/1.1")
        .containsIgnoringCase("\r\nconnection: close\r\n");
    assertThat(proxied.count("gateway.handshakes.refused")).isEqualTo(before + 1);
  }

  @Test
  void countsConnectionsByTheAddressThatTheProxyTells() {
    // Given
    var narrow = fixture.gateway("PROXY_ADDRESSES", "127.0.0.1", "CONNECTIONS_PER_ADDRESS", "1");
    TestDevice first = forwarded(narrow, "198.51.100.1, 203.0.113.5", "first");
    first.hello();

    // When
    int same = refusal(() -> forwarded(narrow, "203.0.113.5, 127.0.0.1", "second"));
    TestDevice other = forwarded(narrow, "203.0.113.5, 198.51.100.1", "third");

    // Then
    assertThat(same).isEqualTo(429);
    assertThat(other.hello().sessionId()).isNotEmpty();
    first.close();
    other.close();
  }

  private static TestDevice forwarded(
      GatewayFixture.Gateway gateway, String addresses, String device) {
    return TestDevice.connect(
        fixture.vertx(),
        WIRE,
        options(gateway.port())
            .addHeader("X-Forwarded-For", addresses)
            .addHeader("Authorization", "Bearer " + fixture.tokens().token(device, 1)));
  }
}
