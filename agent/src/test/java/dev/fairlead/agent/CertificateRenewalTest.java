package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.agent.connection.ClientCertificate;
import dev.fairlead.agent.connection.TestAuthority;
import dev.fairlead.agent.connection.TokenSource;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An agent whose certificate runs out soon, over TLS.
class CertificateRenewalTest {

  /// So that the connection of a slow machine is made before it is over.
  private static final Duration LEFT = Duration.ofMinutes(5);

  @TempDir Path directory;

  private static HttpServerOptions tls(TestAuthority authority, ClientCertificate own) {
    return new HttpServerOptions()
        .setSsl(true)
        .setClientAuth(ClientAuth.REQUEST)
        .setTrustOptions(new PemTrustOptions().addCertPath(authority.certificateFile().toString()))
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertPath(own.certificateFile().toString())
                .addKeyPath(own.keyFile().toString()));
  }

  private static Certificate shown(TestGateway gateway) throws Exception {
    return gateway.latest().peerCertificates().getFirst();
  }

  @Test
  void asksForItsNextCertificateAndConnectsWithItOnceTheOldOneIsRefused() throws Exception {
    // Given
    TestAuthority authority = new TestAuthority(directory);
    Instant now = Instant.now();
    ClientCertificate own =
        authority.device(
            "pump", now.minus(Duration.ofDays(1)).plus(LEFT), TestAuthority.OF_THE_PRODUCT);
    ClientCertificate server = authority.device("server", now, "san=ip:127.0.0.1");
    try (TestGateway gateway = new TestGateway(WireFormat.MESSAGE_PACK, tls(authority, server));
        Agent agent =
            Agent.start(
                AgentConfig.of(gateway.url(), new TokenSource.None(), directory.resolve("state"))
                    .withCaFile(authority.certificateFile())
                    .withCertificate(own))) {
      await().until(() -> !gateway.received(NativeProtocol.TYPE_CSR).isEmpty());
      Certificate first = shown(gateway);
      Message request = gateway.received(NativeProtocol.TYPE_CSR).getFirst();
      String issued =
          authority.issue(
              new String(request.body().toByteArray(), StandardCharsets.US_ASCII),
              now,
              TestAuthority.OF_THE_PRODUCT);

      // When
      gateway.send(Messages.certificate(TestGateway.id(request), issued));
      await().until(() -> Files.exists(directory.resolve("state/certificate")));
      boolean stayed = agent.isConnected();
      gateway.close(NativeProtocol.CLOSE_REVOKED);

      // Then
      assertThat(stayed).isTrue();
      await().atMost(Duration.ofSeconds(20)).until(() -> gateway.handshakes().size() == 2);
      assertThat(shown(gateway)).isNotEqualTo(first);
      assertThat(((X509Certificate) shown(gateway)).getNotAfter().toInstant())
          .isAfter(now.plus(LEFT));
    }
  }
}
