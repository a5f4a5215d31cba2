package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SignInsTest {

  private static final String HERE = "192.0.2.1";
  private static final String ELSEWHERE = "192.0.2.2";
  private static final int FAILURES = 2;

  private final AtomicLong now = new AtomicLong();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final SignIns signIns =
      new SignIns(
          "test", new FailureLimit.Rule(FAILURES, Duration.ofMinutes(5), 64), now::get, meters);

  private double refused(String reason) {
    return meters.counter("http.keys.refused", "reason", reason).count();
  }

  private void ban() {
    IntStream.rangeClosed(0, FAILURES).forEach(i -> signIns.failed(HERE));
  }

  @Test
  void bansAnAddressForWrongKeys() {
    // Given
    for (int i = 0; i < FAILURES; i++) {
      assertThat(signIns.failed(HERE).type()).isEqualTo(ProblemType.UNAUTHORIZED);
    }

    // When
    Problem problem = signIns.failed(HERE);

    // Then
    assertThat(problem.type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
    assertThat(problem.headers()).containsEntry("Retry-After", "300");
    assertThat(refused("wrong-key")).isEqualTo(2);
    assertThat(refused("banned")).isEqualTo(1);
    assertThat(meters.get("http.bans").gauge().value()).isEqualTo(1);
  }

  @Test
  void bansNoOtherAddress() {
    // Given
    ban();

    // When
    Problem problem = signIns.failed(ELSEWHERE);

    // Then
    assertThat(problem.type()).isEqualTo(ProblemType.UNAUTHORIZED);
  }

  @Test
  void alwaysLooksAKeyUp() {
    // Given
    ban();

    // When
    long looked = IntStream.range(0, 1_000).filter(i -> signIns.mayCheck("fl_" + i, HERE)).count();

    // Then
    assertThat(looked).isEqualTo(1_000);
  }

  @Test
  void checksSoManyTokensFromBannedAddressesAndNoMore() {
    // Given
    ban();

    // When
    long here = IntStream.range(0, 1_000).filter(i -> signIns.mayCheck("a.b.c", HERE)).count();
    long elsewhere =
        IntStream.range(0, 1_000).filter(i -> signIns.mayCheck("a.b.c", ELSEWHERE)).count();

    // Then
    assertThat(here).isEqualTo(50);
    assertThat(elsewhere).isEqualTo(1_000);
  }
}
