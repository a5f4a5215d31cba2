package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.FairleadUp;
import dev.fairlead.endtoend.harness.HeapDump;
import dev.fairlead.endtoend.harness.ProviderStub;
import dev.fairlead.endtoend.harness.RawHttp;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.endtoend.harness.TestDevice.TokenPlace;
import dev.fairlead.endtoend.harness.Trust;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where tokens, keys and passwords must never be: in logs, meters, answers, and, once they have
/// been used, on a heap.
class SecretsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int TLS_ABOVE = 363;
  private static final int PIECE = 32;
  private static final String CLIENT_ID = "fairlead";
  private static final String CLIENT_SECRET = "a-client-secret-for-tests-only-0123456789";

  @TempDir private Path directory;

  /// Texts by the place they were found in.
  private final Map<String, String> said = new LinkedHashMap<>();

  /// A piece from the middle of what makes a token or a key a secret: also a part of it that is
  /// left somewhere is found.
  private static String pieceOf(String secret) {
    String signature = secret.substring(secret.lastIndexOf('.') + 1);
    int length = Math.min(PIECE, signature.length());
    int begin = (signature.length() - length) / 2;
    return signature.substring(begin, begin + length);
  }

  private static String badly(String token) {
    int half = token.lastIndexOf('.') + 10;
    char other = token.charAt(half) == 'A' ? 'B' : 'A';
    return token.substring(0, half) + other + token.substring(half + 1);
  }

  private void connectBadly(int port, String token) {
    for (TokenPlace place : TokenPlace.values()) {
      String bad = badly(token);
      said.put(
          "refusal of a token in the " + place,
          RawHttp.exchange(
              port,
              "GET %s HTTP/1.1"
                  .formatted(
                      switch (place) {
                        case HEADER -> "/connect";
                        case QUERY -> "/connect?token=" + bad;
                        case PATH -> "/connect/" + bad;
                      }),
              "Authorization: " + (place == TokenPlace.HEADER ? "Bearer " + bad : "none"),
              "Connection: Upgrade",
              "Upgrade: websocket",
              "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
              "Sec-WebSocket-Protocol: fairlead.v1.json"));
    }
    for (String line :
        List.of(
            "GET /connect?token=" + token + " HTTP/1.1",
            "GET /connect/" + token + " HTTP/1.1",
            "POST /connect/" + token + " HTTP/1.1",
            "GET /connect?token=" + token + " HTTP/9.9",
            "GET /connect?token=" + token + " " + token)) {
      said.put("answer to " + line.replace(token, "TOKEN"), RawHttp.exchange(port, line));
    }
  }

  private void askBadly(int port, String key, String token) {
    for (String line : List.of("Authorization: Bearer ", "Authorization: ", "X-API-Key: ")) {
      for (String secret : List.of(key + "x", token)) {
        said.put(
            "answer to a wrong key in " + line + secret.length(),
            RawHttp.exchange(port, "GET /api/v1/devices HTTP/1.1", line + secret));
      }
    }
    said.put(
        "answer to a good key and no sense",
        RawHttp.exchange(
            port, "POST /api/v1/nothing HTTP/1.1", "X-API-Key: " + key, "Content-Length: 0"));
  }

  private static Map<String, String> settings(String issuer) {
    return Map.of(
        "FAIRLEAD_OIDC_ISSUER", issuer,
        "FAIRLEAD_OIDC_CLIENT_ID", CLIENT_ID,
        "FAIRLEAD_OIDC_CLIENT_SECRET", CLIENT_SECRET,
        "FAIRLEAD_OIDC_REDIRECT_URL", "http://127.0.0.1:8080/api/v1/sign-in/callback");
  }

  /// Comes back from the provider with a code that the provider does not know.
  private void signInBadly(int port) {
    String begun = RawHttp.exchange(port, "GET /api/v1/sign-in HTTP/1.1");
    said.put(
        "answer to a wrong code",
        RawHttp.exchange(
            port,
            "GET /api/v1/sign-in/callback?code=wrong&state="
                + first(begun, "[?&]state=([^&\r]+)")
                + " HTTP/1.1",
            "Cookie: " + first(begun, "(?i)set-cookie: ([^;]+)")));
  }

  private static String first(String text, String pattern) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    assertThat(found.find()).as(pattern).isTrue();
    return found.group(1);
  }

  private static String newKey(Api api, int port) {
    Api.Answer made =
        api.post(port, "/api/v1/api-keys", "{\"name\":\"for a scan\",\"role\":\"admin\"}");
    assertThat(made.status()).isEqualTo(201);
    return made.body().path("key").asText();
  }

  private void readLogs(Path logs) throws IOException {
    try (Stream<Path> files = Files.walk(logs)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".log")).toList()) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(text).isNotEmpty();
        said.put(file.getFileName().toString(), text);
      }
    }
  }

  private void assertNowhere(List<String> secrets) {
    assertThat(said).hasSizeGreaterThan(10);
    said.forEach(
        (place, text) -> {
          for (int i = 0; i < secrets.size(); i++) {
            assertThat(text.contains(pieceOf(secrets.get(i))))
                .as("secret %d in %s", i, place)
                .isFalse();
          }
        });
  }

  private static void assertNotIn(HeapDump heap, String whose, List<String> secrets) {
    for (int i = 0; i < secrets.size(); i++) {
      assertThat(heap.contains(pieceOf(secrets.get(i))))
          .as("secret %d on the heap of %s", i, whose)
          .isFalse();
    }
  }

  @Test
  void areNowhereInServicesOfTheirOwn() throws IOException {
    try (ProviderStub provider = ProviderStub.start();
        Cluster cluster =
            new Cluster(
                directory, ServiceJar.Tuning.QUICK_START, settings(provider.issuer()), Map.of())) {
      // Given
      List<TestDevice> devices = cluster.devices("secret-", TokenPlace.values().length);
      List<String> tokens = devices.stream().map(TestDevice::token).toList();
      int gateway = cluster.gatewayA().httpPort();
      String key = newKey(cluster.api(), cluster.registry().httpPort());

      // When
      Iterator<TestDevice> next = devices.iterator();
      for (TokenPlace place : TokenPlace.values()) {
        next.next().connect("ws://127.0.0.1:" + gateway, place).join();
      }
      await().atMost(PATIENCE).until(() -> cluster.isOnline(devices.getLast().id()));
      UsedSecrets others =
          UsedSecrets.of(
              cluster.api(), cluster.registry().httpPort(), cluster.command().httpPort());
      said.putAll(others.refusals());
      List<String> keys = Stream.concat(Stream.of(key), others.all().stream()).toList();
      signInBadly(cluster.registry().httpPort());
      connectBadly(gateway, tokens.getFirst());
      for (ServiceJar service : List.of(cluster.registry(), cluster.command())) {
        askBadly(service.httpPort(), key, tokens.getFirst());
      }
      try (Api api = new Api(key)) {
        api.get(cluster.registry().httpPort(), "/api/v1/devices");
        api.get(cluster.command().httpPort(), "/api/v1/commands/none");
      }
      for (ServiceJar service : cluster.services()) {
        said.put("meters of " + service.pid(), service.metrics());
      }
      HeapDump gatewayHeap =
          HeapDump.of(cluster.gatewayA().pid(), directory.resolve("gateway.hprof"));
      HeapDump registryHeap =
          HeapDump.of(cluster.registry().pid(), directory.resolve("registry.hprof"));
      HeapDump commandHeap =
          HeapDump.of(cluster.command().pid(), directory.resolve("command.hprof"));

      // Then
      assertThat(devices).noneMatch(device -> device.closed().isDone());
      readLogs(directory);
      assertThat(provider.credentials()).containsExactly(CLIENT_ID + ":" + CLIENT_SECRET);
      assertNowhere(
          Stream.of(tokens, keys, cluster.secrets(), List.of(CLIENT_SECRET))
              .flatMap(List::stream)
              .toList());
      assertThat(gatewayHeap.contains(devices.getFirst().id())).isTrue();
      assertNotIn(gatewayHeap, "the gateway", tokens);
      List<String> used = Stream.concat(tokens.stream(), keys.stream()).toList();
      assertNotIn(registryHeap, "the registry", used);
      assertNotIn(commandHeap, "the command service", used);
    }
  }

  @Test
  void areNowhereInOneProcess() throws Exception {
    int port = FairleadUp.freePort();
    try (FairleadUp up = FairleadUp.start(directory, port)) {
      // Given
      HttpClient client =
          HttpClient.newBuilder()
              .sslContext(Trust.in(directory.resolve("tls").resolve("ca.pem")))
              .build();
      String key = newKey(up.api(), port);
      List<TestDevice> devices = new ArrayList<>();
      for (TokenPlace place : TokenPlace.values()) {
        for (String base :
            List.of("ws://127.0.0.1:" + port, "wss://localhost:" + (port + TLS_ABOVE))) {
          String id = "secret-" + devices.size();
          Api.Answer made = up.api().post(port, "/api/v1/devices", "{\"id\":\"" + id + "\"}");
          TestDevice device = new TestDevice(client, id, made.body().path("token").asText());
          devices.add(device);
          device.connect(base, place).join();
        }
      }
      List<String> tokens = devices.stream().map(TestDevice::token).toList();

      // When
      UsedSecrets others = UsedSecrets.of(up.api(), port, port);
      said.putAll(others.refusals());
      connectBadly(port, tokens.getFirst());
      askBadly(port, key, tokens.getFirst());
      said.put("meters", up.metrics());
      HeapDump heap = HeapDump.of(up.pid(), directory.resolve("launcher.hprof"));

      // Then
      assertThat(devices).noneMatch(device -> device.closed().isDone());
      readLogs(directory.resolve("logs"));
      List<String> secrets = new ArrayList<>(tokens);
      secrets.add(key);
      secrets.addAll(others.all());
      assertNotIn(heap, "the product", secrets);
      secrets.add(Files.readString(directory.resolve("admin-key")).strip());
      secrets.add(Files.readString(directory.resolve("master-key")).strip());
      assertNowhere(secrets);
    }
  }
}
