package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static dev.fairlead.registry.RegistryFixture.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.http.ApiSettings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Devices, or who says so, that ask to be let in too often from one address.
class EnrolmentAbuseIT {

  private static final String ENROLMENTS = "/api/v1/enrolments";
  private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
  private static final String WRONG = "flp_" + "x".repeat(43);

  private static RegistryFixture registry(UnaryOperator<ApiSettings> change) {
    return new RegistryFixture(config -> config.withApi(change.apply(config.api())));
  }

  private static String goodKey(RegistryFixture registry) {
    return json(registry.request(
            HttpMethod.POST,
            "/api/v1/provisioning-keys",
            new JsonObject().put("name", "a key").put("accept", "always")))
        .getString("key");
  }

  private static HttpResponse<Buffer> enrol(RegistryFixture registry, String key) {
    JsonObject body = new JsonObject().put("key", key);
    return await(registry.send(HttpMethod.POST, ENROLMENTS, JSON, body.toBuffer()));
  }

  private static HttpResponse<Buffer> claim(RegistryFixture registry) {
    JsonObject body = new JsonObject().put("secret", "flc_" + "x".repeat(43));
    String path = ENROLMENTS + "/" + UUID.randomUUID() + "/claim";
    return await(registry.send(HttpMethod.POST, path, JSON, body.toBuffer()));
  }

  private static void assertTooMany(HttpResponse<Buffer> answer, int secondsMax) {
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(json(answer).getString("type")).endsWith("/too-many-requests");
    assertThat(Integer.parseInt(answer.getHeader("Retry-After"))).isBetween(1, secondsMax);
  }

  @Test
  void bansTheAddressForWrongKeysAndClaimSecretsButLetsTheGoodOnesIn() {
    // Given
    FailureLimit.Rule two = new FailureLimit.Rule(2, Duration.ofMinutes(5), 64);
    try (RegistryFixture registry = registry(api -> api.withSignIns(two))) {
      String good = goodKey(registry);
      assertThat(enrol(registry, WRONG).statusCode()).isEqualTo(401);
      assertThat(claim(registry).statusCode()).isEqualTo(404);

      // When
      HttpResponse<Buffer> wrongKey = enrol(registry, WRONG);
      HttpResponse<Buffer> wrongClaim = claim(registry);
      HttpResponse<Buffer> goodKey = enrol(registry, good);

      // Then
      assertTooMany(wrongKey, 300);
      assertTooMany(wrongClaim, 300);
      assertThat(goodKey.statusCode()).isEqualTo(201);
    }
  }

  @Test
  void limitsHowOftenAnAddressMayAskWithWhatever() {
    // Given
    try (RegistryFixture registry = registry(api -> api.withOpenCalls(20))) {
      String good = goodKey(registry);
      assertThat(enrol(registry, good).statusCode()).isEqualTo(201);
      assertThat(enrol(registry, good).statusCode()).isEqualTo(201);

      // When
      HttpResponse<Buffer> onePast = enrol(registry, good);
      HttpResponse<Buffer> withAKey = registry.request(HttpMethod.GET, ENROLMENTS);

      // Then
      assertTooMany(onePast, 3);
      assertThat(withAKey.statusCode()).isEqualTo(200);
    }
  }
}
