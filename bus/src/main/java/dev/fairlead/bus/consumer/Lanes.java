package dev.fairlead.bus.consumer;

import dev.fairlead.bus.BusAdmin.LogBounds;
import dev.fairlead.bus.BusAdmin.TopicState;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// The partitions that a [GroupConsumer] has now, of its one topic. Confined to its context.
final class Lanes {

  private final String topicName;
  private final Map<Integer, Lane> lanes = new HashMap<>();

  Lanes(String topicName) {
    this.topicName = topicName;
  }

  void assigned(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> lanes.put(partition.partition(), new Lane()));
  }

  void revoked(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      Lane lane = lanes.remove(partition.partition());
      if (lane != null) {
        lane.revoke();
      }
    }
  }

  /// The lane of a partition, if it is ours and records of it may be handled.
  @Nullable Lane placed(int partition) {
    Lane lane = lanes.get(partition);
    return lane != null && lane.isPlaced() ? lane : null;
  }

  /// Those of which [Offsets] must be asked where to begin.
  Map<Integer, Lane> unplaced() {
    Map<Integer, Lane> unplaced = new HashMap<>(lanes);
    unplaced.values().removeIf(lane -> !lane.isToBePlaced());
    return unplaced;
  }

  TopicPartition place(int partition) {
    return new TopicPartition(topicName, partition);
  }

  /// What the broker says of the logs, as far as they are those that were read.
  TopicState valid(TopicState state) {
    Map<Integer, LogBounds> bounds = new HashMap<>(state.bounds());
    bounds.replaceAll(
        (partition, found) -> {
          Lane lane = lanes.get(partition);
          return lane == null ? found : lane.valid(found);
        });
    return new TopicState(state.topicId(), bounds);
  }

  /// Gives up the places that are not in the log any more.
  ///
  /// @return those that are ours
  Set<TopicPartition> lose(OffsetOutOfRangeException cause) {
    Set<TopicPartition> lost = new HashSet<>();
    for (TopicPartition place : cause.offsetOutOfRangePartitions().keySet()) {
      Lane lane = lanes.get(place.partition());
      if (lane != null) {
        lane.lose(validEnd(cause, place));
        lost.add(place);
      }
    }
    return lost;
  }

  /// Up to where the log is still the one that was read; a broker that lost its end may have grown
  /// a new one meanwhile.
  private static long validEnd(OffsetOutOfRangeException cause, TopicPartition place) {
    if (cause instanceof LogTruncationException truncation) {
      OffsetAndMetadata divergent = truncation.divergentOffsets().get(place);
      return divergent == null ? 0 : divergent.offset();
    }
    return Long.MAX_VALUE;
  }

  /// How far we are where Kafka has not been told; counts as told from then on.
  Map<TopicPartition, OffsetAndMetadata> claimCommits() {
    Map<TopicPartition, OffsetAndMetadata> reached = new HashMap<>();
    lanes.forEach(
        (partition, lane) -> {
          if (lane.claimCommit()) {
            reached.put(place(partition), new OffsetAndMetadata(lane.next()));
          }
        });
    return reached;
  }
}
