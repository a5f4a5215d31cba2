package dev.fairlead.bus.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.embedded.testing.OwnKafka;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How a reader of `fairlead.access` knows that it may have missed a revocation: the topic is quiet
/// for days, and a broker that is away looks the same.
class TailContactIT {

  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration QUIET = Duration.ofSeconds(6);

  private final OwnKafka kafka = OwnKafka.start();
  private final BusFixture fixture = new BusFixture(kafka);

  @AfterEach
  void close() {
    fixture.close();
    kafka.close();
  }

  @Test
  void isInContactOverQuietTopicAndOutOfItWhileTheBrokerIsAway() {
    // Given
    TopicTail tail = fixture.bus().accessTail(new AccessView(InstantSource.system()));
    fixture.closing(() -> tail.close().await());
    tail.start().await();
    long started = System.nanoTime();
    await()
        .atMost(PATIENCE)
        .until(() -> System.nanoTime() - started > QUIET.multipliedBy(2).toNanos());
    Duration quiet = tail.sinceContact();

    // When
    kafka.freeze();

    // Then
    assertThat(quiet).isLessThan(QUIET);
    await().atMost(PATIENCE).until(() -> tail.sinceContact().compareTo(QUIET.multipliedBy(2)) > 0);
    kafka.thaw();
    await().atMost(PATIENCE).until(() -> tail.sinceContact().compareTo(QUIET) < 0);
  }
}
