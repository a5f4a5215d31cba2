package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Certificates of devices, authorities and blocks, by the API and on `fairlead.access`.
class CertificateIT {

  private static final String DEVICES = "/api/v1/devices";
  private static final String AUTHORITIES = "/api/v1/certificate-authorities";

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

  private static HttpResponse<Buffer> in(String tenant, HttpMethod method, String path) {
    return in(tenant, method, path, new JsonObject());
  }

  private static void device(String tenant, String id) {
    registry.createTenant(tenant);
    assertThat(in(tenant, HttpMethod.POST, DEVICES, new JsonObject().put("id", id)).statusCode())
        .isEqualTo(201);
  }

  private static HttpResponse<Buffer> issue(String tenant, String device, String csr) {
    return in(
        tenant,
        HttpMethod.POST,
        DEVICES + "/" + device + "/certificates",
        new JsonObject().put("csr", csr));
  }

  private static JsonObject issued(String tenant, String device) {
    HttpResponse<Buffer> answer = issue(tenant, device, TestPki.request(TestPki.keyPair()));
    assertThat(answer.statusCode()).isEqualTo(201);
    return json(answer);
  }

  private static List<JsonObject> items(String tenant, String path) {
    return json(in(tenant, HttpMethod.GET, path)).getJsonArray("items").stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  private static HttpResponse<Buffer> add(String tenant, String pem) {
    return in(tenant, HttpMethod.POST, AUTHORITIES, new JsonObject().put("certificate", pem));
  }

  private static HttpResponse<Buffer> verify(String tenant, String fingerprint, String pem) {
    return in(
        tenant,
        HttpMethod.POST,
        AUTHORITIES + "/" + fingerprint + "/verification",
        new JsonObject().put("certificate", pem));
  }

  private static String codeOf(JsonObject authority) {
    return authority.getJsonObject("verification").getString("code");
  }

  /// Brings an authority into a tenant and verifies it.
  private static HttpResponse<Buffer> verified(String tenant, TestPki.Authority authority) {
    registry.createTenant(tenant);
    JsonObject pending = json(add(tenant, authority.pem()));
    return verify(
        tenant,
        pending.getString("fingerprint"),
        authority.certificate(codeOf(pending), Instant.now().minusSeconds(60)));
  }

  private static String problem(HttpResponse<Buffer> answer) {
    String type = json(answer).getString("type");
    return answer.statusCode() + " " + type.substring(type.lastIndexOf('/') + 1);
  }

  /// What was said last under a key.
  private static Optional<AccessMessage> said(String key) {
    return registry.heard(Topic.ACCESS).stream()
        .filter(record -> record.key().equals(key))
        .reduce((before, last) -> last)
        .map(AccessMessage::decode);
  }

  private static void awaitWithdrawn(String key) {
    await().until(() -> said(key).equals(Optional.of(new AccessMessage.Withdrawn(key))));
  }

  private static X509Certificate x509(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void issuesACertificateThatNamesTheDeviceAndItsGeneration() throws GeneralSecurityException {
    // Given
    device("issuing", "pump-1");
    KeyPair keys = TestPki.keyPair();

    // When
    HttpResponse<Buffer> answer = issue("issuing", "pump-1", TestPki.request(keys));

    // Then
    JsonObject issued = json(answer);
    X509Certificate certificate = x509(issued.getString("certificate"));
    X509Certificate authority = x509(issued.getString("authorityCertificate"));
    certificate.verify(authority.getPublicKey());
    assertThat(answer.getHeader("Location"))
        .isEqualTo(DEVICES + "/pump-1/certificates/" + issued.getString("fingerprint"));
    assertThat(certificate.getPublicKey()).isEqualTo(keys.getPublic());
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=pump-1");
    assertThat(certificate.getSubjectAlternativeNames())
        .containsExactly(
            List.of(6, "urn:fairlead:device:pump-1"), List.of(6, "urn:fairlead:generation:1"));
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(Duration.between(Instant.now(), certificate.getNotAfter().toInstant()).toDays())
        .isBetween(398L, 400L);
    assertThat(issued.getInteger("generation")).isEqualTo(1);
    await()
        .until(
            () ->
                said("ca/" + issued.getString("authority"))
                    .equals(
                        Optional.of(
                            new AccessMessage.CertificateAuthority(
                                new TenantId("issuing"),
                                issued.getString("authority"),
                                issued.getString("authorityCertificate"),
                                AccessMessage.CertificateAuthority.Kind.OWN))));
  }

  @Test
  void hasOneAuthorityForEachTenant() {
    // Given
    device("first", "a");
    device("second", "a");

    // When
    JsonObject one = issued("first", "a");
    JsonObject two = issued("first", "a");
    JsonObject other = issued("second", "a");

    // Then
    assertThat(two.getString("authority")).isEqualTo(one.getString("authority"));
    assertThat(other.getString("authority")).isNotEqualTo(one.getString("authority"));
    assertThat(items("first", AUTHORITIES))
        .singleElement()
        .satisfies(
            authority -> {
              assertThat(authority.getString("kind")).isEqualTo("own");
              assertThat(authority.getString("state")).isEqualTo("active");
              assertThat(authority.encode()).doesNotContain("PRIVATE");
            });
  }

  static Stream<Arguments> badRequests() {
    KeyPair keys = TestPki.keyPair();
    KeyPair other = TestPki.keyPair();
    String good = TestPki.request(keys);
    return Stream.of(
        Arguments.of("signed with another key", TestPki.request(keys, other.getPrivate())),
        Arguments.of("too weak", TestPki.request(TestPki.rsa(1_024))),
        Arguments.of("two requests", good + good),
        Arguments.of("a certificate", TestPki.authority("a").pem()),
        Arguments.of("no PEM", "hello"),
        Arguments.of(
            "no DER",
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badRequests")
  void refusesASigningRequestThatIsNotGood(String what, String csr) {
    // Given
    assertThat(what).isNotEmpty();
    registry.createDevice("strict");

    // When
    HttpResponse<Buffer> answer = issue("default", "strict", csr);

    // Then
    assertThat(problem(answer)).isEqualTo("400 bad-certificate");
  }

  @Test
  void takesAStrongRsaKey() {
    // Given
    registry.createDevice("rsa");

    // When
    HttpResponse<Buffer> answer = issue("default", "rsa", TestPki.request(TestPki.rsa(2_048)));

    // Then
    assertThat(answer.statusCode()).isEqualTo(201);
  }

  @Test
  void issuesNothingToADeviceThatIsNotThereNorToThatOfAnotherTenant() {
    // Given
    device("owner", "owned");
    String csr = TestPki.request(TestPki.keyPair());
    JsonObject certificate = issued("owner", "owned");
    String path = DEVICES + "/owned/certificates/" + certificate.getString("fingerprint");

    // Then
    assertThat(problem(issue("default", "owned", csr))).isEqualTo("404 device-not-found");
    assertThat(problem(in("default", HttpMethod.GET, DEVICES + "/owned/certificates")))
        .isEqualTo("404 device-not-found");
    assertThat(problem(in("default", HttpMethod.DELETE, path)))
        .isEqualTo("404 certificate-not-found");
  }

  @Test
  void boundsTheCertificatesOfADevice() {
    // Given
    registry.createDevice("many");
    for (int i = 0; i < 20; i++) {
      issued("default", "many");
    }
    String csr = TestPki.request(TestPki.keyPair());

    // When
    HttpResponse<Buffer> tooMany = issue("default", "many", csr);

    // Then
    assertThat(problem(tooMany)).isEqualTo("409 quota-exceeded");
    String first =
        items("default", DEVICES + "/many/certificates").getFirst().getString("fingerprint");
    in("default", HttpMethod.DELETE, DEVICES + "/many/certificates/" + first);
    assertThat(issue("default", "many", csr).statusCode()).isEqualTo(201);
  }

  @Test
  void revokesACertificateAndSaysSo() {
    // Given
    registry.createDevice("revoking");
    JsonObject certificate = issued("default", "revoking");
    JsonObject other = issued("default", "revoking");
    String fingerprint = certificate.getString("fingerprint");

    // When
    HttpResponse<Buffer> answer =
        in("default", HttpMethod.DELETE, DEVICES + "/revoking/certificates/" + fingerprint);

    // Then
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(items("default", DEVICES + "/revoking/certificates"))
        .hasSize(2)
        .allSatisfy(
            shown ->
                assertThat(shown.getString("revokedAt") != null)
                    .isEqualTo(shown.getString("fingerprint").equals(fingerprint)));
    await().until(() -> said("certificate-revocation/" + fingerprint).isPresent());
    assertThat(said("certificate-revocation/" + other.getString("fingerprint"))).isEmpty();
    assertThat(said("certificate-revocation/" + fingerprint))
        .contains(
            new AccessMessage.CertificateRevocation(
                DeviceKey.of("default", "revoking"),
                fingerprint,
                Instant.parse(certificate.getString("notAfter")).toEpochMilli()));
  }

  @Test
  void forgetsTheCertificatesOfADeviceThatWasAndRaisesTheGeneration() {
    // Given
    registry.createDevice("again");
    issued("default", "again");

    // When
    registry.request(HttpMethod.DELETE, DEVICES + "/again");
    registry.createDevice("again");

    // Then
    assertThat(items("default", DEVICES + "/again/certificates")).isEmpty();
    assertThat(issued("default", "again").getInteger("generation")).isEqualTo(2);
  }

  @Test
  void makesAForeignAuthorityCountOnceItsKeyWasProven() {
    // Given
    TestPki.Authority authority = TestPki.authority("acme devices");
    registry.createTenant("acme");
    JsonObject pending = json(add("acme", authority.pem()));
    String fingerprint = pending.getString("fingerprint");
    String proof = authority.certificate(codeOf(pending), Instant.now().minusSeconds(60));

    // When
    HttpResponse<Buffer> answer = verify("acme", fingerprint, proof);

    // Then
    assertThat(pending.getString("state")).isEqualTo("pending");
    assertThat(json(answer).getString("state")).isEqualTo("active");
    assertThat(json(answer).getJsonObject("verification")).isNull();
    await().until(() -> said("ca/" + fingerprint).isPresent());
    assertThat(said("ca/" + fingerprint).orElseThrow())
        .isInstanceOfSatisfying(
            AccessMessage.CertificateAuthority.class,
            said -> {
              assertThat(said.tenant()).isEqualTo(new TenantId("acme"));
              assertThat(said.kind()).isEqualTo(AccessMessage.CertificateAuthority.Kind.FOREIGN);
            });
    assertThat(problem(add("acme", authority.pem()))).isEqualTo("409 certificate-authority-exists");
    assertThat(verify("acme", fingerprint, proof).statusCode()).isEqualTo(200);
  }

  static Stream<Arguments> badProofs() {
    Instant now = Instant.now();
    TestPki.Authority stranger = TestPki.authority("stranger");
    return Stream.of(
        Arguments.of(
            "signed by another",
            (Proof) (authority, code) -> stranger.certificate(code, now.minusSeconds(60))),
        Arguments.of(
            "with another code",
            (Proof) (authority, code) -> authority.certificate("x" + code, now.minusSeconds(60))),
        Arguments.of(
            "run out",
            (Proof) (authority, code) -> authority.certificate(code, now.minusSeconds(90_000))),
        Arguments.of("its own certificate", (Proof) (authority, code) -> authority.pem()),
        Arguments.of("nothing", (Proof) (authority, code) -> "nothing"));
  }

  /// A certificate that is to prove possession of an authority's key.
  interface Proof {
    String of(TestPki.Authority authority, String code);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badProofs")
  void takesNoProofThatIsNone(String what, Proof proof) {
    // Given
    assertThat(what).isNotEmpty();
    TestPki.Authority authority = TestPki.authority("unproven");
    JsonObject pending = json(add("default", authority.pem()));
    String fingerprint = pending.getString("fingerprint");

    // When
    HttpResponse<Buffer> answer =
        verify("default", fingerprint, proof.of(authority, codeOf(pending)));

    // Then
    assertThat(problem(answer)).isEqualTo("400 bad-certificate");
    assertThat(said("ca/" + fingerprint)).isEmpty();
    in("default", HttpMethod.DELETE, AUTHORITIES + "/" + fingerprint);
  }

  @Test
  void asksForAnotherCodeEachTime() {
    // Given
    TestPki.Authority authority = TestPki.authority("asked twice");
    JsonObject first = json(add("default", authority.pem()));

    // When
    JsonObject second = json(add("default", authority.pem()));

    // Then
    assertThat(codeOf(second)).isNotEqualTo(codeOf(first));
    assertThat(
            problem(
                verify(
                    "default",
                    first.getString("fingerprint"),
                    authority.certificate(codeOf(first), Instant.now().minusSeconds(60)))))
        .isEqualTo("400 bad-certificate");
  }

  static Stream<Arguments> noAuthorities() {
    return Stream.of(
        Arguments.of(
            "a device's",
            TestPki.authority("a").certificate("device", Instant.now().minusSeconds(60))),
        Arguments.of(
            "run out",
            TestPki.authority("CN=old", TestPki.keyPair(), Instant.now().minusSeconds(1)).pem()),
        Arguments.of("two", TestPki.authority("a").pem() + TestPki.authority("b").pem()),
        Arguments.of("a request", TestPki.request(TestPki.keyPair())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noAuthorities")
  void takesNoAuthorityThatIsNone(String what, String pem) {
    // Given
    assertThat(what).isNotEmpty();

    // Then
    assertThat(problem(add("default", pem))).isEqualTo("400 bad-certificate");
  }

  @Test
  void refusesTheAuthorityOfAnotherTenantUnderWhateverCertificate() {
    // Given
    TestPki.Authority authority = TestPki.authority("shared");
    verified("holder", authority);

    // When
    HttpResponse<Buffer> same = verified("taker", authority);
    HttpResponse<Buffer> sameKey = verified("taker", authority.renewed());
    HttpResponse<Buffer> renewed = verified("holder", authority.renewed());

    // Then
    assertThat(problem(same)).isEqualTo("409 certificate-authority-exists");
    assertThat(problem(sameKey)).isEqualTo("409 certificate-authority-exists");
    assertThat(json(renewed).getString("state")).isEqualTo("active");
  }

  @Test
  void withdrawsAnAuthorityThatIsDeletedAndLetsAnotherTenantHaveIt() {
    // Given
    TestPki.Authority authority = TestPki.authority("moving");
    String fingerprint = json(verified("old-owner", authority)).getString("fingerprint");

    // When
    HttpResponse<Buffer> deleted =
        in("old-owner", HttpMethod.DELETE, AUTHORITIES + "/" + fingerprint);

    // Then
    assertThat(deleted.statusCode()).isEqualTo(204);
    awaitWithdrawn("ca/" + fingerprint);
    assertThat(problem(in("old-owner", HttpMethod.DELETE, AUTHORITIES + "/" + fingerprint)))
        .isEqualTo("404 certificate-authority-not-found");
    assertThat(verified("new-owner", authority).statusCode()).isEqualTo(200);
  }

  @Test
  void seesAndTouchesNoAuthorityOfAnotherTenant() {
    // Given
    TestPki.Authority authority = TestPki.authority("mine");
    registry.createTenant("mine");
    JsonObject pending = json(add("mine", authority.pem()));
    String fingerprint = pending.getString("fingerprint");
    String proof = authority.certificate(codeOf(pending), Instant.now().minusSeconds(60));
    registry.createTenant("nosy");

    // Then
    assertThat(items("nosy", AUTHORITIES)).isEmpty();
    assertThat(problem(verify("nosy", fingerprint, proof)))
        .isEqualTo("404 certificate-authority-not-found");
    assertThat(problem(in("nosy", HttpMethod.DELETE, AUTHORITIES + "/" + fingerprint)))
        .isEqualTo("404 certificate-authority-not-found");
  }

  @Test
  void makesAnotherAuthorityWhenItsOwnIsDeleted() {
    // Given
    device("renewing", "a");
    String first = issued("renewing", "a").getString("authority");

    // When
    in("renewing", HttpMethod.DELETE, AUTHORITIES + "/" + first);

    // Then
    awaitWithdrawn("ca/" + first);
    assertThat(items("renewing", DEVICES + "/a/certificates")).isEmpty();
    assertThat(issued("renewing", "a").getString("authority")).isNotEqualTo(first);
  }

  @Test
  void blocksADeviceAndLetsItInAgain() {
    // Given
    device("blocking", "a");
    String key = "block/blocking/a";

    // When
    HttpResponse<Buffer> blocked =
        in("blocking", HttpMethod.PATCH, DEVICES + "/a", new JsonObject().put("blocked", true));

    // Then
    assertThat(json(blocked).getBoolean("blocked")).isTrue();
    await()
        .until(
            () ->
                said(key)
                    .equals(Optional.of(new AccessMessage.Block(DeviceKey.of("blocking", "a")))));
    JsonObject renamed =
        json(in("blocking", HttpMethod.PATCH, DEVICES + "/a", new JsonObject().put("name", "A")));
    assertThat(renamed.getBoolean("blocked")).isTrue();
    JsonObject freed =
        json(
            in(
                "blocking",
                HttpMethod.PATCH,
                DEVICES + "/a",
                new JsonObject().put("blocked", false)));
    assertThat(freed.getBoolean("blocked")).isFalse();
    awaitWithdrawn(key);
  }

  @Test
  void leavesABlockBehindWhereAuthoritiesOfTheTenantMayNameTheDevice() {
    // Given
    verified("leaving", TestPki.authority("leaving"));
    device("leaving", "a");
    device("plain", "a");

    // When
    in("leaving", HttpMethod.DELETE, DEVICES + "/a");
    in("plain", HttpMethod.DELETE, DEVICES + "/a");

    // Then
    await().until(() -> said("block/leaving/a").isPresent());
    assertThat(said("block/plain/a")).isEmpty();
    device("leaving", "a");
    awaitWithdrawn("block/leaving/a");
  }

  @Test
  void saysNothingAgainAtItsStartThatTheTopicHolds() {
    // Given
    device("steady", "a");
    String authority = issued("steady", "a").getString("authority");
    await().until(() -> said("ca/" + authority).isPresent());

    // When
    registry.stop();
    registry.start(config -> config);
    registry.createDevice("after-the-restart");

    // Then
    assertThat(
            registry.heard(Topic.ACCESS).stream()
                .map(ReceivedRecord::key)
                .filter(("ca/" + authority)::equals))
        .hasSize(1);
    assertThat(issued("steady", "a").getString("authority")).isEqualTo(authority);
  }

  @Test
  void takesAnAuthorityBackAtItsStartThatItDoesNotKnow() {
    // Given
    AccessMessage.CertificateAuthority unknown =
        new AccessMessage.CertificateAuthority(
            new TenantId("default"),
            "0c".repeat(32),
            "of a database that is no more",
            AccessMessage.CertificateAuthority.Kind.FOREIGN);
    registry.send(unknown.toRecord());

    // When
    registry.stop();
    registry.start(config -> config);

    // Then
    awaitWithdrawn(unknown.key());
  }

  @Test
  void takesEverythingBackWithTheTenant() {
    // Given
    TestPki.Authority foreign = TestPki.authority("going");
    String fingerprint = json(verified("going", foreign)).getString("fingerprint");
    device("going", "a");
    JsonObject certificate = issued("going", "a");
    in(
        "going",
        HttpMethod.DELETE,
        DEVICES + "/a/certificates/" + certificate.getString("fingerprint"));
    in("going", HttpMethod.DELETE, DEVICES + "/a");

    // When
    HttpResponse<Buffer> deleted = registry.request(HttpMethod.DELETE, "/api/v1/tenants/going");

    // Then
    assertThat(deleted.statusCode()).isEqualTo(204);
    awaitWithdrawn("ca/" + fingerprint);
    awaitWithdrawn("ca/" + certificate.getString("authority"));
    awaitWithdrawn("certificate-revocation/" + certificate.getString("fingerprint"));
    awaitWithdrawn("block/going/a");
  }

  @ParameterizedTest
  @MethodSource("mutations")
  void isForAdminsOnly(HttpMethod method, String path, JsonObject body) {
    // Given
    String key =
        json(registry.request(
                HttpMethod.POST,
                "/api/v1/api-keys",
                new JsonObject().put("name", "a").put("role", "operator")))
            .getString("key");
    await()
        .until(
            () ->
                registry
                        .request(HttpMethod.GET, DEVICES, Map.of(), Buffer.buffer(), key)
                        .statusCode()
                    == 200);

    // When
    HttpResponse<Buffer> answer =
        registry.request(
            method, path, Map.of("Content-Type", "application/json"), body.toBuffer(), key);

    // Then
    assertThat(problem(answer)).isEqualTo("403 forbidden");
  }

  static Stream<Arguments> mutations() {
    String fingerprint = "/" + "0a".repeat(32);
    JsonObject certificate = new JsonObject().put("certificate", "x");
    return Stream.of(
        Arguments.of(
            HttpMethod.POST, DEVICES + "/a/certificates", new JsonObject().put("csr", "x")),
        Arguments.of(HttpMethod.POST, AUTHORITIES, certificate),
        Arguments.of(HttpMethod.POST, AUTHORITIES + fingerprint + "/verification", certificate));
  }
}
