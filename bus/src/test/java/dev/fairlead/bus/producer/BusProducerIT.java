package dev.fairlead.bus.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BusProducerIT {

  private static final int INBOX_PARTITIONS = 2;

  private final BusFixture fixture = new BusFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static BusRecord mail(int partition) {
    return BusRecord.addressed(Topic.INBOX, partition, "default/a", Map.of(), new byte[1]);
  }

  @Test
  void refusesPartitionThatIsNotThereWithoutWaitingForIt() {
    // Given
    fixture.producer().send(mail(INBOX_PARTITIONS - 1)).await();

    // When
    Future<Position> beyond = fixture.producer().send(mail(INBOX_PARTITIONS));

    // Then
    assertThat(beyond.isComplete()).isTrue();
    assertThat(beyond.cause()).isInstanceOf(UnsendableRecordException.class);
  }

  @Test
  void refusesRecordThatIsTooLarge() {
    // Given
    BusRecord large =
        BusRecord.keyed(Topic.EVENTS, "default/a", Map.of(), new byte[2 * 1024 * 1024]);

    // When
    Future<Position> sent = fixture.producer().send(large);

    // Then
    await().until(sent::isComplete);
    assertThat(sent.cause()).isInstanceOf(UnsendableRecordException.class);
  }

  @Test
  void isNotMadeWhereNoBrokerTellsThePartitions() {
    // Given
    BusSettings nobody =
        new BusSettings("127.0.0.1:1", "PLAINTEXT", "", Optional.empty(), "nobody.", 1, 1, 1, 1);
    Vertx vertx = Vertx.vertx();
    fixture.closing(() -> vertx.close().await());

    // When
    Future<BusProducer> made =
        BusProducer.create(
            vertx,
            nobody,
            ProducerProfile.PROMPT,
            1_000,
            EnumSet.of(Topic.INBOX, Topic.AUDIT),
            new SimpleMeterRegistry());

    // Then
    await().until(made::isComplete);
    assertThat(made.failed()).isTrue();
  }

  @Test
  void refusesTopicThatItWasNotMadeFor() {
    // Given
    BusProducer producer =
        fixture.bus().producer(ProducerProfile.PROMPT, 1_000, EnumSet.of(Topic.EVENTS)).await();
    fixture.closing(() -> producer.close().await());

    // Then
    assertThatThrownBy(() -> producer.send(mail(0))).isInstanceOf(IllegalStateException.class);
  }
}
