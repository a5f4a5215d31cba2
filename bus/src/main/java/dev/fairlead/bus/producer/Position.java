package dev.fairlead.bus.producer;

/// Where a record was written.
///
/// @param partition of its topic
/// @param offset in that partition
public record Position(int partition, long offset) {}
