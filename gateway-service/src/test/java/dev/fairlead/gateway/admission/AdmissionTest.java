package dev.fairlead.gateway.admission;

import static dev.fairlead.bus.message.AccessMessage.CertificateAuthority.Kind.FOREIGN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.TestAuthority;
import dev.fairlead.gateway.TestAuthority.Request;
import dev.fairlead.gateway.TestTokens;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What is left of those who are turned away: a count of the refusal, and no place taken.
class AdmissionTest {

  private static final String HERE = "192.0.2.1";
  private static final TestTokens TOKENS = TestTokens.withKey("k1");
  private static final TestAuthority AUTHORITY = TestAuthority.named("of default");
  private static final List<String> HEADER_MEMBERS = List.of("alg", "kid", "crit");

  private final AccessView access = new AccessView(Clock.systemUTC());
  private final Authorities authorities = new Authorities();
  private final Health health = new Health();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ConnectionCounts counts =
      new ConnectionCounts(new ConnectionCounts.Limits(5, 5, 5));
  private Admission.TenantPlaces tenants = device -> Optional.of(() -> {});
  private long nanos;
  private final ConnectPace pace =
      new ConnectPace(new FlappingSettings(2, Duration.ofMinutes(1)), 100, () -> nanos);
  private final Admission admission;

  AdmissionTest() {
    access.onChange(authorities::changed);
    tell(TOKENS.published());
    tell(AUTHORITY.published("default", FOREIGN));
    health.ready();
    var standing = new CredentialStanding(access, Clock.systemUTC());
    admission =
        new Admission(
            health,
            new BusContact(Duration.ofMinutes(1), Duration.ofMinutes(1)),
            () -> false,
            counts,
            new CredentialGuard(
                new TokenVerifier(access, standing),
                new CertificateVerifier(authorities, standing, Clock.systemUTC()),
                new HandshakeLimits(1_000, 1_000, Duration.ofMinutes(5), 1_000),
                System::nanoTime,
                meters),
            pace,
            device -> tenants.take(device),
            meters);
  }

  @SuppressWarnings("NullAway") // does not read from the class file that the array may be null
  private void tell(AccessMessage message) {
    BusRecord record = message.toRecord();
    access.accept(
        new ReceivedRecord(
            record.topic(), 0, 0, 0, record.key(), record.headers(), record.value()));
  }

  private Admission.Decision decide(String token) {
    return decide(new Presented(Optional.of(token), List::of));
  }

  private Admission.Decision decide(Supplier<List<X509Certificate>> chain) {
    return decide(new Presented(Optional.empty(), chain));
  }

  private Admission.Decision decide(Presented presented) {
    var entered = (Admission.Entry.Entered) admission.enter(HERE);
    return admission.decide(HERE, presented, entered.place());
  }

  private double refused(String reason) {
    return meters.get("gateway.handshakes.refused").tag("reason", reason).counter().count();
  }

  @Test
  void givesAPlaceToWhoeverHasAGoodCredential() {
    // When
    var byToken = decide(TOKENS.token("d", 1));
    var byCertificate = decide(AUTHORITY.issue(new Request().subject("CN=e"))::chain);

    // Then
    assertThat(byToken).isInstanceOf(Admission.Decision.Admitted.class);
    assertThat(byCertificate).isInstanceOf(Admission.Decision.Admitted.class);
    assertThat(counts.size()).isEqualTo(2);
  }

  @Test
  void holdsThePlacesOfThoseWhoWaitAgainstTheAddress() {
    // Given
    for (int i = 0; i < 5; i++) {
      assertThat(admission.enter(HERE)).isInstanceOf(Admission.Entry.Entered.class);
    }

    // When
    Admission.Entry entry = admission.enter(HERE);

    // Then
    assertThat(entry).isInstanceOf(Admission.Entry.Shut.class);
    assertThat(counts.size()).isEqualTo(5);
  }

  @Test
  void letsNobodyInWhoWaitedUntilTheGatewayDrains() {
    // Given
    var entered = (Admission.Entry.Entered) admission.enter(HERE);
    health.draining();

    // When
    var decision =
        admission.decide(
            HERE, new Presented(Optional.of(TOKENS.token("d", 1)), List::of), entered.place());

    // Then
    assertThat(decision)
        .isInstanceOfSatisfying(
            Admission.Decision.Refused.class,
            refused -> assertThat(refused.problem().type()).isEqualTo(ProblemType.DRAINING));
    assertThat(refused("draining")).isEqualTo(1);
    assertThat(counts.size()).isZero();
  }

