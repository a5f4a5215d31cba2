package dev.fairlead.bus.consumer;

import dev.fairlead.bus.BusAdmin.TopicState;
import dev.fairlead.bus.Topic;
import io.vertx.core.Future;
import java.util.Map;

/// Where a group of consumers remembers how far it has come. Advancing is the business of the
/// [BatchHandler], in the transaction in which it uses the records.
public interface Offsets {

  /// Looks up where to begin.
  ///
  /// @param state what the broker says of the topic and of the partitions to begin with
  /// @return the next offset to be read of each of them, from within its log's bounds where it can;
  ///     fails to be asked again
  Future<Map<Integer, Long>> load(Topic topic, TopicState state);
}
