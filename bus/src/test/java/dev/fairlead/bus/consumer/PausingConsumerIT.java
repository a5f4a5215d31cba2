package dev.fairlead.bus.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusFixture;
import dev.fairlead.bus.Topic;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PausingConsumerIT {
  private final BusFixture fixture = new BusFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void waitsForNothingOnceItIsToEnd() throws Exception {
    // Given
    try (PausingConsumer consumer =
        new PausingConsumer(
            ConsumerProperties.tail(fixture.settings()), partitions -> {}, partitions -> {})) {
      TopicPartition partition = new TopicPartition(fixture.settings().nameOf(Topic.EVENTS), 0);
      consumer.assign(Set.of(partition));
      consumer.seek(partition, 0);
      CompletableFuture<ConsumerRecords<byte[], byte[]>> polled =
          CompletableFuture.supplyAsync(() -> consumer.poll(Duration.ofHours(1)));

      // When
      consumer.release(partition);
      consumer.end();

      // Then
      assertThat(polled.get(20, TimeUnit.SECONDS).isEmpty()).isTrue();
    }
  }
}
