package dev.fairlead.agent.machine;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RepeaterTest {

  private final AtomicInteger rounds = new AtomicInteger();

  @Test
  void goesOnAfterARoundThatFailed() {
    // Given
    Runnable action =
        () -> {
          if (rounds.incrementAndGet() == 1) {
            throw new IllegalStateException("of all things");
          }
        };

    // When
    try (Repeater repeater = new Repeater("test", Duration.ofMillis(1), action)) {
      repeater.start();

      // Then
      await().until(() -> rounds.get() > 2);
    }
  }

  @Test
  void takesANewIntervalForTheWaitThatGoesOn() {
    // Given
    try (Repeater repeater = new Repeater("test", Duration.ofDays(1), rounds::incrementAndGet)) {
      repeater.start();
      await().until(() -> rounds.get() == 1);

      // When
      repeater.interval(Duration.ofMillis(1));

      // Then
      await().until(() -> rounds.get() > 2);
    }
  }

  @Test
  void doesNothingOnceClosed() {
    // Given
    Repeater repeater = new Repeater("test", Duration.ofMillis(1), rounds::incrementAndGet);
    repeater.start();
    await().until(() -> rounds.get() > 0);

    // When
    repeater.close();

    // Then
    int then = rounds.get();
    await().during(Duration.ofMillis(50)).until(() -> rounds.get() == then);
  }
}
