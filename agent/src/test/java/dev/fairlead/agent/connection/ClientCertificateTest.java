package dev.fairlead.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientCertificateTest {

  private static final String PASSWORD = "changeit";

  /// Made once, since each takes a run of `keytool`.
  @TempDir static Path made;

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final List<String> shown = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeAll
  static void makeCertificates() throws Exception {
    makeCertificate("server", "EC");
    makeCertificate("first", "EC");
    makeCertificate("second", "RSA");
  }

  @BeforeEach
  void startServer() throws Exception {
    try (Stream<Path> files = Files.list(made)) {
      for (Path file : files.toList()) {
        Path _ = Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setClientAuth(ClientAuth.REQUEST)
                    .setTrustOptions(
                        new PemTrustOptions()
                            .addCertPath(directory.resolve("first.pem").toString())
                            .addCertPath(directory.resolve("second.pem").toString()))
                    .setKeyCertOptions(
                        new PfxOptions()
                            .setPath(directory.resolve("server.p12").toString())
                            .setPassword(PASSWORD)))
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .await();
  }

  @AfterEach
  void stopServer() {
    Void _ = vertx.close().await();
  }

  private void answer(HttpServerRequest request) {
    shown.add(nameOf(request));
    var _ =
        request
            .response()
            .setStatusCode(request.headers().contains("Authorization") ? 400 : 404)
            .end();
  }

  private static String nameOf(HttpServerRequest request) {
    try {
      return ((X509Certificate) request.connection().peerCertificates().getFirst())
          .getSubjectX500Principal()
          .getName();
    } catch (SSLPeerUnverifiedException e) {
      return "nobody";
    }
  }

  private ClientCertificate files(String name) {
    return new ClientCertificate(
        directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
  }

  @Test
  void showsTheCertificateAndNoToken() throws Exception {
    // When
    Ending ending = dial(files("first"));

    // Then
    assertThat(ending).isEqualTo(new Ending.Lost("answered 404"));
    assertThat(shown).containsExactly("CN=first");
  }

  @Test
  void takesUpNewFilesAtTheNextHandshake() throws Exception {
    // Given
    ClientCertificate certificate = files("first");
    Ending _ = dial(certificate);

    // When
    for (String suffix : List.of(".pem", ".key")) {
      Path _ =
          Files.copy(
              directory.resolve("second" + suffix),
              directory.resolve("first" + suffix),
              StandardCopyOption.REPLACE_EXISTING);
    }
    Ending _ = dial(certificate);

    // Then
    assertThat(shown).containsExactly("CN=first", "CN=second");
  }

  @Test
  void showsNothingWhenTheFilesAreGone() throws Exception {
    // Given
    ClientCertificate certificate = files("first");
    Files.delete(certificate.keyFile());

    // When
    Ending _ = dial(certificate);

    // Then
    assertThat(shown).containsExactly("nobody");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
      })
  void refusesAFileWithoutAKeyAndShowsNothingOfIt(String content) throws IOException {
    // Given
    ClientCertificate certificate = files("first");
    Path _ = Files.writeString(certificate.keyFile(), content);

    // When
    assertThatThrownBy(certificate::check)
        // Then
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no private key")
        .hasMessageNotContaining("AAAA")
        .hasNoCause();
  }

  private Ending dial(ClientCertificate certificate) throws IOException {
    SSLContext tls =
        TrustedCertificates.sslContext(
            Optional.of(directory.resolve("server.pem")), Optional.of(certificate));
    URI url = URI.create("wss://127.0.0.1:" + server.actualPort() + "/connect");
    ConnectionSettings settings =
        new ConnectionSettings(
            List.of(url), new TokenSource.None(), WireFormat.MESSAGE_PACK, Optional.of(tls));
    try (StateDirectory state = StateDirectory.open(directory.resolve("state"));
        Dialer dialer = new Dialer(settings, new LastSession(state))) {
      return catchThrowableOfType(DialException.class, dialer::dial).ending();
    }
  }

  private static void makeCertificate(String name, String algorithm) throws Exception {
    keytool(
        name,
        List.of("-genkeypair", "-keyalg", algorithm, "-dname", "CN=" + name),
        List.of("-ext", "san=ip:127.0.0.1"));
    keytool(
        name,
        List.of("-exportcert", "-rfc"),
        List.of("-file", made.resolve(name + ".pem").toString()));
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(made.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    byte[] key = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
    Path _ =
        Files.writeString(
            made.resolve(name + ".key"),
            "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n");
  }

  private static void keytool(String name, List<String> what, List<String> more) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(what);
    command.addAll(more);
    command.addAll(
        List.of(
            "-alias",
            name,
            "-keystore",
            made.resolve(name + ".p12").toString(),
            "-storepass",
            PASSWORD));
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }
}
