package dev.fairlead.launcher.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCertificateTest {

  private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
  private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1");

  @TempDir private Path directory;

  private static List<X509Certificate> read(Path file) throws Exception {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
          .map(X509Certificate.class::cast)
          .toList();
    }
  }

  @Test
  void makesACertificateForTheNamesThatItsAuthoritySigned() throws Exception {
    // When
    ServerCertificate made = ServerCertificate.in(directory, NAMES, NOW);

    // Then
    X509Certificate authority = read(made.authority()).getFirst();
    X509Certificate server = read(made.files().chain()).getFirst();
    server.verify(authority.getPublicKey());
    authority.verify(authority.getPublicKey());
    assertThat(authority.getBasicConstraints()).isZero();
    assertThat(server.getBasicConstraints()).isEqualTo(-1);
    assertThat(server.getSubjectAlternativeNames())
        .extracting(name -> String.valueOf(name.get(1)))
        .containsExactlyInAnyOrderElementsOf(NAMES);
    assertThat(read(made.files().chain())).hasSize(2);
  }

  @Test
  void keepsWhatIsStillGood() throws IOException {
    // Given
    ServerCertificate first = ServerCertificate.in(directory, NAMES, NOW);
    String chain = Files.readString(first.files().chain());

    // When
    ServerCertificate second =
        ServerCertificate.in(directory, Set.of("localhost"), NOW.plus(Duration.ofDays(300)));

    // Then
    assertThat(Files.readString(second.files().chain())).isEqualTo(chain);
  }

  @Test
  void signsAnewUnderTheSameAuthorityBeforeItRunsOutOrWhenANameIsAdded() throws IOException {
    // Given
    ServerCertificate first = ServerCertificate.in(directory, NAMES, NOW);
    String authority = Files.readString(first.authority());
    String chain = Files.readString(first.files().chain());

    // When
    ServerCertificate.in(directory, NAMES, NOW.plus(Duration.ofDays(390)));
    String later = Files.readString(first.files().chain());
    ServerCertificate.in(directory, Set.of("gate.example"), NOW);

    // Then
    assertThat(later).isNotEqualTo(chain);
    assertThat(Files.readString(first.files().chain())).isNotEqualTo(later);
    assertThat(Files.readString(first.authority())).isEqualTo(authority);
  }

  @Test
  void letsOnlyTheOwnerReadTheKeys() throws IOException {
    // When
    ServerCertificate made = ServerCertificate.in(directory, NAMES, NOW);

    // Then
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.files().key())))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("ca-key.pem"))))
        .isEqualTo("rw-------");
  }
}
