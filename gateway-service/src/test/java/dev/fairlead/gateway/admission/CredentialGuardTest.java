package dev.fairlead.gateway.admission;

import static dev.fairlead.bus.message.AccessMessage.CertificateAuthority.Kind.FOREIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.TestAuthority;
import dev.fairlead.gateway.TestAuthority.Issued;
import dev.fairlead.gateway.TestAuthority.Request;
import dev.fairlead.gateway.TestTokens;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CredentialGuardTest {

  private static final String HERE = "192.0.2.1";
  private static final String ELSEWHERE = "192.0.2.2";
  private static final int PER_ADDRESS = 5;
  private static final int PER_DEVICE = 3;
  private static final int BUDGET = 2;

  private static final TestAuthority AUTHORITY = TestAuthority.named("of default");
  private static final TestAuthority NAMESAKE = TestAuthority.named("of default");

  private final AtomicLong now = new AtomicLong();
  private final TestTokens tokens = TestTokens.withKey("k1");
  private final TestTokens stranger = TestTokens.withKey("k1");
  private final AccessView access = new AccessView(Clock.systemUTC());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final CredentialStanding standing = new CredentialStanding(access, Clock.systemUTC());
  private final Authorities authorities = new Authorities();
  private final AtomicInteger pathChecks = new AtomicInteger();
  private final CredentialGuard guard =
      new CredentialGuard(
          new TokenVerifier(access, standing),
          new CertificateVerifier(authorities, standing, this::instantOfPathCheck),
          new HandshakeLimits(PER_ADDRESS, PER_DEVICE, Duration.ofMinutes(5), BUDGET),
          now::get,
          meters);

  CredentialGuardTest() {
    access.onChange(authorities::changed);
    accept(tokens.published());
    accept(AUTHORITY.published("default", FOREIGN));
  }

  /// Asked for once in every check of a path.
  private Instant instantOfPathCheck() {
    pathChecks.incrementAndGet();
    return Instant.now();
  }

  private CredentialGuard.Verdict check(String address, String token) {
    return guard.ofToken(address, token);
  }

  private CredentialGuard.Verdict check(String address, Issued issued) {
    return guard.ofCertificates(address, issued::chain);
  }

  private static Issued issuedBy(TestAuthority authority, String device) {
    return authority.issue(new Request().subject("CN=" + device));
  }

  private static boolean isGood(CredentialGuard.Verdict verdict) {
    return verdict instanceof CredentialGuard.Verdict.Good;
  }

  private void ban(String address) {
    for (int i = 0; i <= PER_ADDRESS; i++) {
      check(address, stranger.token("bad-" + i, 1));
    }
  }

  private double bans(String kind) {
    return meters.get("gateway.bans").tag("kind", kind).gauge().value();
  }

  @Test
  void bansAnAddressThatFailsTooOften() {
    // Given
    for (int i = 0; i < PER_ADDRESS; i++) {
      assertThat(check(HERE, stranger.token("bad-" + i, 1)))
          .isInstanceOf(CredentialGuard.Verdict.Bad.class);
    }

    // When
    var verdict = check(HERE, stranger.token("bad", 1));

    // Then
    assertThat(verdict).isEqualTo(new CredentialGuard.Verdict.BannedAddress(Duration.ofMinutes(5)));
    assertThat(bans("address")).isEqualTo(1);
    assertThat(bans("device")).isZero();
    assertThat(check(ELSEWHERE, stranger.token("bad", 1)))
        .isInstanceOf(CredentialGuard.Verdict.Bad.class);
  }

  @Test
  void countsHandshakesWithoutAToken() {
    // Given
    for (int i = 0; i < PER_ADDRESS; i++) {
      guard.ofCertificates(HERE, List::of);
    }

    // When
    var verdict = guard.ofCertificates(HERE, List::of);

    // Then
    assertThat(verdict).isInstanceOf(CredentialGuard.Verdict.BannedAddress.class);
  }

  @Test
  void letsAKnownDeviceInFromABannedAddressHoweverManyFailThere() {
    // Given
    String good = tokens.token("neighbour", 1);
    check(ELSEWHERE, good);
    ban(HERE);
    for (int i = 0; i < 1_000; i++) {
      check(HERE, stranger.token("flood-" + i, 1));
    }

    // When
    var verdict = check(HERE, good);

    // Then
    assertThat(isGood(verdict)).isTrue();
  }

  @Test
  void checksUnknownTokensFromABannedAddressWithinTheBudget() {
    // Given
    ban(HERE);

    // When
    boolean first = isGood(check(HERE, tokens.token("new-1", 1)));
    var second = check(HERE, stranger.token("new-2", 1));
    var third = check(HERE, tokens.token("new-3", 1));
    now.addAndGet(Duration.ofMillis(600).toNanos());
    boolean thirdAgain = isGood(check(HERE, tokens.token("new-3", 1)));

    // Then
    assertThat(first).isTrue();
    assertThat(second).isInstanceOf(CredentialGuard.Verdict.BannedAddress.class);
    assertThat(third).isEqualTo(new CredentialGuard.Verdict.Unchecked());
    assertThat(thirdAgain).isTrue();
  }

  @Test
  void spendsNoBudgetOnATokenThatIsKnownToBeBad() {
    // Given
    String bad = stranger.token("bad", 1);
    ban(HERE);
    check(ELSEWHERE, bad);

    // When
    for (int i = 0; i < 1_000; i++) {
      check(HERE, bad);
    }

    // Then
    assertThat(isGood(check(HERE, tokens.token("new", 1)))).isTrue();
  }

  @Test
  void bansFailuresInADevicesNameButNotTheDevice() {
    // Given
    for (int i = 0; i < PER_DEVICE; i++) {
      check("198.51.100." + i, stranger.token("victim", i + 1));
    }

    // When
    var failure = check("198.51.100.99", stranger.token("victim", 99));
    var good = check(ELSEWHERE, tokens.token("victim", 1));

    // Then
    assertThat(failure).isEqualTo(new CredentialGuard.Verdict.BannedDevice(Duration.ofMinutes(5)));
    assertThat(bans("device")).isEqualTo(1);
    assertThat(isGood(good)).isTrue();
  }

  @Test
  void checksABadTokenAgainWhenTheKeysHaveChanged() {
    // Given
    TestTokens late = TestTokens.withKey("k2");
    String token = late.token("early", 1);
    check(HERE, token);

    // When
    accept(late.published());

    // Then
    assertThat(isGood(check(HERE, token))).isTrue();
  }

  @Test
  void checksABadTokenAgainWhenItsTenantIsNoLongerSuspended() {
    // Given
    var suspension = new AccessMessage.Suspension(new TenantId("default"));
    String token = tokens.token("d", 1);
    accept(suspension);
    check(HERE, token);

    // When
    accept(new AccessMessage.Withdrawn(suspension.toRecord().key()));

    // Then
    assertThat(isGood(check(HERE, token))).isTrue();
  }

  @Test
  void refusesARevokedTokenThatWasGoodBefore() {
    // Given
    String token = tokens.token("d", 1);
    check(HERE, token);
    var revocation = new AccessMessage.Revocation(DeviceKey.of("default", "d"), 2, Long.MAX_VALUE);

    // When
    accept(revocation);

    // Then
    assertThat(check(HERE, token)).isInstanceOf(CredentialGuard.Verdict.Bad.class);
  }

  @Test
  void checksACertificateThatWasBadAMomentAgoNoMore() {
    // Given
    TestAuthority between = TestAuthority.named("anybody");
    Issued bad = issuedBy(NAMESAKE, "d");
    check(HERE, bad);
    int before = pathChecks.get();

    // When
    var again = check(HERE, bad);
    var withAnotherChain =
        guard.ofCertificates(ELSEWHERE, () -> List.of(bad.certificate(), between.certificate()));

    // Then
    assertThat(before).isPositive();
    assertThat(again).isInstanceOf(CredentialGuard.Verdict.Bad.class);
    assertThat(withAnotherChain).isInstanceOf(CredentialGuard.Verdict.Bad.class);
    assertThat(pathChecks).hasValue(before);
  }

  @Test
  void checksCertificatesFromABannedAddressWithinTheBudget() {
    // Given
    for (int i = 0; i <= PER_ADDRESS; i++) {
      check(HERE, issuedBy(NAMESAKE, "bad-" + i));
    }
    int before = pathChecks.get();

    // When
    boolean first = isGood(check(HERE, issuedBy(AUTHORITY, "new-1")));
    var second = check(HERE, issuedBy(NAMESAKE, "new-2"));
    var third = check(HERE, issuedBy(AUTHORITY, "new-3"));

    // Then
    assertThat(first).isTrue();
    assertThat(second).isInstanceOf(CredentialGuard.Verdict.BannedAddress.class);
    assertThat(third).isEqualTo(new CredentialGuard.Verdict.Unchecked());
    assertThat(pathChecks).hasValue(before + BUDGET);
  }

  @Test
  void letsAKnownCertificateInFromABannedAddressHoweverManyFailThere() {
    // Given
    Issued good = issuedBy(AUTHORITY, "neighbour");
    check(ELSEWHERE, good);
    ban(HERE);
    for (int i = 0; i < 1_000; i++) {
      check(HERE, stranger.token("flood-" + i, 1));
    }

    // When
    var verdict = check(HERE, good);

    // Then
    assertThat(isGood(verdict)).isTrue();
  }

  @Test
  void checksABadCertificateAgainWhenItsAuthorityHasBecomeKnown() {
    // Given
    Issued early = issuedBy(NAMESAKE, "d");
    check(HERE, early);

    // When
    accept(NAMESAKE.published("default", FOREIGN));

    // Then
    assertThat(isGood(check(HERE, early))).isTrue();
  }

  @Test
  void takesACheckThatEndsInAWayNobodyForesawForAFailure() {
    // Given
    Supplier<List<X509Certificate>> unreadable =
        () -> {
          throw new IllegalStateException("unforeseen");
        };
    for (int i = 0; i < PER_ADDRESS; i++) {
      assertThat(guard.ofCertificates(HERE, unreadable))
          .isInstanceOf(CredentialGuard.Verdict.Bad.class);
    }

    // When
    var verdict = guard.ofCertificates(HERE, unreadable);

    // Then
    assertThat(verdict).isInstanceOf(CredentialGuard.Verdict.BannedAddress.class);
  }

  @SuppressWarnings("NullAway") // does not read from the class file that the array may be null
  private void accept(AccessMessage message) {
    BusRecord record = message.toRecord();
    access.accept(
        new ReceivedRecord(
            record.topic(), 0, 0, 0, record.key(), record.headers(), record.value()));
    guard.changed(message);
  }
}
