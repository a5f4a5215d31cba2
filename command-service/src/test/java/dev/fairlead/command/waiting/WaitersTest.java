package dev.fairlead.command.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.waiting.Waiters.Waiter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WaitersTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Waiters waiters = new Waiters(2, meters);
  private final CommandId command = CommandId.random();

  @Test
  void wakesEverybodyWhoWaitsForTheCommand() throws InterruptedException {
    // Given
    Waiter first = waiters.enter(command).orElseThrow();
    Waiter second = waiters.enter(command).orElseThrow();

    // When
    waiters.wake(List.of(command));

    // Then
    assertThat(first.await(LONG)).isTrue();
    assertThat(second.await(LONG)).isTrue();
  }

  @Test
  void wakesNobodyElse() throws InterruptedException {
    // Given
    Waiter other = waiters.enter(CommandId.random()).orElseThrow();

    // When
    waiters.wake(List.of(command));

    // Then
    assertThat(other.await(Duration.ZERO)).isFalse();
  }

  @Test
  void hasAsManyPlacesAsItWasGiven() {
    // Given
    Waiter first = waiters.enter(command).orElseThrow();
    Optional<Waiter> second = waiters.enter(command);
    Optional<Waiter> third = waiters.enter(command);

    // When
    first.close();
    Optional<Waiter> afterwards = waiters.enter(command);

    // Then
    assertThat(second).isPresent();
    assertThat(third).isEmpty();
    assertThat(afterwards).isPresent();
    assertThat(meters.get("command.waiters").gauge().value()).isEqualTo(2);
  }

  @Test
  void forgetsCommandsThatNobodyWaitsForAnyMore() {
    // Given
    Waiter waiter = waiters.enter(command).orElseThrow();

    // When
    waiter.close();

    // Then
    assertThat(waiters.awaited()).isEmpty();
  }

  @Test
  void letsNobodyWaitOnceItIsClosed() throws InterruptedException {
    // Given
    Waiter waiter = waiters.enter(command).orElseThrow();

    // When
    waiters.close();

    // Then
    assertThat(waiter.await(LONG)).isTrue();
    assertThat(waiters.enter(command)).isEmpty();
  }
}
