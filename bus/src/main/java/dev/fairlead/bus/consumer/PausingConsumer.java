package dev.fairlead.bus.consumer;

import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// A consumer whose new partitions begin paused, until their start has been looked up. Vert.x tells
/// of an assignment only later, on another thread, when the first poll may already have read from
/// the wrong place; here it happens inside the poll.
final class PausingConsumer extends KafkaConsumer<byte[], byte[]> {

  private final Consumer<Collection<TopicPartition>> assigned;
  private final Consumer<Collection<TopicPartition>> revoked;

  /// @param assigned told of new partitions, on the polling thread
  /// @param revoked told of partitions taken away, on the polling thread
  PausingConsumer(
      Map<String, String> properties,
      Consumer<Collection<TopicPartition>> assigned,
      Consumer<Collection<TopicPartition>> revoked) {
    super(Map.copyOf(properties), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.assigned = assigned;
    this.revoked = revoked;
  }

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
    super.subscribe(topics, new PausingListener());
  }

  /// Holds new partitions back. Any position does meanwhile: without one, Kafka would look for a
  /// committed offset and fail for want of it.
  private final class PausingListener implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      pause(partitions);
      partitions.forEach(partition -> seek(partition, 0));
      assigned.accept(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      revoked.accept(partitions);
    }
  }
}
