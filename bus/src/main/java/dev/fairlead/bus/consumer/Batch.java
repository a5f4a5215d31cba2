package dev.fairlead.bus.consumer;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import java.util.List;

/// Records of one partition, in order.
///
/// @param topic that they come from
/// @param partition of that topic
/// @param first the offset that had been reached before them; the first record's may lie beyond,
///     where compaction left a hole
/// @param next the offset that will be reached when they are handled
/// @param records at least one
public record Batch(
    Topic topic, int partition, long first, long next, List<ReceivedRecord> records) {

  /// Copies the records.
  public Batch {
    records = List.copyOf(records);
  }
}
