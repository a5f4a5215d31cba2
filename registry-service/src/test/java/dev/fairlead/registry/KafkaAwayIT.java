package dev.fairlead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Topic;
import dev.fairlead.embedded.testing.OwnKafka;
import dev.fairlead.embedded.testing.TestBackends;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class KafkaAwayIT {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @Test
  void answersNoSuccessBeforeTheBusHasItAndSaysItAfterwards() {
    try (OwnKafka kafka = OwnKafka.start();
        RegistryFixture registry =
            new RegistryFixture(
                RegistryFixture.database(),
                new TestBackends.Kafka(kafka.bootstrapServers(), Map.of()))) {
      // Given
      registry.createDevice("there");
      kafka.freeze();

      // When
      var made =
          registry.request(
              HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", "patient"));
      var deleted = registry.request(HttpMethod.DELETE, "/api/v1/devices/there");
      var shown = registry.request(HttpMethod.GET, "/api/v1/devices?limit=1");
      kafka.thaw();

      // Then
      assertThat(made.statusCode()).isEqualTo(503);
      assertThat(made.getHeader("Content-Type")).startsWith("application/problem+json");
      assertThat(deleted.statusCode()).isEqualTo(503);
      assertThat(shown.statusCode()).isEqualTo(200);
      Awaitility.await()
          .atMost(TIMEOUT)
          .untilAsserted(
              () ->
                  assertThat(registry.heard(Topic.DEVICES))
                      .extracting(record -> record.key() + (record.value() == null ? " gone" : ""))
                      .contains("default/patient", "default/there gone"));
    }
  }
}
