package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.endtoend.harness.AgentJar;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.BusReader;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.OpenSsl;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TlsProxy;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.WireFormat;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A device whose certificate is good for a minute, and the agent that cares for it.
@Tag("slow")
class CertificateRenewalIT {

  private static final String DEVICE = "brief";
  private static final String CERTIFICATES = "/api/v1/devices/" + DEVICE + "/certificates";

  /// The shortest there is.
  private static final Duration LIFETIME = Duration.ofMinutes(1);

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path directory;

  private static Cluster cluster;
  private static TlsProxy proxy;

  @BeforeAll
  static void start() {
    cluster =
        new Cluster(
            directory,
            ServiceJar.Tuning.QUICK_START,
            Map.of("FAIRLEAD_DEVICE_CERTIFICATE_LIFETIME", LIFETIME.toSeconds() + "s"),
            Map.of());
    ServiceJar gateway =
        cluster.startGateway(
            "gateway-behind-tls", Map.of("FAIRLEAD_PROXY_ADDRESSES", "127.0.0.0/8"));
    new OpenSsl(directory).server("server");
    proxy =
        new TlsProxy(
            gateway.httpPort(), directory.resolve("server.pem"), directory.resolve("server.key"));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    cluster.close();
  }

  private static Api.Answer post(String path, String body) {
    Api.Answer answer = cluster.api().post(cluster.registry().httpPort(), path, body);
    assertThat(answer.status()).isEqualTo(201);
    return answer;
  }

  private static Set<String> issued() {
    Set<String> fingerprints = new HashSet<>();
    JsonNode items =
        cluster.api().get(cluster.registry().httpPort(), CERTIFICATES).body().path("items");
    StreamSupport.stream(items.spliterator(), false)
        .forEach(item -> fingerprints.add(item.path("fingerprint").asText()));
    return fingerprints;
  }

  /// With what the device has opened its sessions, in order.
  private static List<String> shown() {
    return BusReader.read(cluster.kafka().bootstrapServers(), Topic.SESSIONS).stream()
        .filter(record -> record.key().startsWith("default/" + DEVICE + "/"))
        .map(CertificateRenewalIT::shown)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static String shown(ReceivedRecord record) {
    return SessionMessage.decode(record) instanceof SessionMessage.Opened opened
        ? opened.place().credential().toString()
        : "";
  }

  private static Map<String, String> settingsOfTheAgent() {
    return Map.of(
        "FAIRLEAD_AGENT_URL",
        "wss://127.0.0.1:" + proxy.port() + NativeProtocol.PATH,
        "FAIRLEAD_AGENT_CA_FILE",
        directory.resolve("server.pem").toString(),
        "FAIRLEAD_AGENT_CERTIFICATE_FILE",
        directory.resolve(DEVICE + ".pem").toString(),
        "FAIRLEAD_AGENT_KEY_FILE",
        directory.resolve(DEVICE + ".key").toString());
  }

  @Test
  void theAgentRenewsOverItsConnectionAndComesBackWithTheNewCertificate() throws Exception {
    // Given
    post("/api/v1/devices", "{\"id\":\"" + DEVICE + "\"}");
    new OpenSsl(directory).request(DEVICE);
    JsonNode first =
        post(
                CERTIFICATES,
                JSON.writeValueAsString(
                    Map.of("csr", Files.readString(directory.resolve(DEVICE + ".csr")))))
            .body();
    String old = first.path("fingerprint").asText();
    Path _ =
        Files.writeString(directory.resolve(DEVICE + ".pem"), first.path("certificate").asText());
    try (AgentJar agent = AgentJar.start(settingsOfTheAgent(), directory)) {
      await().atMost(Duration.ofSeconds(30)).until(() -> cluster.isOnline(DEVICE));

      // When
      await().atMost(LIFETIME).until(() -> issued().size() == 2);
      String next = issued().stream().filter(one -> !one.equals(old)).findFirst().orElseThrow();
      boolean stayed = cluster.isOnline(DEVICE) && shown().size() == 1;
      await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(kept()));
      int revoked =
          cluster.api().delete(cluster.registry().httpPort(), CERTIFICATES + "/" + old).status();

      // Then
      assertThat(stayed).isTrue();
      assertThat(revoked).isEqualTo(204);
      await().atMost(Duration.ofSeconds(20)).until(() -> shown().size() == 2);
      assertThat(shown()).containsExactly("certificate:" + old, "certificate:" + next);
      await().until(() -> cluster.isOnline(DEVICE));
      assertThat(refusalOfTheOld()).isEqualTo(401);
      assertThat(agent.isAlive()).isTrue();
    }
  }

  private static Path kept() {
    return directory.resolve("agent").resolve("certificate");
  }

  private static int refusalOfTheOld() {
    Vertx vertx = Vertx.vertx();
    try {
      var client =
          vertx.createWebSocketClient(
              new WebSocketClientOptions()
                  .setTrustAll(true)
                  .setVerifyHost(false)
                  .setKeyCertOptions(
                      new PemKeyCertOptions()
                          .setCertPath(directory.resolve(DEVICE + ".pem").toString())
                          .setKeyPath(directory.resolve(DEVICE + ".key").toString())));
      var options =
          new WebSocketConnectOptions()
              .setHost("127.0.0.1")
              .setPort(proxy.port())
              .setSsl(true)
              .setURI(NativeProtocol.PATH)
              .addSubProtocol(WireFormat.JSON.subprotocol());
      return catchThrowableOfType(
              UpgradeRejectedException.class, () -> client.connect(options).await())
          .getStatus();
    } finally {
      Void _ = vertx.close().await();
    }
  }
}
