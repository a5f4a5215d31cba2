package dev.fairlead.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void doublesFromTheFirstWaitToTheLongest() {
    // Given
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(350));

    // Then
    assertThat(backoff.nextMillis()).isBetween(50L, 100L);
    assertThat(backoff.nextMillis()).isBetween(100L, 200L);
    assertThat(backoff.nextMillis()).isBetween(175L, 350L);
    assertThat(backoff.nextMillis()).isBetween(175L, 350L);
  }

  @Test
  void beginsAnewAfterASuccess() {
    // Given
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));
    backoff.nextMillis();
    backoff.nextMillis();

    // When
    backoff.reset();

    // Then
    assertThat(backoff.nextMillis()).isBetween(50L, 100L);
  }
}
