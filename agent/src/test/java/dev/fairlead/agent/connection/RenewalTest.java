package dev.fairlead.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalTest {

  private static final Duration LIFETIME = Duration.ofDays(1);
  private static final Duration SPREAD = LIFETIME.dividedBy(20);

  @TempDir static Path made;
  private static TestAuthority authority;
  private static Instant start;

  @TempDir Path directory;
  private final List<Message> sent = new ArrayList<>();
  private Transmitter.Transmission transmission = Transmitter.Transmission.SENT;
  private Instant now = Instant.EPOCH;
  private StateDirectory state;
  private ClientCertificate configured;

  @BeforeAll
  static void makeAuthority() throws Exception {
    authority = new TestAuthority(made);
    start = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(60);
  }

  @BeforeEach
  void openState() throws Exception {
    now = start;
    state = StateDirectory.open(directory.resolve("state"));
    configured = authority.device("first", start, TestAuthority.OF_THE_PRODUCT);
  }

  @AfterEach
  void closeState() throws IOException {
    state.close();
  }

  private RenewedCertificate certificate() {
    return new RenewedCertificate(configured, new TokenSource.None(), state, () -> now);
  }

  private Renewal renewal(RenewedCertificate certificate) {
    return new Renewal(
        certificate,
        message -> {
          sent.add(message);
          return transmission;
        },
        () -> now,
        new Random(7));
  }

  private static String pem(Message message) {
    return new String(message.body().toByteArray(), StandardCharsets.US_ASCII);
  }

  private static String id(Message message) {
    return message.header().textProp(NativeProtocol.PROP_ID).orElseThrow();
  }

  private Message answerTo(Message request) throws Exception {
    return Messages.certificate(
        Optional.of(id(request)), authority.issue(pem(request), now, TestAuthority.OF_THE_PRODUCT));
  }

  private static X509Certificate own(CertificateSource source) throws IOException {
    return source.content().own();
  }

  /// As long after the due time as it can take, chance included.
  private void due() {
    now = start.plus(LIFETIME.multipliedBy(2).dividedBy(3)).plus(SPREAD);
  }

  @Test
  void asksWhenTwoThirdsOfTheTimeAreOverAndNotBefore() {
    // Given
    Renewal renewal = renewal(certificate());

    // When
    now = start.plus(LIFETIME.multipliedBy(2).dividedBy(3)).minusMillis(1);
    Duration _ = renewal.look();
    List<Message> before = List.copyOf(sent);
    due();
    Duration _ = renewal.look();

    // Then
    assertThat(before).isEmpty();
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().header().type()).isEqualTo(NativeProtocol.TYPE_CSR);
  }

  @Test
  void keepsTheCertificateAndItsKeyForTheNextConnectAndOverARestart() throws Exception {
    // Given
    RenewedCertificate certificate = certificate();
    Renewal renewal = renewal(certificate);
    X509Certificate first = own(certificate);
    due();
    Duration _ = renewal.look();
    Message answer = answerTo(sent.getFirst());

    // When
    boolean taken = renewal.answered(answer);

    // Then
    assertThat(taken).isTrue();
    assertThat(certificate.isChanged()).isTrue();
    assertThat(own(certificate)).isNotEqualTo(first);
    assertThat(certificate.isChanged()).isFalse();
    assertThat(own(certificate())).isEqualTo(own(certificate));
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(state.file("certificate"))))
        .isEqualTo("rw-------");
    assertThat(pem(sent.getFirst())).doesNotContain("PRIVATE");
  }

  @Test
  void asksAgainWithTheSameRequestAndEverMoreSeldom() {
    // Given
    Renewal renewal = renewal(certificate());
    due();

    // When
    List<Duration> waits = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int before = sent.size();
      Instant asked = now;
      while (sent.size() == before) {
        now = now.plus(renewal.look());
      }
      waits.add(Duration.between(asked, now));
    }

    // Then
    assertThat(sent).hasSize(4).extracting(RenewalTest::pem).containsOnly(pem(sent.getFirst()));
    assertThat(waits.getLast()).isGreaterThan(waits.getFirst());
  }

  @Test
  void makesAnotherRequestAfterARefusal() {
    // Given
    Renewal renewal = renewal(certificate());
    due();
    Duration _ = renewal.look();
    String first = id(sent.getFirst());

    // When
    boolean understood = renewal.answered(Messages.noCertificate(Optional.of(first), "forbidden"));
    now = now.plus(Duration.ofMinutes(2));
    Duration _ = renewal.look();

    // Then
    assertThat(understood).isTrue();
    assertThat(sent).hasSize(2);
    assertThat(pem(sent.getLast())).isNotEqualTo(pem(sent.getFirst()));
  }

  @Test
  void triesAgainSoonWithoutASession() {
    // Given
    Renewal renewal = renewal(certificate());
    transmission = Transmitter.Transmission.NOT_CONNECTED;
    due();

    // When
    Duration wait = renewal.look();

    // Then
    assertThat(wait).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void doesNotAskForACertificateThatTheProductHasNotIssued() throws Exception {
    // Given
    configured = authority.device("foreign", start, "san=uri:urn:other");
    Renewal renewal = renewal(certificate());
    due();

    // When
    Duration _ = renewal.look();

    // Then
    assertThat(sent).isEmpty();
  }

  @Test
  void refusesACertificateOfAnotherKeyAndAnAnswerToNothing() throws Exception {
    // Given
    RenewedCertificate certificate = certificate();
    Renewal renewal = renewal(certificate);
    X509Certificate first = own(certificate);
    due();
    Duration _ = renewal.look();
    String other =
        authority.issue(CertificateRequest.make().pem(), now, TestAuthority.OF_THE_PRODUCT);

    // When
    boolean ofAnotherKey =
        renewal.answered(Messages.certificate(Optional.of(id(sent.getFirst())), other));
    boolean toNothing = renewal.answered(Messages.certificate(Optional.of("other"), other));

    // Then
    assertThat(ofAnotherKey).isFalse();
    assertThat(toNothing).isFalse();
    assertThat(own(certificate)).isEqualTo(first);
  }

  @Test
  void triesTheConfiguredOneWhileTheKeptOneIsRefusedAndThrowsNeitherAway() throws Exception {
    // Given
    RenewedCertificate certificate = renewed();
    X509Certificate kept = own(certificate);

    // When
    certificate.refused();
    X509Certificate afterOne = own(certificate);
    certificate.refused();
    X509Certificate afterTwo = own(certificate);
    certificate.refused();
    now = start.plus(LIFETIME).plusSeconds(1);
    X509Certificate whenTheConfiguredOneIsOver = own(certificate);

    // Then
    assertThat(afterOne).isEqualTo(configured.content().own());
    assertThat(afterTwo).isEqualTo(kept);
    assertThat(whenTheConfiguredOneIsOver).isEqualTo(kept);
  }

  @Test
  void prefersAConfiguredOneThatHasChangedSince() throws Exception {
    // Given
    RenewedCertificate certificate = renewed();
    ClientCertificate other = authority.device("other", start, TestAuthority.OF_THE_PRODUCT);

    // When
    Path _ =
        Files.copy(
            other.certificateFile(),
            configured.certificateFile(),
            StandardCopyOption.REPLACE_EXISTING);
    Path _ = Files.copy(other.keyFile(), configured.keyFile(), StandardCopyOption.REPLACE_EXISTING);

    // Then
    assertThat(own(certificate)).isEqualTo(other.content().own());
  }

  private RenewedCertificate renewed() throws Exception {
    RenewedCertificate certificate = certificate();
    Renewal renewal = renewal(certificate);
    due();
    Duration _ = renewal.look();
    assertThat(renewal.answered(answerTo(sent.getFirst()))).isTrue();
    return certificate;
  }
}
