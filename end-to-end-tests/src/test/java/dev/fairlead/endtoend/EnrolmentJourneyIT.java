package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.agent.Agent;
import dev.fairlead.agent.AgentConfig;
import dev.fairlead.agent.enrolment.Provisioning;
import dev.fairlead.endtoend.harness.FairleadUp;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our agent, unknown and with a provisioning key, over TLS.
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
      AgentConfig config =
          AgentConfig.enrolling(
                  URI.create("wss://localhost:" + (up.port() + 363) + "/connect"),
                  new Provisioning(keyFile, "newcomer", "Newcomer"),
                  directory.resolve("agent"))
              .withCaFile(directory.resolve("data").resolve("tls").resolve("ca.pem"));
      try (Agent agent = Agent.start(config)) {
        await().until(() -> !enrolments(up).isEmpty());
        JsonNode waiting = enrolments(up).get(0);
        assertThat(waiting.path("deviceId").asText()).isEqualTo("newcomer");
        assertThat(agent.isConnected()).isFalse();

        // When
        up.api()
            .post(up.port(), "/api/v1/enrolments/" + waiting.path("id").asText() + "/accept", "{}");

        // Then
        await().atMost(PATIENCE).until(agent::isConnected);
        await().atMost(PATIENCE).until(() -> device(up).at("/presence/online").asBoolean());
        assertThat(device(up).path("name").asText()).isEqualTo("Newcomer");
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
