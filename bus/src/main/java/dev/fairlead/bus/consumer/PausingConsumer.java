package dev.fairlead.bus.consumer;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// A consumer whose new partitions begin paused, until their start has been looked up. Vert.x tells
/// of an assignment only later, on another thread, when the first poll may already have read from
/// the wrong place; here it happens inside the poll. A partition that brought records is paused
/// until it is released.
final class PausingConsumer extends KafkaConsumer<byte[], byte[]> {

  private final Consumer<Collection<TopicPartition>> assigned;
  private final Consumer<Collection<TopicPartition>> revoked;
  private final Queue<TopicPartition> released = new ConcurrentLinkedQueue<>();
  private final Set<TopicPartition> behind = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

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

  /// Lets a partition be read on. To be called on any thread; ends the wait of a poll.
  void release(TopicPartition partition) {
    released.add(partition);
    wakeup();
  }

  /// Whether there was more of a partition than its last records. For any thread.
  boolean isBehind(TopicPartition partition) {
    return behind.contains(partition);
  }

  /// Ends the wait of a poll, and lets none wait from now on, so that a close need not either. For
  /// any thread.
  void end() {
    ended = true;
    wakeup();
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    for (long left = timeout.toNanos(); left > 0 && !ended; left = end - System.nanoTime()) {
      resumeReleased();
      try {
        ConsumerRecords<byte[], byte[]> records = super.poll(Duration.ofNanos(left));
        pause(records.partitions());
        records.partitions().forEach(this::look);
        return records;
      } catch (WakeupException _) {
        // Something was released, or all is to end.
      }
    }
    return ConsumerRecords.empty();
  }

  /// A release in the middle of it is one for the next poll.
  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
    try {
      super.commitSync(offsets);
    } catch (WakeupException _) {
      super.commitSync(offsets);
    }
  }

  private void look(TopicPartition partition) {
    if (currentLag(partition).orElse(0) > 0) {
      behind.add(partition);
    } else {
      behind.remove(partition);
    }
  }

  private void resumeReleased() {
    Set<TopicPartition> ours = assignment();
    for (var partition = released.poll(); partition != null; partition = released.poll()) {
      if (ours.contains(partition)) {
        resume(Set.of(partition));
      }
    }
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
      partitions.forEach(behind::remove);
      revoked.accept(partitions);
    }
  }
}
