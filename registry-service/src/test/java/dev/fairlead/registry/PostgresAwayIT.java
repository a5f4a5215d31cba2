package dev.fairlead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.embedded.testing.OwnPostgres;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class PostgresAwayIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @Test
  void answersUnavailableWhileFrozenAndCatchesUpAfterwards() {
    try (OwnPostgres postgres = OwnPostgres.start();
        RegistryFixture registry =
            new RegistryFixture(RegistryFixture.settingsOf(postgres.database("registry")))) {
      // Given
      registry.createDevice("patient");
      postgres.freeze();
      registry.send(
          new DeviceMessage(
                  DeviceMessage.Type.STATUS,
                  DeviceKey.of("default", "patient"),
                  new SessionId("s"),
                  new Epoch(1, 1),
                  System.currentTimeMillis(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  Headers.JSON,
                  "{\"n\":1}".getBytes(StandardCharsets.UTF_8))
              .toRecord());

      // When
      var answer = registry.request(HttpMethod.GET, "/api/v1/devices/patient");
      postgres.thaw();

      // Then
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(RegistryFixture.json(answer).getString("type")).endsWith("/unavailable");
      Awaitility.await()
          .atMost(TIMEOUT)
          .ignoreExceptions()
          .until(
              () ->
                  registry
                      .device("patient")
                      .getJsonObject("reported")
                      .equals(new JsonObject().put("n", 1)));
    }
  }
}
