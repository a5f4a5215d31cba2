package dev.fairlead.registry;

import static dev.fairlead.registry.RegistryFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.registry.signin.ClaimRules;
import dev.fairlead.registry.signin.ProviderSettings;
import dev.fairlead.registry.signin.SessionRules;
import dev.fairlead.registry.signin.SignInSettings;
import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.http.PublicSite;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private static int comeBack(RegistryFixture registry) {
    return await(
            registry.send(
                HttpMethod.GET,
                "/api/v1/sign-in/callback?code=made-up&state=made-up",
                Map.of(),
                Buffer.buffer()))
        .statusCode();
  }

  private static SignInSettings withProvider() {
    URI nowhere = URI.create("http://127.0.0.1:1");
    return new SignInSettings(
        new PublicSite(Optional.empty()),
        SessionRules.defaults(),
        Optional.of(
            new ProviderSettings(
                nowhere, "fairlead", Optional.empty(), List.of(), nowhere, ClaimRules.none())));
  }

  @Test
  void bansTheAddressForSignInsThatFail() {
    // Given
    FailureLimit.Rule two = new FailureLimit.Rule(2, Duration.ofMinutes(5), 64);
    try (RegistryFixture registry =
        new RegistryFixture(
            config -> config.withSignIn(withProvider()).withApi(config.api().withSignIns(two)))) {

      // When
      List<Integer> failed = Stream.generate(() -> comeBack(registry)).limit(3).toList();
      int wrongKey = signIn(registry, "wrong");

      // Then
      assertThat(failed).containsExactly(400, 400, 429);
      assertThat(wrongKey).isEqualTo(429);
    }
  }

  @Test
  void limitsTheCallsOfTheCallbackByAddress() {
    // Given
    try (RegistryFixture registry =
        new RegistryFixture(
            config -> config.withSignIn(withProvider()).withApi(config.api().withOpenCalls(20)))) {

      // When
      List<Integer> answers = Stream.generate(() -> comeBack(registry)).limit(3).toList();

      // Then
      assertThat(answers).containsExactly(400, 400, 429);
    }
  }
}
