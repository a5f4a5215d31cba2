package dev.fairlead.bus.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.TenantId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FeedWaitersTest {

  private static final TenantId TENANT = new TenantId("default");
  private static final Duration LONG = Duration.ofHours(1);

  private final Vertx vertx = Vertx.vertx();
  private final FeedWaiters waiters = new FeedWaiters(vertx, 2, 3);

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void wakesWhoSleeps() throws Exception {
    // Given
    FeedWaiters.Waiter waiter = waiters.enter(TENANT).orElseThrow();
    Future<Void> asleep = waiter.sleep(LONG);

    // When
    waiters.wake(List.of(TENANT));

    // Then
    asleep.await(10, TimeUnit.SECONDS);
    assertThat(waiter.sleep(LONG).isComplete()).isFalse();
  }

  @Test
  void remembersWakeOfWhoIsAwake() {
    // Given
    FeedWaiters.Waiter waiter = waiters.enter(TENANT).orElseThrow();

    // When
    waiters.wake(List.of(TENANT));

    // Then
    assertThat(waiter.sleep(LONG).isComplete()).isTrue();
    assertThat(waiter.sleep(LONG).isComplete()).isFalse();
  }

  @Test
  void remembersWakeOfWhoWokeBecauseTheTimeWasOver() throws Exception {
    // Given
    FeedWaiters.Waiter waiter = waiters.enter(TENANT).orElseThrow();
    waiter.sleep(Duration.ofMillis(1)).await(10, TimeUnit.SECONDS);

    // When
    waiters.wake(List.of(TENANT));

    // Then
    assertThat(waiter.sleep(LONG).isComplete()).isTrue();
  }

  @Test
  void hasSoManyPlacesAndNoMore() {
    // Given
    FeedWaiters.Waiter first = waiters.enter(TENANT).orElseThrow();
    boolean second = waiters.enter(TENANT).isPresent();

    // When
    boolean third = waiters.enter(TENANT).isPresent();
    first.close();
    first.close();

    // Then
    assertThat(second).isTrue();
    assertThat(third).isFalse();
    assertThat(waiters.count()).isEqualTo(1);
    assertThat(waiters.enter(TENANT)).isPresent();
  }
}
