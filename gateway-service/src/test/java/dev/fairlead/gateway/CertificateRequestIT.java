package dev.fairlead.gateway;

import static dev.fairlead.bus.message.AccessMessage.CertificateAuthority.Kind.FOREIGN;
import static dev.fairlead.bus.message.AccessMessage.CertificateAuthority.Kind.OWN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.gateway.TestAuthority.Issued;
import dev.fairlead.gateway.TestAuthority.Request;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.ControlError;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.WireFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Devices that ask for their next certificate, on the way to the bus and back.
class CertificateRequestIT {

  private static final String REQUEST =
      """
      -----BEGIN CERTIFICATE REQUEST-----
      MAA=
      -----END CERTIFICATE REQUEST-----
      """;
  private static final int BYTES_MAX = 8192;
  private static final int REQUESTS_MAX = 20;

  private static final TestAuthority PRODUCT = TestAuthority.named("own of default");
  private static final TestAuthority ACME = TestAuthority.named("of acme");

  private static GatewayFixture fixture;
  private static GatewayFixture.Gateway gateway;
  private static List<ReceivedRecord> events;

  @BeforeAll
  static void start() {
    fixture = new GatewayFixture();
    fixture.write(PRODUCT.published("default", OWN).toRecord());
    fixture.write(ACME.published("acme", FOREIGN).toRecord());
    gateway = fixture.gateway("PROXY_ADDRESSES", "127.0.0.0/8");
    events = fixture.recordsOf(Topic.EVENTS);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static Issued certificate(String device) {
    return PRODUCT.issue(
        new Request()
            .uri("urn:fairlead:device:" + device)
            .uri("urn:fairlead:generation:1")
            .subject("CN=" + device));
  }

  private static TestDevice connected(WireFormat wire, Issued issued) {
    TestDevice device =
        TestDevice.connect(
            fixture.vertx(),
            wire,
            TestDevice.options(gateway.port(), wire)
                .addHeader("X-Client-Certificate", issued.header()));
    device.hello();
    return device;
  }

  private static List<ReceivedRecord> requestsOf(String device) {
    return events.stream()
        .filter(record -> record.key().equals("default/" + device))
        .filter(record -> record.header("type").equals(Optional.of("csr")))
        .toList();
  }

  private static ControlError refusal(TestDevice device) {
    return ControlError.from(device.await(NativeProtocol.TYPE_ERROR), device.codec());
  }

  private static double refused(String reason) {
    return gateway.count("gateway.messages.refused", "reason", reason);
  }

  private static void assertNothingPassedOn(TestDevice device, String id) {
    device.send(Messages.status(Body.utf8("{}")).withId("last"));
    await().until(() -> device.acknowledged().contains("last"));
    await().until(() -> events.stream().anyMatch(record -> record.key().endsWith("/" + id)));
    assertThat(requestsOf(id)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void passesARequestOnWithTheCertificateOfItsSessionAndTheAnswerBack(WireFormat wire) {
    // Given
    String id = "asking-" + wire.name();
    Issued issued = certificate(id);
    TestDevice device = connected(wire, issued);
    InboxAddress address = InboxAddress.parse(device.hello().address());
    SessionId session = new SessionId(device.hello().sessionId());
    DeviceKey key = DeviceKey.of("default", id);

    // When
    device.send(Messages.certificateRequest("c-1", REQUEST));
    await().until(() -> requestsOf(id).size() == 1);
    fixture.write(
        new InboxMessage.Certificate(key, session, Optional.of("c-1"), "PEM").toRecord(address));
    fixture.write(
        new InboxMessage.NoCertificate(key, session, Optional.of("c-2"), "forbidden")
            .toRecord(address));

    // Then
    ReceivedRecord record = requestsOf(id).getFirst();
    DeviceMessage message = DeviceMessage.decode(record);
    assertThat(message.type()).isEqualTo(DeviceMessage.Type.CSR);
    assertThat(message.body()).asString(US_ASCII).isEqualTo(REQUEST);
    assertThat(message.correlation()).contains("c-1");
    assertThat(record.headers())
        .containsAllEntriesOf(
            Map.of(
                "certificate",
                issued.fingerprint(),
                "reply-to",
                device.hello().address(),
                "from",
                "127.0.0.1"));
    await().until(() -> device.of(NativeProtocol.TYPE_CREDENTIAL).size() == 2);
    assertThat(device.of(NativeProtocol.TYPE_CREDENTIAL))
        .extracting(answer -> answer.header().textProp(NativeProtocol.PROP_ID).orElse(""))
        .containsExactly("c-1", "c-2");
    assertThat(device.of(NativeProtocol.TYPE_CREDENTIAL).getFirst().body().toByteArray())
        .asString(US_ASCII)
        .isEqualTo("PEM");
    assertThat(
            device
                .of(NativeProtocol.TYPE_CREDENTIAL)
                .getLast()
                .header()
                .textProp(NativeProtocol.PROP_REASON))
        .contains("forbidden");
    device.close();
  }

  @Test
  void refusesARequestFromASessionWithAToken() {
    // Given
    double before = refused("csr-credential");
    TestDevice device = fixture.device(gateway, "tokened");

    // When
    device.send(Messages.certificateRequest("c-1", REQUEST));

    // Then
    assertThat(refusal(device).code()).isEqualTo(OptionalInt.of(403));
    assertThat(refusal(device).id()).contains("c-1");
    assertThat(refused("csr-credential")).isEqualTo(before + 1);
    assertNothingPassedOn(device, "tokened");
    device.close();
  }

  @Test
  void refusesARequestFromASessionWithACertificateOfATenantsOwnAuthority() {
    // Given
    Issued foreign = ACME.issue(new Request().subject("CN=foreign"));
    TestDevice device = connected(WireFormat.JSON, foreign);

    // When
    device.send(Messages.certificateRequest("c-1", REQUEST));

    // Then
    assertThat(refusal(device).code()).isEqualTo(OptionalInt.of(403));
    assertNothingPassedOn(device, "foreign");
    device.close();
  }

  @Test
  void takesTheLongestRequestAndRefusesOneThatIsLonger() {
    // Given
    TestDevice device = connected(WireFormat.MESSAGE_PACK, certificate("long"));
    String longest = REQUEST + "A".repeat(BYTES_MAX - REQUEST.length());

    // When
    device.send(Messages.certificateRequest("c-1", longest + "A"));
    device.send(Messages.certificateRequest("c-2", longest));

    // Then
    assertThat(refusal(device).code()).isEqualTo(OptionalInt.of(413));
    assertThat(refusal(device).id()).contains("c-1");
    await().until(() -> requestsOf("long").size() == 1);
    assertThat(device.of(NativeProtocol.TYPE_ERROR)).hasSize(1);
    device.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE REQUEST-----\u0000"
      })
  void refusesWhatIsNoRequest(String body) {
    // Given
    String id = "shapeless-" + body.length();
    TestDevice device = connected(WireFormat.MESSAGE_PACK, certificate(id));

    // When
    device.send(Message.of(NativeProtocol.PROTO_CONTROL, NativeProtocol.TYPE_CSR, Body.utf8(body)));

    // Then
    assertThat(refusal(device).code()).isEqualTo(OptionalInt.of(400));
    assertNothingPassedOn(device, id);
    device.close();
  }

  @Test
  void limitsTheRequestsOfADeviceAlsoOverItsSessions() {
    // Given
    Issued issued = certificate("eager");
    TestDevice first = connected(WireFormat.JSON, issued);
    IntStream.range(0, REQUESTS_MAX)
        .forEach(i -> first.send(Messages.certificateRequest("c-" + i, REQUEST)));
    await().until(() -> requestsOf("eager").size() == REQUESTS_MAX);
    first.close();

    // When
    TestDevice second = connected(WireFormat.JSON, issued);
    TestDevice other = connected(WireFormat.JSON, certificate("patient"));
    second.send(Messages.certificateRequest("c-one-more", REQUEST));
    other.send(Messages.certificateRequest("c-1", REQUEST));

    // Then
    assertThat(refusal(second).code()).isEqualTo(OptionalInt.of(429));
    await().until(() -> requestsOf("patient").size() == 1);
    assertThat(
            requestsOf("eager").stream()
                .map(record -> record.header("correlation").orElse(""))
                .collect(Collectors.toSet()))
        .hasSize(REQUESTS_MAX)
        .doesNotContain("c-one-more");
    second.close();
    other.close();
  }
}
