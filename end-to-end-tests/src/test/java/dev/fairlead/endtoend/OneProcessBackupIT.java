package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.FairleadUp;
import dev.fairlead.endtoend.harness.TestDevice;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `docs/backup.md` says of one process: stop it, copy its directory as a whole, start it on
/// the copy, be it at another place.
@Tag("slow")
class OneProcessBackupIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String DEVICES = "/api/v1/devices";

  @TempDir private Path directory;

  private static void stop(FairleadUp up) throws InterruptedException {
    up.terminate();
    assertThat(up.await(PATIENCE)).isTrue();
  }

  private static void tar(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("tar"));
    command.addAll(List.of(arguments));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private static JsonNode get(FairleadUp up, String path) {
    return up.api().get(up.port(), path).body();
  }

  @Test
  void comesBackAtAnotherPlaceFromACopyOfItsDirectory() throws Exception {
    // Given
    Path data = Files.createDirectories(directory.resolve("first"));
    Path copy = directory.resolve("fairlead.tgz");
    String token;
    String waiting;
    JsonNode twin;
    String authority;
    try (FairleadUp up = FairleadUp.start(data, FairleadUp.freePort(), "--no-agent")) {
      Api.Answer made = up.api().post(up.port(), DEVICES, "{\"id\":\"sleeper\"}");
      token = made.body().path("token").asText();
      waiting =
          up.api()
              .post(up.port(), DEVICES + "/sleeper/commands", "{\"kind\":\"ping\"}")
              .body()
              .path("id")
              .asText();
      up.api().put(up.port(), DEVICES + "/sleeper/twin/desired", "{\"target\":21}");
      twin = get(up, DEVICES + "/sleeper/twin").path("desired").path("document");
      authority = Files.readString(data.resolve("tls").resolve("ca.pem"));
      stop(up);
    }

    // When
    tar("--create", "--gzip", "--file", copy.toString(), "--directory", data.toString(), ".");
    Path elsewhere = Files.createDirectories(directory.resolve("second"));
    tar("--extract", "--gzip", "--file", copy.toString(), "--directory", elsewhere.toString());

    // Then
    try (FairleadUp up = FairleadUp.start(elsewhere, FairleadUp.freePort(), "--no-agent");
        HttpClient client = HttpClient.newHttpClient()) {
      assertThat(get(up, DEVICES + "/sleeper/twin").path("desired").path("document"))
          .isEqualTo(twin)
          .isNotEmpty();
      assertThat(Files.readString(elsewhere.resolve("tls").resolve("ca.pem"))).isEqualTo(authority);
      TestDevice device = new TestDevice(client, "sleeper", token);
      device.connect(up.port()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  get(up, "/api/v1/commands/" + waiting)
                      .path("state")
                      .asText()
                      .equals("succeeded"));
      assertThat(device.run()).containsExactly(waiting);
      device.cut();
    }
  }
}
