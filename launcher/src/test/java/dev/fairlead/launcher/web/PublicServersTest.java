package dev.fairlead.launcher.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.launcher.tls.ServerCertificate;
import dev.fairlead.runtime.server.FollowedCertificate;
import dev.fairlead.runtime.server.TlsFiles;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicServersTest {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

  @TempDir private Path directory;
  private final Vertx vertx = Vertx.vertx();
  private final NetClient client =
      vertx.createNetClient(
          new NetClientOptions()
              .setSsl(true)
              .setTrustAll(true)
              .setHostnameVerificationAlgorithm(""));

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private TlsFiles made(String name) {
    return ServerCertificate.in(directory.resolve(name), Set.of(name), Instant.now()).files();
  }

  private static void replace(TlsFiles files, TlsFiles by) throws IOException {
    Files.move(by.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
    Files.move(by.chain(), files.chain(), StandardCopyOption.REPLACE_EXISTING);
  }

  private int listen(TlsFiles files) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    new PublicServers(
            vertx,
            new HttpServerOptions(),
            connection -> {},
            request -> request.response().end("here"),
            2)
        .listenTls(port, new FollowedCertificate(() -> files, Duration.ofMillis(20)))
        .await();
    return port;
  }

  private NetSocket connect(int port) {
    return client.connect(port, "127.0.0.1").await();
  }

  private String nameOf(NetSocket socket) throws Exception {
    X509Certificate shown = (X509Certificate) socket.peerCertificates().getFirst();
    return String.valueOf(shown.getSubjectAlternativeNames().iterator().next().get(1));
  }

  private String nameShown(int port) throws Exception {
    NetSocket socket = connect(port);
    try {
      return nameOf(socket);
    } finally {
      socket.close().await();
    }
  }

  private static String ask(NetSocket socket) throws Exception {
    CompletableFuture<Buffer> answer = new CompletableFuture<>();
    socket.handler(answer::complete);
    socket.write(REQUEST).await();
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).toString();
  }

  @Test
  void showsTheCertificateThatTakesTheFirstOnesPlaceToThoseWhoComeLater() throws Exception {
    // Given
    TlsFiles files = made("first.example");
    int port = listen(files);
    NetSocket early = connect(port);
    assertThat(nameOf(early)).isEqualTo("first.example");

    // When
    replace(files, made("second.example"));

    // Then
    await().atMost(PATIENCE).until(() -> nameShown(port).equals("second.example"));
    assertThat(ask(early)).startsWith("HTTP/1.1 200").endsWith("here");
  }

  @Test
  void staysWithTheCertificateThatIsGoodWhenTheNewOneIsNot() throws Exception {
    // Given
    TlsFiles files = made("first.example");
    int port = listen(files);

    // When
    Files.writeString(files.chain(), "no certificate");

    // Then
    await()
        .during(Duration.ofMillis(200))
        .atMost(PATIENCE)
        .until(() -> nameShown(port).equals("first.example"));

    // When
    replace(files, made("second.example"));

    // Then
    await().atMost(PATIENCE).until(() -> nameShown(port).equals("second.example"));
  }
}
