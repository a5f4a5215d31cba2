package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.producer.Position;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Devices that ask for their next certificate over their connections, as the bus tells of it.
class RenewalIT {

  private static final String DEVICES = "/api/v1/devices/";
  private static final InboxAddress GATEWAY = new InboxAddress(1, "gateway-of-renewals");
  private static final String ADDRESS = "192.0.2.7";

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static HttpResponse<Buffer> in(
      String tenant, HttpMethod method, String path, JsonObject body) {
    return registry.request(
        method,
        path,
        Map.of("Content-Type", "application/json", "Fairlead-Tenant", tenant),
        body.isEmpty() ? Buffer.buffer() : body.toBuffer(),
        RegistryFixture.ADMIN_KEY);
  }

  /// Makes a device with a certificate.
  ///
  /// @return the certificate's fingerprint
  private static String device(String tenant, String id) {
    registry.createTenant(tenant);
    assertThat(
            in(tenant, HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", id))
                .statusCode())
        .isEqualTo(201);
    HttpResponse<Buffer> issued =
        in(
            tenant,
            HttpMethod.POST,
            DEVICES + id + "/certificates",
            new JsonObject().put("csr", TestPki.request(TestPki.keyPair())));
    assertThat(issued.statusCode()).isEqualTo(201);
    return json(issued).getString("fingerprint");
  }

  private static BusRecord request(
      String tenant, String device, String certificate, String id, String pem) {
    BusRecord record =
        new DeviceMessage(
                DeviceMessage.Type.CSR,
                DeviceKey.of(tenant, device),
                new SessionId("s"),
                new Epoch(1, 1),
                System.currentTimeMillis(),
                Optional.of(id),
                Optional.empty(),
                Optional.empty(),
                "application/x-pem-file",
                pem.getBytes(StandardCharsets.US_ASCII))
            .toRecord();
    Map<String, String> headers = new HashMap<>(record.headers());
    headers.put("certificate", certificate);
    headers.put("reply-to", GATEWAY.toString());
    headers.put("from", ADDRESS);
    return BusRecord.keyed(record.topic(), record.key(), headers, record.value());
  }

  private static String anyId() {
    return UUID.randomUUID().toString();
  }

  /// The answers to a request, as they come.
  private static List<InboxMessage> answers(String id) {
    return registry.heard(Topic.INBOX).stream()
        .filter(record -> record.header("correlation").equals(Optional.of(id)))
        .filter(record -> record.header("to").equals(Optional.of(GATEWAY.gateway())))
        .map(InboxMessage::decode)
        .toList();
  }

  private static InboxMessage ask(String tenant, String device, String certificate, String pem) {
    String id = anyId();
    registry.send(request(tenant, device, certificate, id, pem));
    await().atMost(Duration.ofSeconds(20)).until(() -> !answers(id).isEmpty());
    return answers(id).getFirst();
  }

  private static String pemOf(InboxMessage answer) {
    assertThat(answer).isInstanceOf(InboxMessage.Certificate.class);
    return ((InboxMessage.Certificate) answer).pem();
  }

  private static String reasonOf(InboxMessage answer) {
    assertThat(answer).isInstanceOf(InboxMessage.NoCertificate.class);
    return ((InboxMessage.NoCertificate) answer).reason();
  }

  private static X509Certificate x509(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static List<JsonObject> certificates(String tenant, String device) {
    return json(in(tenant, HttpMethod.GET, DEVICES + device + "/certificates", new JsonObject()))
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private static List<JsonObject> audited(String tenant) {
    return json(
            in(
                tenant,
                HttpMethod.GET,
                "/api/v1/audit?limit=1000&action=renewCertificate",
                new JsonObject()))
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  @Test
  void issuesTheNextCertificateToTheDeviceOfTheSessionAndWritesItDown()
      throws GeneralSecurityException {
    // Given
    String first = device("renewing", "pump");
    KeyPair keys = TestPki.keyPair();

    // When
    InboxMessage answer = ask("renewing", "pump", first, TestPki.request(keys));

    // Then
    X509Certificate certificate = x509(pemOf(answer));
    assertThat(answer.device()).isEqualTo(DeviceKey.of("renewing", "pump"));
    assertThat(answer.session()).isEqualTo(new SessionId("s"));
    assertThat(certificate.getPublicKey()).isEqualTo(keys.getPublic());
    // The request says O=other,CN=other.
    assertThat(certificate.getSubjectAlternativeNames())
        .containsExactly(
            List.of(6, "urn:fairlead:device:pump"), List.of(6, "urn:fairlead:generation:1"));
    assertThat(Duration.between(Instant.now(), certificate.getNotAfter().toInstant()).toDays())
        .isBetween(398L, 400L);
    assertThat(certificates("renewing", "pump"))
        .hasSize(2)
        .allMatch(one -> one.getString("revokedAt") == null);
    await().until(() -> audited("renewing").size() == 1);
    JsonObject entry = audited("renewing").getFirst();
    assertThat(entry.getString("actor")).isEqualTo("pump");
    assertThat(entry.getString("role")).isEqualTo("device");
    assertThat(entry.getString("address")).isEqualTo(ADDRESS);
    assertThat(entry.getString("outcome")).isEqualTo("succeeded");
    assertThat(entry.getString("target")).startsWith(DEVICES + "pump/certificates/");
    assertThat(
            registry
                .meters()
                .counter("registry.certificates.renewals", "outcome", "succeeded")
                .count())
        .isGreaterThanOrEqualTo(1);
  }

  @Test
  void answersTheSameRequestWithTheSameCertificate() {
    // Given
    String first = device("repeating", "pump");
    String csr = TestPki.request(TestPki.keyPair());
    String id = anyId();
    BusRecord record = request("repeating", "pump", first, id, csr);

    // When
    registry.send(record);
    registry.send(record);
    await().until(() -> answers(id).size() == 2);
    InboxMessage later = ask("repeating", "pump", first, csr);

    // Then
    assertThat(answers(id)).extracting(RenewalIT::pemOf).containsOnly(pemOf(later));
    assertThat(certificates("repeating", "pump")).hasSize(2);
  }

  @Test
  void needsAnotherRequestOnceTheCertificateOfOneIsRevoked() {
    // Given
    String first = device("reusing", "pump");
    String csr = TestPki.request(TestPki.keyPair());
    String _ = pemOf(ask("reusing", "pump", first, csr));
    String second =
        certificates("reusing", "pump").stream()
            .map(one -> one.getString("fingerprint"))
            .filter(one -> !one.equals(first))
            .findFirst()
            .orElseThrow();
    revoke("reusing", "pump", second);

    // When
    InboxMessage answer = ask("reusing", "pump", first, csr);

    // Then
    assertThat(reasonOf(answer)).isEqualTo("bad-certificate");
  }

  private static void revoke(String tenant, String device, String fingerprint) {
    assertThat(
            in(
                    tenant,
                    HttpMethod.DELETE,
                    DEVICES + device + "/certificates/" + fingerprint,
                    new JsonObject())
                .statusCode())
        .isEqualTo(204);
  }

  static Stream<Arguments> losses() {
    return Stream.of(
        loss(
            "blocked",
            "forbidden",
            tenant ->
                assertThat(
                        in(
                                tenant,
                                HttpMethod.PATCH,
                                DEVICES + "pump",
                                new JsonObject().put("blocked", true))
                            .statusCode())
                    .isEqualTo(200)),
        loss(
            "suspended",
            "forbidden",
            tenant ->
                assertThat(
                        in(
                                "default",
                                HttpMethod.PATCH,
                                "/api/v1/tenants/" + tenant,
                                new JsonObject().put("suspended", true))
                            .statusCode())
                    .isEqualTo(200)),
        loss(
            "revoked",
            "unauthorized",
            tenant ->
                certificates(tenant, "pump")
                    .forEach(one -> revoke(tenant, "pump", one.getString("fingerprint")))),
        loss(
            "rotated",
            "unauthorized",
            tenant ->
                assertThat(
                        in(
                                tenant,
                                HttpMethod.DELETE,
                                DEVICES + "pump/credentials",
                                new JsonObject())
                            .statusCode())
                    .isEqualTo(204)),
        loss(
            "deleted",
            "device-not-found",
            tenant ->
                assertThat(
                        in(tenant, HttpMethod.DELETE, DEVICES + "pump", new JsonObject())
                            .statusCode())
                    .isEqualTo(204)));
  }

  private static Arguments loss(String name, String reason, Consumer<String> happen) {
    return Arguments.of(name, reason, happen);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losses")
  void refusesADeviceThatHasLostItsStanding(String name, String reason, Consumer<String> happen) {
    // Given
    String tenant = "renewal-" + name;
    String first = device(tenant, "pump");
    happen.accept(tenant);

    // When
    InboxMessage answer = ask(tenant, "pump", first, TestPki.request(TestPki.keyPair()));

    // Then
    assertThat(reasonOf(answer)).isEqualTo(reason);
    assertThat(
            registry.column(
                "select fingerprint from certificate where tenant = '"
                    + tenant
                    + "' and request_sha256 is not null"))
        .isEmpty();
    await()
        .until(
            () ->
                registry.heard(Topic.AUDIT).stream()
                    .filter(record -> record.key().equals(tenant))
                    .map(record -> Buffer.buffer(record.requiredValue()).toJsonObject())
                    .anyMatch(
                        entry ->
                            entry.getString("action").equals("renewCertificate")
                                && entry.getString("outcome").equals(reason)));
  }

  @Test
  void refusesTheCertificateOfAnotherTenantsDeviceOfTheSameName() {
    // Given
    String victims = device("renewal-victim", "pump");
    String _ = device("renewal-intruder", "pump");

    // When
    InboxMessage answer =
        ask("renewal-intruder", "pump", victims, TestPki.request(TestPki.keyPair()));

    // Then
    assertThat(reasonOf(answer)).isEqualTo("unauthorized");
    assertThat(certificates("renewal-victim", "pump")).hasSize(1);
    assertThat(certificates("renewal-intruder", "pump")).hasSize(1);
  }

  @Test
  void refusesTheCertificateOfAnotherDevice() {
    // Given
    String others = device("renewal-siblings", "one");
    String _ = device("renewal-siblings", "two");

    // When
    InboxMessage answer =
        ask("renewal-siblings", "two", others, TestPki.request(TestPki.keyPair()));

    // Then
    assertThat(reasonOf(answer)).isEqualTo("unauthorized");
  }

  static Stream<Arguments> badRequests() {
    return Stream.of(
        Arguments.of(
            "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----"),
        Arguments.of("not PEM at all"),
        Arguments.of(TestPki.request(TestPki.rsa(1024))),
        Arguments.of(TestPki.request(TestPki.keyPair(), TestPki.keyPair().getPrivate())));
  }

  @ParameterizedTest
  @MethodSource("badRequests")
  void refusesABadRequestAndGoesOn(String csr) {
    // Given
    String tenant = "bad-" + Integer.toHexString(csr.hashCode());
    String first = device(tenant, "pump");

    // When
    InboxMessage answer = ask(tenant, "pump", first, csr);
    InboxMessage next = ask(tenant, "pump", first, TestPki.request(TestPki.keyPair()));

    // Then
    assertThat(reasonOf(answer)).isEqualTo("bad-certificate");
    assertThat(pemOf(next)).contains("BEGIN CERTIFICATE");
  }

  @Test
  void refusesMoreCertificatesThanADeviceMayHave() {
    // Given
    String first = device("many", "pump");
    for (int i = 0; i < 19; i++) {
      String _ = pemOf(ask("many", "pump", first, TestPki.request(TestPki.keyPair())));
    }

    // When
    InboxMessage answer = ask("many", "pump", first, TestPki.request(TestPki.keyPair()));

    // Then
    assertThat(reasonOf(answer)).isEqualTo("quota-exceeded");
  }

  static Stream<Arguments> lacking() {
    return Stream.of(
        Arguments.of("certificate", "short"),
        Arguments.of("reply-to", "nowhere"),
        Arguments.of("from", "x".repeat(65)));
  }

  @ParameterizedTest
  @MethodSource("lacking")
  void putsAwayARecordThatNoGatewayWrites(String header, String value) {
    // Given
    BusRecord record = request("default", "nobody", "0".repeat(64), anyId(), "x");
    Map<String, String> headers = new HashMap<>(record.headers());
    headers.put(header, value);

    // When
    Position at =
        registry.send(BusRecord.keyed(record.topic(), record.key(), headers, record.value()));

    // Then
    await()
        .until(
            () -> registry.heard(Topic.DEAD_LETTERS).stream().anyMatch(letter -> isOf(letter, at)));
  }

  private static boolean isOf(ReceivedRecord letter, Position at) {
    return letter.header(DeadLetters.OFFSET).equals(Optional.of(Long.toString(at.offset())))
        && letter
            .header(DeadLetters.PARTITION)
            .equals(Optional.of(Integer.toString(at.partition())));
  }
}
