package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.AgentJar;
import dev.fairlead.endtoend.harness.FairleadUp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our agent, unknown and with a provisioning key, over TLS.
@Tag("slow")
class EnrolmentJourneyIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path directory;

  @Test
  void becomesADeviceOnceAPersonSaysSoAndConnects() throws Exception {
    try (FairleadUp up = FairleadUp.start(directory.resolve("data"), FairleadUp.freePort())) {
      // Given
      String key =
          up.api()
              .post(
                  up.port(),
                  "/api/v1/provisioning-keys",
                  "{\"name\":\"Workshop\",\"accept\":\"by-hand\",\"tags\":{\"lot\":\"spring\"}}")
              .body()
              .path("key")
              .asText();
      Path keyFile = Files.writeString(directory.resolve("key"), key);
      Map<String, String> settings =
          Map.of(
              "FAIRLEAD_AGENT_URL",
              "wss://localhost:" + (up.port() + 363) + "/connect",
              "FAIRLEAD_AGENT_CA_FILE",
              directory.resolve("data/tls/ca.pem").toString(),
              "FAIRLEAD_AGENT_PROVISIONING_KEY_FILE",
              keyFile.toString(),
              "FAIRLEAD_AGENT_DEVICE_ID",
              "newcomer");
      try (AgentJar agent = AgentJar.start(settings, directory)) {
        await().atMost(PATIENCE).until(() -> !enrolments(up).isEmpty());
        JsonNode waiting = enrolments(up).get(0);
        assertThat(waiting.path("deviceId").asText()).isEqualTo("newcomer");
        assertThat(device(up).path("id").isMissingNode()).isTrue();

        // When
        up.api()
            .post(up.port(), "/api/v1/enrolments/" + waiting.path("id").asText() + "/accept", "{}");

        // Then
        await().atMost(PATIENCE).until(() -> device(up).at("/presence/online").asBoolean());
        assertThat(agent.isAlive()).isTrue();
        assertThat(device(up).at("/tags/lot").asText()).isEqualTo("spring");
      }
    }
  }

  private static JsonNode enrolments(FairleadUp up) {
    return up.api().get(up.port(), "/api/v1/enrolments").body().path("items");
  }

  private static JsonNode device(FairleadUp up) {
    return up.api().get(up.port(), "/api/v1/devices/newcomer").body();
  }
}
