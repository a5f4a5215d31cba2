package dev.fairlead.registry.row;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.BatchHandler;
import dev.fairlead.bus.consumer.Offsets;

/// What a feature reads from the bus into its tables.
///
/// @param consumer the name of the consumer, of its group and of its offsets
/// @param topic what it reads
/// @param offsets where it remembers how far it has come
/// @param handler what it does with the records
public record Feed(String consumer, Topic topic, Offsets offsets, BatchHandler handler) {}
