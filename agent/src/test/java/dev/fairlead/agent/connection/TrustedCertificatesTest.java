package dev.fairlead.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.agent.state.StateDirectory;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedCertificatesTest {

  private static final String PASSWORD = "changeit";

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private HttpServer server;

  @BeforeEach
  void startServer() throws Exception {
    makeCertificate("server", "ip:127.0.0.1");
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setKeyCertOptions(
                        new PfxOptions()
                            .setPath(directory.resolve("server.p12").toString())
                            .setPassword(PASSWORD)))
            .requestHandler(request -> request.response().setStatusCode(404).end())
            .listen(0, "127.0.0.1")
            .await();
  }

  @AfterEach
  void stopServer() {
    Void _ = vertx.close().await();
  }

  @Test
  void trustsAServerWhoseCertificateIsInTheFile() throws Exception {
    // Given
    SSLContext trust = TrustedCertificates.sslContext(directory.resolve("server.pem"));

    // When
    Ending ending = dial("127.0.0.1", Optional.of(trust));

    // Then
    assertThat(ending).isEqualTo(new Ending.Lost("answered 404"));
  }

  @Test
  void trustsNoOtherServer() throws Exception {
    // Given
    makeCertificate("other", "ip:127.0.0.1");
    SSLContext trust = TrustedCertificates.sslContext(directory.resolve("other.pem"));

    // When
    Ending ending = dial("127.0.0.1", Optional.of(trust));

    // Then
    assertThat(ending.reason()).contains("SSLHandshakeException");
  }

  @Test
  void trustsNoServerOfAnotherName() throws Exception {
    // Given
    SSLContext trust = TrustedCertificates.sslContext(directory.resolve("server.pem"));

    // When
    Ending ending = dial("localhost", Optional.of(trust));

    // Then
    assertThat(ending.reason()).contains("SSLHandshakeException");
  }

  @Test
  void doesNotTrustWhatTheJdkDoesNotKnow() throws Exception {
    // When
    Ending ending = dial("127.0.0.1", Optional.empty());

    // Then
    assertThat(ending.reason()).contains("SSLHandshakeException");
  }

  private Ending dial(String host, Optional<SSLContext> trust) throws IOException {
    URI url = URI.create("wss://" + host + ":" + server.actualPort() + "/connect");
    ConnectionSettings settings =
        new ConnectionSettings(
            List.of(url), new TokenSource.Given("a"), WireFormat.MESSAGE_PACK, trust);
    try (StateDirectory state = StateDirectory.open(directory.resolve("state"));
        Dialer dialer = new Dialer(settings, new LastSession(state))) {
      return catchThrowableOfType(DialException.class, dialer::dial).ending();
    }
  }

  private void makeCertificate(String name, String subject) throws Exception {
    keytool(name, "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "san=" + subject);
    keytool(name, "-exportcert", "-rfc", "-file", directory.resolve(name + ".pem").toString());
  }

  private void keytool(String name, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-alias",
            name,
            "-keystore",
            directory.resolve(name + ".p12").toString(),
            "-storepass",
            PASSWORD));
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor()).isZero();
  }
}
