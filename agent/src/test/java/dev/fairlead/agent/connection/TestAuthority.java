package dev.fairlead.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/// An authority that knows requests for certificates as the JDK's `keytool` does, signatures
/// included.
public final class TestAuthority {

  /// What the product's certificates say.
  public static final String OF_THE_PRODUCT = "san=uri:urn:fairlead:generation:1";

  private static final String PASSWORD = "changeit";
  private static final DateTimeFormatter START =
      DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private final Path directory;

  /// A new authority.
  public TestAuthority(Path directory) throws Exception {
    this.directory = directory;
    keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=authority", "-ext", "bc:c");
    keytool("-exportcert", "-rfc", "-file", certificateFile().toString());
  }

  /// Its certificate.
  public Path certificateFile() {
    return directory.resolve("authority.pem");
  }

  /// Issues a certificate that is good for a day.
  ///
  /// @param extension in the words of `keytool`
  public String issue(String request, Instant start, String extension) throws Exception {
    Path asked = directory.resolve(UUID.randomUUID() + ".csr");
    Path issued = directory.resolve(UUID.randomUUID() + ".pem");
    Path _ = Files.writeString(asked, request);
    keytool(
        "-gencert",
        "-rfc",
        "-dname",
        "CN=device",
        "-validity",
        "1",
        "-startdate",
        START.format(start),
        "-ext",
        extension,
        "-infile",
        asked.toString(),
        "-outfile",
        issued.toString());
    return Files.readString(issued);
  }

  /// The files of a device with a certificate that was issued from `start` on.
  public ClientCertificate device(String name, Instant start, String extension) throws Exception {
    CertificateRequest request = CertificateRequest.make();
    ClientCertificate files =
        new ClientCertificate(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
    write(files.certificateFile(), issue(request.pem(), start, extension));
    write(
        files.keyFile(),
        CertificateRequest.pem("PRIVATE KEY", request.keys().getPrivate().getEncoded()));
    return files;
  }

  private static void write(Path file, String text) throws IOException {
    Path _ = Files.writeString(file, text, StandardCharsets.US_ASCII);
  }

  private void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-alias",
            "authority",
            "-keystore",
            directory.resolve("authority.p12").toString(),
            "-storepass",
            PASSWORD));
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }
}
