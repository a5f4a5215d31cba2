package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.FairleadUp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./fairlead up`, as a new user runs it.
@Tag("slow")
class LauncherIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private static Path directory;

  /// Of the tests that leave it as it is.
  private static FairleadUp up;

  @BeforeAll
  static void start() {
    up = FairleadUp.start(directory.resolve("one"), FairleadUp.freePort());
  }

  @AfterAll
  static void stop() {
    up.close();
  }

  private static JsonNode device(FairleadUp up, String id) {
    return up.api().get(up.port(), "/api/v1/devices/" + id).body();
  }

  private static String agentDevice(FairleadUp up) {
    JsonNode items = up.api().get(up.port(), "/api/v1/devices").body().path("items");
    assertThat(items).hasSize(1);
    return items.get(0).path("id").asText();
  }

  @Test
  void runsTheWholeProductAndStopsCleanlyAndKeepsItsData() throws Exception {
    int port = FairleadUp.freePort();
    String made;
    try (FairleadUp first = FairleadUp.start(directory.resolve("kept"), port)) {
      // Given
      String agent = agentDevice(first);
      await()
          .atMost(PATIENCE)
          .until(() -> device(first, agent).path("presence").path("online").asBoolean());
      await()
          .atMost(PATIENCE)
          .until(() -> !device(first, agent).path("telemetry").path("values").isEmpty());

      // When
      Api.Answer ping =
          first
              .api()
              .post(
                  port,
                  "/api/v1/devices/" + agent + "/commands?wait=10s",
                  "{\"kind\":\"exec\",\"body\":{\"argv\":[\"uname\",\"-s\"]}}");
      made =
          first
              .api()
              .post(port, "/api/v1/devices", "{\"id\":\"kept\",\"name\":\"to be kept\"}")
              .body()
              .path("id")
              .asText();
      List<Long> children = first.descendants();
      first.terminate();

      // Then
      assertThat(ping.status()).isEqualTo(200);
      assertThat(ping.body().toString()).contains("Linux");
      assertThat(first.await(Duration.ofSeconds(20))).isTrue();
      assertThat(children).isNotEmpty().noneMatch(FairleadUp::isAlive);
    }
    try (FairleadUp again = FairleadUp.start(directory.resolve("kept"), port)) {
      assertThat(device(again, made).path("name").asText()).isEqualTo("to be kept");
    }
  }

  @Test
  void saysInOneLineThatTheDirectoryOrThePortIsTaken() throws Exception {
    // When
    FairleadUp.Failure sameDirectory =
        FairleadUp.fails(directory.resolve("one"), FairleadUp.freePort());
    FairleadUp.Failure samePort = FairleadUp.fails(directory.resolve("two"), up.port());

    // Then
    assertThat(sameDirectory.exitCode()).isEqualTo(1);
    assertThat(sameDirectory.errors()).singleElement().asString().contains("in use");
    assertThat(samePort.exitCode()).isEqualTo(1);
    assertThat(samePort.errors()).singleElement().asString().contains("port " + up.port());
    assertThat(up.api().get(up.port(), "/api/v1/devices").status()).isEqualTo(200);
  }

  @Test
  void answersTheSameOverTlsWithACertificateOfItsOwn() throws Exception {
    // Given
    Path data = directory.resolve("one");

    // When
    Process curl =
        new ProcessBuilder(
                "curl",
                "-s",
                "--cacert",
                data.resolve("tls").resolve("ca.pem").toString(),
                "-H",
                "Authorization: Bearer " + Files.readString(data.resolve("admin-key")).strip(),
                "https://localhost:" + (up.port() + 363) + "/api/v1/devices")
            .redirectErrorStream(true)
            .start();
    String answer =
        new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

    // Then
    assertThat(curl.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(answer).contains("\"items\"");
    assertThat(up.isAlive()).isTrue();
  }

  @Test
  void bindsPlainHttpToTheLoopbackAddressAlone() throws Exception {
    // When
    List<String> listening = up.listeningAddresses();

    // Then
    assertThat(listening).isNotEmpty();
    assertThat(listening)
        .filteredOn(address -> !address.startsWith("127.0.0.1:"))
        .allMatch(address -> address.endsWith(":" + (up.port() + 363)));
  }
}
