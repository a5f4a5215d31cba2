package dev.fairlead.gateway.session;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.producer.Position;
import io.vertx.core.Future;

/// Writes records to the bus, never blocking: a producer, or what stands for one.
@FunctionalInterface
public interface BusWriter {

  /// Writes a record.
  ///
  /// @return completes with its place when the bus has it, on the caller's context; fails with
  ///     [dev.fairlead.bus.producer.BusFullException] when there is no room for it
  Future<Position> send(BusRecord record);
}
