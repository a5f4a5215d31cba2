package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.documentation.UrlMap;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.ComposeStack;
import dev.fairlead.endtoend.harness.EdgeDevices;
import dev.fairlead.endtoend.harness.NameServer;
import dev.fairlead.endtoend.harness.OpenSsl;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.endtoend.harness.TestDevice.TokenPlace;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// What HAProxy of the unchanged `docker-compose.yml` passes on, what it keeps to itself, and what
/// it writes down. Needs a container engine.
@Tag("slow")
@EnabledIf("dev.fairlead.endtoend.harness.Docker#canRun")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class ComposeEdgeIT {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String DEVICES = "/api/v1/devices";

  @TempDir private static Path directory;

  private static ComposeStack stack;
  private static HttpClient client;
  private static Api api;

  @BeforeAll
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  static void start() {
    stack = ComposeStack.shared();
    client = stack.client();
    api = stack.api();
  }

  private static JsonNode document(String path) {
    return api.get(stack.tlsPort(), path).body();
  }

  private static TestDevice device(String id) {
    return stack.device(api, client, id);
  }

  @Test
  void sendsEachPathToItsService() throws Exception {
    // Given: the log has the method, which may be any word, and the service.
    UrlMap map = UrlMap.read();
    List<String> paths = new ArrayList<>(UrlMap.BORDERS);
    map.routes().forEach(route -> paths.add(route.examplePath()));
    List<String> expected = new ArrayList<>();

    // When
    for (int i = 0; i < paths.size(); i++) {
      request("MAP" + i, paths.get(i), Map.of());
      expected.add("MAP" + i + " " + map.routeOf(paths.get(i)).orElseThrow().service());
    }

    // Then
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(routed(stack.log("haproxy"))).containsAll(expected));
  }

  /// Method and back end of each request.
  private static Set<String> routed(String log) {
    return log.lines()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields.length > 10)
        .map(
            fields ->
                Arrays.stream(fields)
                        .filter(field -> field.startsWith("MAP"))
                        .findFirst()
                        .orElse("")
                    + " "
                    + fields[3].replaceAll("/.*", ""))
        .collect(Collectors.toSet());
  }

  private static HttpResponse<String> request(
      String method, String path, Map<String, String> headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + stack.tlsPort() + path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + stack.adminKey())
            .method(method, HttpRequest.BodyPublishers.noBody());
    headers.forEach(request::header);
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void takesCertificatesFromTheProxyAlone() throws Exception {
    // Given
    device("spoofed");
    new OpenSsl(directory).request("spoofed");
    String csr = Files.readString(directory.resolve("spoofed.csr")).replace("\n", "\\n");
    Api.Answer issued =
        api.post(stack.tlsPort(), DEVICES + "/spoofed/certificates", "{\"csr\":\"" + csr + "\"}");
    assertThat(issued.status()).isEqualTo(201);
    String pem = issued.body().path("certificate").asText();
    TestDevice thief =
        TestDevice.certified(client, "spoofed", pem.replaceAll("-----[^-]+-----|\\s", ""));

    // When
    var connected = thief.connect(stack.door(), TokenPlace.HEADER);

    // Then
    assertThat(connected)
        .failsWithin(PATIENCE)
        .withThrowableThat()
        .havingRootCause()
        .withMessageContaining("401");
  }

  @Test
  void takesAddressesOfCallersFromTheProxyAlone() {
    // Given
    String path = DEVICES + "/from-elsewhere";
    device("from-elsewhere");

    // When
    api.delete(stack.tlsPort(), path, Map.of("X-Forwarded-For", "203.0.113.9"));

    // Then
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(document("/api/v1/audit?action=deleteDevice&target=" + path).toString())
                    .contains("\"address\":\"")
                    .doesNotContain("203.0.113.9")
                    .doesNotContain("\"" + stack.proxyAddress() + "\""));
  }

  @Test
  void sendsPlainHttpElsewhereAndRefusesItForDevices() throws Exception {
    // Given
    String plain = "http://127.0.0.1:" + stack.plainPort();

    // When
    HttpResponse<String> page = plain(plain + "/api/v1/devices?limit=1");
    HttpResponse<String> door = plain(plain + "/connect?token=secret");

    // Then
    assertThat(page.statusCode()).isEqualTo(308);
    assertThat(page.headers().firstValue("Location"))
        .contains("https://127.0.0.1:" + stack.tlsPort() + "/api/v1/devices?limit=1");
    assertThat(door.statusCode()).isEqualTo(403);
  }

  private static HttpResponse<String> plain(String address) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
  }

  /// With `docker-compose.dense.yml`, and back again.
  @Test
  void passesTheTlsOfDevicesOnByTheirName() {
    // Given
    String name = "devices.localhost";
    TestDevice device = device("dense");
    try (NameServer names = new NameServer().with(name, "127.0.0.1");
        EdgeDevices devices = new EdgeDevices(stack.authority(), names, UnaryOperator.identity())) {
      // When
      stack.compose("-f", "docker-compose.yml", "-f", "docker-compose.dense.yml", "up", "--detach");
      await().atMost(PATIENCE).until(() -> stack.gatewaysInUse("devices") > 0);

      // Then
      EdgeDevices.joined(devices.connect(name, stack.tlsPort(), Optional.of(device.token())))
          .bringEvent();
      assertThat(document(DEVICES + "/dense").path("id").asText()).isEqualTo("dense");
    } finally {
      stack.up();
    }
  }

  @Test
  void logsNoTokenAndNoQuery() throws Exception {
    // Given
    TestDevice device = device("discreet");
    String mark = "mark-" + UUID.randomUUID();
    long before = tunnels();

    // When
    for (TokenPlace place : TokenPlace.values()) {
      device.connect(stack.door(), place).get(30, TimeUnit.SECONDS);
      device.disconnect();
    }
    request("GET", "/" + device.token() + "?query=" + mark, Map.of());
    request("GET", "/api/v1/devices/" + device.token() + "?query=" + mark, Map.of());
    request("LAST", "/api/v1/devices", Map.of());

    // Then
    await().atMost(PATIENCE).until(() -> tunnels() >= before + TokenPlace.values().length);
    await().atMost(PATIENCE).until(() -> stack.log("haproxy").contains(" LAST /api/v1/devices "));
    assertThat(stack.log("haproxy"))
        .doesNotContain(mark)
        .doesNotContain(device.token())
        .doesNotContain(device.token().substring(device.token().length() - 20))
        .doesNotContain("query=");
  }

  /// How many devices have come and gone.
  private static long tunnels() {
    return stack.log("haproxy").lines().filter(line -> line.contains(" GET /connect ")).count();
  }
}
