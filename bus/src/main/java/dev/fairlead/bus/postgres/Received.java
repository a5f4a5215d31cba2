package dev.fairlead.bus.postgres;

import dev.fairlead.bus.ReceivedRecord;

/// A message with the record that carried it.
///
/// @param record as it was read
/// @param message what it says
/// @param <T> the type of message
public record Received<T>(ReceivedRecord record, T message) {}
