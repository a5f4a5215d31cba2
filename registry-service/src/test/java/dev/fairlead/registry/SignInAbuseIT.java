package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.abuse.FailureLimit;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// People who try keys where one signs in.
class SignInAbuseIT {

  private static int signIn(RegistryFixture registry, String key) {
    return await(
            registry.send(
                HttpMethod.POST,
                "/api/v1/sign-in/key",
                Map.of("Content-Type", "application/json", "Sec-Fetch-Site", "same-origin"),
                new JsonObject().put("key", key).toBuffer()))
        .statusCode();
  }

  @Test
  void bansTheAddressForWrongKeysButLetsTheRightOneIn() {
    // Given
    FailureLimit.Rule two = new FailureLimit.Rule(2, Duration.ofMinutes(5), 64);
    try (RegistryFixture registry =
        new RegistryFixture(config -> config.withApi(config.api().withSignIns(two)))) {

      // When
      Stream<Integer> tried =
          Stream.of("wrong-1", "wrong-2", "wrong-3", RegistryFixture.ADMIN_KEY)
              .map(key -> signIn(registry, key));

      // Then
      assertThat(tried).containsExactly(401, 401, 429, 200);
    }
  }
}