  @Test
  void tellsThoseWhoAreTooManyWhenToComeBackAndNotSooner() {
    // When
    Problem problem = admission.busy(Duration.ofMillis(1_001));

    // Then
    assertThat(problem.type()).isEqualTo(ProblemType.UNAVAILABLE);
    assertThat(problem.headers()).containsEntry("Retry-After", "2");
    assertThat(refused("busy")).isEqualTo(1);
  }

  static Stream<Arguments> wrongMembers() {
    return Stream.of("alg", "kid", "crit", "iss", "sub", "ten", "gen", "exp", "aud")
        .flatMap(
            member ->
                Stream.of(
                        Optional.empty(),
                        Optional.of(-7),
                        Optional.of(7.5),
                        Optional.of(new JsonArray().add("d")),
                        Optional.of(new JsonObject().put("d", "d")),
                        Optional.of(true),
                        Optional.of(Long.MAX_VALUE),
                        Optional.of(BigInteger.TEN.pow(30)),
                        Optional.of(Double.MAX_VALUE))
                    .map(value -> Arguments.of(member, value)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("wrongMembers")
  void refusesATokenWithAMemberThatIsNullOrOfAnotherType(String member, Optional<Object> value) {
    // Given
    JsonObject header = TOKENS.header();
    JsonObject claims = TOKENS.claims("d");
    (HEADER_MEMBERS.contains(member) ? header : claims).put(member, value.orElse(null));

    // When
    var signed = decide(TOKENS.token(header, claims));
    var withoutAlgorithm = decide(TOKENS.token(header.copy().put("alg", "none"), claims));

    // Then
    for (Admission.Decision decision : List.of(signed, withoutAlgorithm)) {
      assertThat(decision)
          .isInstanceOfSatisfying(
              Admission.Decision.Refused.class,
              refused -> assertThat(refused.problem().type()).isEqualTo(ProblemType.UNAUTHORIZED));
    }
    assertThat(refused("unauthorized")).isEqualTo(2);
    assertThat(counts.size()).isZero();
  }

  @Test
  void refusesAndCountsWhomItCannotJudgeForAReasonNobodyForesaw() {
    // When
    var decision =
        decide(
            () -> {
              throw new IllegalStateException("unforeseen");
            });

    // Then
    assertThat(decision).isInstanceOf(Admission.Decision.Refused.class);
    assertThat(refused("unauthorized")).isEqualTo(1);
    assertThat(counts.size()).isZero();
  }

  @Test
  void keepsNoPlaceForWhomItCannotDecide() {
    // Given
    tenants =
        device -> {
          throw new IllegalStateException("unforeseen");
        };

    // Then
    assertThatIllegalStateException().isThrownBy(() -> decide(TOKENS.token("d", 1)));
    assertThat(counts.size()).isZero();
  }

  @Test
  void keepsNoPlaceForADeviceOfATenantThatHasNoneLeft() {
    // Given
    tenants = device -> Optional.empty();

    // When
    decide(TOKENS.token("d", 1));

    // Then
    assertThat(refused("tenant-full")).isEqualTo(1);
    assertThat(counts.size()).isZero();
  }

  @Test
  void tellsADeviceThatConnectsTooOftenWhenToComeAgain() {
    // Given
    DeviceKey device = DeviceKey.of("default", "d");
    pace.connected(device);
    pace.connected(device);

    // When
    var early = decide(TOKENS.token("d", 1));
    var another = decide(TOKENS.token("e", 1));
    nanos = Duration.ofSeconds(30).toNanos();
    var later = decide(TOKENS.token("d", 1));

    // Then
    assertThat(early)
        .isInstanceOfSatisfying(
            Admission.Decision.Refused.class,
            refused -> {
              assertThat(refused.problem().type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
              assertThat(Integer.parseInt(refused.problem().headers().get("Retry-After")))
                  .isBetween(30, 38);
            });
    assertThat(refused("flapping")).isEqualTo(1);
    assertThat(another).isInstanceOf(Admission.Decision.Admitted.class);
    assertThat(later).isInstanceOf(Admission.Decision.Admitted.class);
    assertThat(counts.size()).isEqualTo(2);
  }

  @Test
  void hearsNothingMoreFromWhomItRefusesForACertificate() {
    // Given
    var strange = TestAuthority.named("of nobody").issue(new Request().subject("CN=d"));

    // When
    var byCertificate = decide(strange::chain);
    var byToken = decide("bad");

    // Then
    assertThat(byCertificate)
        .isInstanceOfSatisfying(
            Admission.Decision.Refused.class, refused -> assertThat(refused.last()).isTrue());
    assertThat(byToken)
        .isInstanceOfSatisfying(
            Admission.Decision.Refused.class, refused -> assertThat(refused.last()).isFalse());
  }
}
