package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SignInsTest {

  private static final String HERE = "192.0.2.1";
  private static final Principal OWNER = new Principal("key-1", "blue", Role.VIEWER);

  private final AtomicLong now = new AtomicLong();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SignIns signIns =
      new SignIns(
          "test",
          key -> key.equals("good") ? Optional.of(OWNER) : Optional.empty(),
          new FailureLimit.Rule(2, Duration.ofMinutes(5), 64),
          now::get,
          meters);

  private static MultiMap bearer(String key) {
    return MultiMap.caseInsensitiveMultiMap().add("Authorization", "Bearer " + key);
  }

  private Problem refusal(MultiMap headers, String address) {
    return catchThrowableOfType(ProblemException.class, () -> signIns.principalOf(headers, address))
        .problem();
  }

  private double refused(String reason) {
    return meters.counter("http.sign-ins.refused", "reason", reason).count();
  }

  @Test
  void bansAnAddressForWrongKeys() {
    // Given
    refusal(bearer("bad"), HERE);
    refusal(bearer("bad"), HERE);

    // When
    Problem problem = refusal(bearer("bad"), HERE);

    // Then
    assertThat(problem.type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
    assertThat(problem.headers()).containsEntry("Retry-After", "300");
    assertThat(refused("wrong-key")).isEqualTo(2);
    assertThat(refused("banned")).isEqualTo(1);
    assertThat(meters.get("http.bans").gauge().value()).isEqualTo(1);
  }

  @Test
  void takesAGoodKeyFromABannedAddress() {
    // Given
    refusal(bearer("bad"), HERE);
    refusal(bearer("bad"), HERE);
    refusal(bearer("bad"), HERE);

    // When
    Principal principal = signIns.principalOf(bearer("good"), HERE);

    // Then
    assertThat(principal).isEqualTo(OWNER);
  }

  @Test
  void bansNoOtherAddress() {
    // Given
    refusal(bearer("bad"), HERE);
    refusal(bearer("bad"), HERE);
    refusal(bearer("bad"), HERE);

    // When
    Problem problem = refusal(bearer("bad"), "192.0.2.2");

    // Then
    assertThat(problem.type()).isEqualTo(ProblemType.UNAUTHORIZED);
  }

  @Test
  void countsNoRequestWithoutAKey() {
    // When
    for (int i = 0; i < 100; i++) {
      refusal(MultiMap.caseInsensitiveMultiMap(), HERE);
    }

    // Then
    assertThat(refusal(bearer("bad"), HERE).type()).isEqualTo(ProblemType.UNAUTHORIZED);
  }

  @Test
  void leavesNoKeyInTheHeaders() {
    // Given
    MultiMap headers = bearer("good").add("x-api-key", "good").add("Accept", "*/*");

    // When
    signIns.principalOf(headers, HERE);

    // Then
    assertThat(headers.names()).containsExactly("Accept");
  }
}
