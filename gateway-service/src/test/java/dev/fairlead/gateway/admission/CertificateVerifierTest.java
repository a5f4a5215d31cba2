package dev.fairlead.gateway.admission;

import static dev.fairlead.bus.message.AccessMessage.CertificateAuthority.Kind.FOREIGN;
import static dev.fairlead.bus.message.AccessMessage.CertificateAuthority.Kind.OWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.TestAuthority;
import dev.fairlead.gateway.TestAuthority.Issued;
import dev.fairlead.gateway.TestAuthority.Request;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateVerifierTest {

  private static final TestAuthority OWN_AUTHORITY = TestAuthority.named("own of acme");
  private static final TestAuthority FOREIGN_AUTHORITY = TestAuthority.named("of acme");

  private final AccessView access = new AccessView(Clock.systemUTC());
  private final Authorities authorities = new Authorities();
  private final CertificateVerifier verifier =
      new CertificateVerifier(
          authorities, new CredentialStanding(access, Clock.systemUTC()), Clock.systemUTC());

  CertificateVerifierTest() {
    access.onChange(authorities::changed);
    tell(OWN_AUTHORITY.published("acme", OWN));
    tell(FOREIGN_AUTHORITY.published("acme", FOREIGN));
  }

  // A tombstone's value is null, which NullAway does not see of an array from another module.
  @SuppressWarnings("NullAway")
  private void tell(AccessMessage message) {
    BusRecord record = message.toRecord();
    access.accept(
        new ReceivedRecord(Topic.ACCESS, 0, 0, 0, record.key(), record.headers(), record.value()));
  }

  private static Instant inSeconds(long seconds) {
    return Instant.now().plusSeconds(seconds);
  }

  private static Request pump() {
    return new Request().uri("urn:fairlead:device:pump-1").uri("urn:fairlead:generation:2");
  }

  private Optional<DeviceKey> deviceOf(Issued issued) {
    return verifier.verify(issued.chain()).map(DeviceCredential::device);
  }

  @Test
  void tellsDeviceGenerationAndAuthorityOfACertificateOfOurs() {
    // Given
    Issued issued = OWN_AUTHORITY.issue(pump().until(inSeconds(3_600)));

    // When
    Optional<DeviceCredential> credential = verifier.verify(issued.chain());

    // Then
    assertThat(credential)
        .contains(
            new DeviceCredential.Certificate(
                DeviceKey.of("acme", "pump-1"),
                2,
                issued.fingerprint(),
                OWN_AUTHORITY.fingerprint(),
                issued.certificate().getNotAfter().toInstant().toEpochMilli()));
  }

  static Stream<Arguments> identities() {
    return Stream.of(
        Arguments.of(
            "URI before DNS and CN",
            new Request().subject("CN=a").dns("b").uri("urn:fairlead:device:c"),
            "c"),
        Arguments.of("DNS before CN", new Request().subject("CN=a").dns("b.example"), "b.example"),
        Arguments.of(
            "other URIs do not count",
            new Request().subject("CN=a").uri("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            "a"),
        Arguments.of("CN", new Request().subject("O=other,OU=tenant-b,CN=a"), "a"),
        Arguments.of("CN in the middle", new Request().subject("CN=a,O=other"), "a"),
        Arguments.of(
            "the most specific of two CN", new Request().subject("CN=first,CN=second"), "second"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("identities")
  void takesTheDeviceFromTheNamesInTheirOrder(String what, Request request, String device) {
    // Given
    assertThat(what).isNotEmpty();

    // When
    Optional<DeviceKey> known = deviceOf(FOREIGN_AUTHORITY.issue(request));

    // Then
    assertThat(known).contains(DeviceKey.of("acme", device));
  }

  @Test
  void takesTheTenantFromTheAuthorityWhateverTheTextSays() {
    // Given
    TestAuthority other = TestAuthority.named("of other");
    tell(other.published("other", FOREIGN));
    Request claim =
        new Request()
            .subject("O=other,OU=other,CN=pump-1")
            .uri("urn:fairlead:tenant:other")
            .uri("urn:fairlead:device:pump-1");

    // When
    Optional<DeviceKey> known = deviceOf(FOREIGN_AUTHORITY.issue(claim, other));

    // Then
    assertThat(known).contains(DeviceKey.of("acme", "pump-1"));
  }

  static Stream<Arguments> badRequests() {
    Request twoDevices = pump().uri("urn:fairlead:device:pump-2");
    Request noGeneration = new Request().uri("urn:fairlead:device:pump-1");
    Request badGeneration =
        new Request().uri("urn:fairlead:device:pump-1").uri("urn:fairlead:generation:x");
    return Stream.of(
        Arguments.of("expired", pump().until(inSeconds(-60))),
        Arguments.of("not valid yet", pump().from(inSeconds(60)).until(inSeconds(120))),
        Arguments.of("for servers", pump().purposes(KeyPurposeId.id_kp_serverAuth)),
        Arguments.of("not for signatures", pump().usage(KeyUsage.keyEncipherment)),
        Arguments.of("an authority", pump().authority(0)),
        Arguments.of("two devices", twoDevices),
        Arguments.of("bad device in the URI", pump().uri("urn:fairlead:device:../x")),
        Arguments.of("another tenant in the URI", new Request().uri("urn:fairlead:device:b/x")),
        Arguments.of("wildcard", new Request().dns("*.example")),
        Arguments.of("bad CN", new Request().subject("CN=a b")),
        Arguments.of("no name", new Request().subject("O=acme")),
        Arguments.of("no generation", noGeneration),
        Arguments.of("bad generation", badGeneration));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badRequests")
  void refusesACertificateOfOursThatIsNotGood(String what, Request request) {
    // Given
    assertThat(what).isNotEmpty();

    // When
    Optional<DeviceKey> known = deviceOf(OWN_AUTHORITY.issue(request));

    // Then
    assertThat(known).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"own of acme", "of nobody"})
  void refusesWhatAnotherAuthoritySignedBeItOfTheSameName(String name) {
    // Given
    TestAuthority stranger = TestAuthority.named(name);

    // When
    Optional<DeviceKey> known = deviceOf(stranger.issue(pump(), stranger));

    // Then
    assertThat(known).isEmpty();
  }

  @Test
  void findsTheAuthorityAmongSeveralOfTheSameName() {
    // Given
    TestAuthority namesake = TestAuthority.named("of acme");
    tell(namesake.published("other", FOREIGN));

    // When
    Optional<DeviceKey> ofFirst = deviceOf(FOREIGN_AUTHORITY.issue(pump()));
    Optional<DeviceKey> ofSecond = deviceOf(namesake.issue(pump()));

    // Then
    assertThat(ofFirst).contains(DeviceKey.of("acme", "pump-1"));
    assertThat(ofSecond).contains(DeviceKey.of("other", "pump-1"));
  }

  private void tellNamesakes(int count, Request... like) {
    for (int i = 0; i < count; i++) {
      Request request = like.length == 0 ? new Request() : like[0];
      tell(TestAuthority.named("common", request).published("other", FOREIGN));
    }
  }

  @ParameterizedTest
  @CsvSource({"3, true", "4, false"})
  void triesFourAuthoritiesOfOneNameAndNoMore(int others, boolean found) {
    // Given
    TestAuthority authority = TestAuthority.named("common");
    tellNamesakes(others);
    tell(authority.published("acme", FOREIGN));

    // When
    Optional<DeviceKey> known = deviceOf(authority.issue(pump()));

    // Then
    assertThat(known.isPresent()).isEqualTo(found);
  }

  @Test
  void findsTheAuthorityWhoseKeyIsNamedHoweverManyCallThemselvesTheSame() {
    // Given
    TestAuthority authority = TestAuthority.named("common");
    byte[] key = authority.usualKeyId();
    tellNamesakes(9, new Request().keyId(key));
    tell(authority.published("acme", FOREIGN));

    // When
    Optional<DeviceKey> known = deviceOf(authority.issue(pump().authorityKeyId(key)));

    // Then
    assertThat(known).contains(DeviceKey.of("acme", "pump-1"));
  }

  @Test
  void findsTheAuthorityThatNamesItsKeyInItsOwnWay() {
    // Given
    byte[] key = {1, 2, 3};
    TestAuthority authority = TestAuthority.named("common", new Request().keyId(key));
    tellNamesakes(9);
    tell(authority.published("acme", FOREIGN));

    // When
    Optional<DeviceKey> known = deviceOf(authority.issue(pump().authorityKeyId(key)));

    // Then
    assertThat(known).contains(DeviceKey.of("acme", "pump-1"));
  }

  @Test
  void letsNobodyPushAnAuthorityBackThatIsPublishedAgain() {
    // Given
    TestAuthority authority = TestAuthority.named("common");
    tell(authority.published("acme", FOREIGN));
    tellNamesakes(9);

    // When
    tell(authority.published("acme", FOREIGN));

    // Then
    assertThat(deviceOf(authority.issue(pump()))).contains(DeviceKey.of("acme", "pump-1"));
  }

  @Test
  void followsAChainThatIsShown() {
    // Given
    TestAuthority between = FOREIGN_AUTHORITY.under("plant 1");

    // When
    Optional<DeviceKey> shown = deviceOf(between.issue(pump(), between));
    Optional<DeviceKey> withRoot = deviceOf(between.issue(pump(), between, FOREIGN_AUTHORITY));
    Optional<DeviceKey> notShown = deviceOf(between.issue(pump()));
    Optional<DeviceKey> outOfOrder = deviceOf(between.issue(pump(), FOREIGN_AUTHORITY, between));

    // Then
    assertThat(shown).contains(DeviceKey.of("acme", "pump-1"));
    assertThat(withRoot).contains(DeviceKey.of("acme", "pump-1"));
    assertThat(notShown).isEmpty();
    assertThat(outOfOrder).isEmpty();
  }

  @Test
  void takesTheTenantOfTheNearestAuthority() {
    // Given
    TestAuthority between = FOREIGN_AUTHORITY.under("sold to other");
    tell(between.published("other", FOREIGN));

    // When
    Optional<DeviceKey> known = deviceOf(between.issue(pump(), between, FOREIGN_AUTHORITY));

    // Then
    assertThat(known).contains(DeviceKey.of("other", "pump-1"));
  }

  @Test
  void refusesAChainThatTheAuthorityDoesNotAllow() {
    // Given
    TestAuthority between = FOREIGN_AUTHORITY.under("plant 1");
    TestAuthority below = between.under("line 1");

    // When
    Optional<DeviceKey> known = deviceOf(below.issue(pump(), below, between));

    // Then
    assertThat(known).isEmpty();
  }

  @Test
  void refusesADeviceThatPlaysAuthority() {
    // Given
    TestAuthority player = TestAuthority.playedBy(FOREIGN_AUTHORITY.issue(pump()));

    // When
    Optional<DeviceKey> known = deviceOf(player.issue(pump(), player));

    // Then
    assertThat(known).isEmpty();
  }

  @Test
  void refusesALongerChainThanItLooksAt() {
    // Given
    TestAuthority[] padding =
        IntStream.range(0, Certificates.CHAIN_MAX)
            .mapToObj(number -> OWN_AUTHORITY)
            .toArray(TestAuthority[]::new);
    TestAuthority[] less = Arrays.copyOf(padding, padding.length - 1);

    // When
    Optional<DeviceKey> tooLong = deviceOf(OWN_AUTHORITY.issue(pump(), padding));
    Optional<DeviceKey> atTheBound = deviceOf(OWN_AUTHORITY.issue(pump(), less));

    // Then
    assertThat(tooLong).isEmpty();
    assertThat(atTheBound).isPresent();
  }

  @Test
  void refusesWhatAnExpiredAuthoritySigned() {
    // Given
    TestAuthority expired = TestAuthority.named("old", new Request().until(inSeconds(-60)));
    tell(expired.published("acme", FOREIGN));

    // When
    Optional<DeviceKey> known = deviceOf(expired.issue(pump()));

    // Then
    assertThat(known).isEmpty();
  }

  static Stream<Arguments> losses() {
    var device = DeviceKey.of("acme", "pump-1");
    return Stream.of(
        Arguments.of("generation", new AccessMessage.Revocation(device, 3, Long.MAX_VALUE)),
        Arguments.of("block", new AccessMessage.Block(device)),
        Arguments.of("suspension", new AccessMessage.Suspension(new TenantId("acme"))),
        Arguments.of(
            "authority", new AccessMessage.Withdrawn(OWN_AUTHORITY.published("a", OWN).key())),
        Arguments.of("authority of another tenant", OWN_AUTHORITY.published("other", OWN)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("losses")
  void losesItsStandingByWhatAccessSays(String what, AccessMessage message) {
    // Given
    assertThat(what).isNotEmpty();
    var standing = new CredentialStanding(access, Clock.systemUTC());
    DeviceCredential credential =
        verifier.verify(OWN_AUTHORITY.issue(pump()).chain()).orElseThrow();

    // When
    tell(message);

    // Then
    assertThat(standing.isGood(credential)).isFalse();
  }

  @Test
  void losesItsStandingAloneWhenItIsRevokedByItsFingerprint() {
    // Given
    Issued revoked = OWN_AUTHORITY.issue(pump());
    Issued other = OWN_AUTHORITY.issue(pump());

    // When
    tell(
        new AccessMessage.CertificateRevocation(
            DeviceKey.of("acme", "pump-1"), revoked.fingerprint(), Long.MAX_VALUE));

    // Then
    assertThat(deviceOf(revoked)).isEmpty();
    assertThat(deviceOf(other)).isPresent();
  }

  @Test
  void doesNotCountGenerationsOfForeignAuthorities() {
    // Given
    tell(
        new AccessMessage.Revocation(
            DeviceKey.of("acme", "pump-1"), Long.MAX_VALUE, Long.MAX_VALUE));

    // When
    Optional<DeviceKey> known = deviceOf(FOREIGN_AUTHORITY.issue(pump()));

    // Then
    assertThat(known).isPresent();
  }

  @Test
  void leavesAnAuthorityAloneThatItCannotRead() {
    // When
    tell(
        new AccessMessage.CertificateAuthority(
            new TenantId("acme"), "0a".repeat(32), "no certificate", FOREIGN));

    // Then
    assertThat(deviceOf(OWN_AUTHORITY.issue(pump()))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no base64!", "AAAA", "MIIB"})
  void readsNothingFromAHeaderThatIsNoCertificate(String header) {
    assertThat(Certificates.ofHeader(header)).isEmpty();
  }

  @Test
  void readsTheChainFromAHeader() {
    // Given
    TestAuthority between = FOREIGN_AUTHORITY.under("plant 1");
    Issued issued = between.issue(pump(), between);

    // Then
    assertThat(Certificates.ofHeader(issued.header())).isEqualTo(issued.chain());
  }
}
