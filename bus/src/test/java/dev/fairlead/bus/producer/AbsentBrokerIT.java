package dev.fairlead.bus.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.embedded.testing.OwnKafka;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AbsentBrokerIT {

  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /// The client has tried to connect in vain several times by then.
  private static final Duration ABSENCE = Duration.ofSeconds(6);

  private final OwnKafka kafka = OwnKafka.start();
  private final BusFixture fixture = new BusFixture(kafka);

  @AfterEach
  void close() {
    fixture.close();
    kafka.close();
  }

  private static BusRecord record(int number) {
    return BusRecord.keyed(Topic.EVENTS, "default/a" + number, Map.of(), new byte[1]);
  }

  /// A client that forgets the partitions waits for them on the caller's thread, and gives the
  /// record up then.
  @Test
  void takesRecordsWhileNoBrokerCanBeReachedAndWritesThemOnceOneCan() {
    // Given
    BusProducer producer = fixture.producer();
    producer.send(record(0)).await();
    kafka.kill();

    // When
    long killed = System.nanoTime();
    List<Future<Position>> sent = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              sent.add(producer.send(record(sent.size())));
              return System.nanoTime() - killed > ABSENCE.toNanos();
            });

    // Then
    assertThat(sent).noneMatch(Future::isComplete);
    kafka.restart();
    await().atMost(PATIENCE).until(() -> sent.stream().allMatch(Future::succeeded));
  }
}
