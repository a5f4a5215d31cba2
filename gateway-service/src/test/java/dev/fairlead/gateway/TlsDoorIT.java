package dev.fairlead.gateway;

import static dev.fairlead.bus.message.AccessMessage.CertificateAuthority.Kind.OWN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.gateway.TestAuthority.Issued;
import dev.fairlead.gateway.TestAuthority.Request;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A gateway in which the TLS of devices ends: reached directly, and by a proxy that passes TLS on.
class TlsDoorIT {

  private static final WireFormat WIRE = WireFormat.JSON;
  private static final String FROM_AFAR = "PROXY TCP4 198.51.100.7 192.0.2.1 40000 443\r\n";

  private static final TestAuthority OWN_AUTHORITY = TestAuthority.named("own of default");

  @TempDir private static Path directory;
  private static GatewayFixture fixture;
  private static GatewayFixture.Gateway direct;
  private static GatewayFixture.Gateway behindProxy;
  private static List<ReceivedRecord> sessions;

  @BeforeAll
  static void start() throws IOException {
    Issued server =
        TestAuthority.named("of servers")
            .issue(new Request().address("127.0.0.1").purposes(KeyPurposeId.id_kp_serverAuth));
    Path chain = Files.writeString(directory.resolve("chain.pem"), server.chainPem());
    Path key = Files.writeString(directory.resolve("key.pem"), server.keyPem());
    fixture = new GatewayFixture();
    fixture.write(OWN_AUTHORITY.published("default", OWN).toRecord());
    direct = gateway(chain, key);
    behindProxy =
        gateway(chain, key, "TLS_PROXY_PROTOCOL", "true", "PROXY_ADDRESSES", "127.0.0.0/8");
    sessions = fixture.recordsOf(Topic.SESSIONS);
  }

  private static GatewayFixture.Gateway gateway(Path chain, Path key, String... more) {
    String[] tls = {
      "TLS_CERTIFICATE_FILE", chain.toString(), "TLS_KEY_FILE", key.toString(), "TLS_PORT", "0"
    };
    return fixture.gateway(Stream.concat(Stream.of(tls), Stream.of(more)).toArray(String[]::new));
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static int tlsPort(GatewayFixture.Gateway gateway) {
    return gateway.service().tlsPort().orElseThrow();
  }

  /// Where the last session of a device was opened from.
  private static String addressOf(String device) {
    return GatewayFixture.sessions(sessions).stream()
        .filter(message -> message.device().device().value().equals(device))
        .filter(SessionMessage.Opened.class::isInstance)
        .map(message -> ((SessionMessage.Opened) message).place().remoteAddress())
        .reduce("", (earlier, later) -> later);
  }

  private static Socket secured(GatewayFixture.Gateway gateway, String before)
      throws IOException, GeneralSecurityException {
    Socket plain = new Socket(InetAddress.getLoopbackAddress(), tlsPort(gateway));
    plain.setSoTimeout(10_000);
    plain.getOutputStream().write(before.getBytes(US_ASCII));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Trusting()}, null);
    return context.getSocketFactory().createSocket(plain, "127.0.0.1", tlsPort(gateway), true);
  }

  @Test
  void letsADeviceInWithoutAProxy() {
    // When
    TestDevice device =
        TestDevice.connect(
            fixture.vertx(),
            WIRE,
            new WebSocketClientOptions().setTrustAll(true).setVerifyHost(false),
            TestDevice.options(tlsPort(direct), WIRE)
                .setSsl(true)
                .addHeader("Authorization", "Bearer " + fixture.tokens().token("direct-1", 1)));

    // Then
    device.hello();
    await().untilAsserted(() -> assertThat(addressOf("direct-1")).isEqualTo("127.0.0.1"));
  }

  @Test
  void takesTheCertificateOfADevice() {
    // Given
    Issued issued =
        OWN_AUTHORITY.issue(
            new Request()
                .uri("urn:fairlead:device:direct-2")
                .uri("urn:fairlead:generation:1")
                .subject("CN=direct-2"));

    // When
    TestDevice device =
        TestDevice.connect(
            fixture.vertx(),
            WIRE,
            new WebSocketClientOptions()
                .setTrustAll(true)
                .setVerifyHost(false)
                .setKeyCertOptions(
                    new PemKeyCertOptions()
                        .setKeyValue(Buffer.buffer(issued.keyPem()))
                        .setCertValue(Buffer.buffer(issued.chainPem()))),
            TestDevice.options(tlsPort(direct), WIRE).setSsl(true));

    // Then
    device.hello();
  }

  @Test
  void learnsFromTheProxyWhereADeviceComesFrom() throws Exception {
    // When
    try (RawSocket device =
        RawSocket.over(
            secured(behindProxy, FROM_AFAR),
            fixture.tokens().token("far-1", 1),
            WIRE.subprotocol(),
            "")) {
      assertThat(device.next()).isPresent();

      // Then
      await().untilAsserted(() -> assertThat(addressOf("far-1")).isEqualTo("198.51.100.7"));
    }
  }

  /// Also where the device has an address that a proxy might have.
  @Test
  void believesNothingThatADeviceSaysOfItself() throws Exception {
    // Given
    Issued other =
        OWN_AUTHORITY.issue(
            new Request()
                .uri("urn:fairlead:device:other")
                .uri("urn:fairlead:generation:1")
                .subject("CN=other"));
    String headers =
        "X-Forwarded-For: 203.0.113.9\r\nX-Client-Certificate: "
            + Base64.getEncoder().encodeToString(other.certificate().getEncoded())
            + "\r\n";
    double ignoredBefore = behindProxy.count("gateway.handshakes.header.ignored");

    // When
    try (RawSocket device =
        RawSocket.over(
            secured(behindProxy, "PROXY TCP4 127.0.0.9 192.0.2.1 40000 443\r\n"),
            fixture.tokens().token("liar", 1),
            WIRE.subprotocol(),
            headers)) {
      assertThat(device.next()).isPresent();

      // Then
      await().untilAsserted(() -> assertThat(addressOf("liar")).isEqualTo("127.0.0.9"));
      assertThat(behindProxy.count("gateway.handshakes.header.ignored"))
          .isEqualTo(ignoredBefore + 1);
    }
  }

  @Test
  void refusesAConnectionThatDoesNotSayWhereItComesFrom() {
    // Then
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                RawSocket.over(
                    secured(behindProxy, ""),
                    fixture.tokens().token("silent", 1),
                    WIRE.subprotocol(),
                    ""));
  }

  @Test
  void takesNobodysWordButAProxys() throws IOException {
    // Given
    GatewayFixture.Gateway elsewhere =
        gateway(
            directory.resolve("chain.pem"),
            directory.resolve("key.pem"),
            "TLS_PROXY_PROTOCOL",
            "true",
            "PROXY_ADDRESSES",
            "192.0.2.0/24");

    // When
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                RawSocket.over(
                    secured(elsewhere, FROM_AFAR),
                    fixture.tokens().token("impostor", 1),
                    WIRE.subprotocol(),
                    ""));

    // Then
    assertThat(elsewhere.count("gateway.connections.foreign")).isEqualTo(1);
  }

  /// The tests know whom they talk to.
  private static final class Trusting implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
