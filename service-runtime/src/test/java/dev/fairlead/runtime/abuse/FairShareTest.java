package dev.fairlead.runtime.abuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FairShareTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final FairShare share = new FairShare(2);

  @Test
  void givesEachItsOwnPlaces() {
    // When
    boolean first = share.take("acme");
    boolean second = share.take("acme");
    boolean third = share.take("acme");
    boolean another = share.take("umbrella");

    // Then
    assertThat(first).isTrue();
    assertThat(second).isTrue();
    assertThat(third).isFalse();
    assertThat(another).isTrue();
  }

  @Test
  void givesPlaceThatWasGivenBackToWhoWaits() {
    // Given
    share.take("acme");
    share.take("acme");
    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> waits(LONG));

    // When
    share.give("acme");

    // Then
    assertThat(waiting.join()).isTrue();
    assertThat(share.take("acme")).isFalse();
  }

  @Test
  void waitsNoLongerThanAsked() {
    // Given
    share.take("acme");
    share.take("acme");

    // When
    boolean taken = waits(Duration.ofMillis(1));

    // Then
    assertThat(taken).isFalse();
  }

  @Test
  void keepsNothingOfThoseWhoHaveNothing() {
    // Given
    share.take("acme");
    share.take("acme");
    share.take("acme");
    waits(Duration.ofMillis(1));

    // When
    share.give("acme");
    share.give("acme");

    // Then
    assertThat(share.size()).isZero();
    assertThatThrownBy(() -> share.give("acme")).isInstanceOf(NullPointerException.class);
  }

  private boolean waits(Duration longest) {
    try {
      return share.await("acme", longest);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
