package dev.fairlead.bus.consumer;

import io.vertx.core.Future;
import java.util.function.IntConsumer;

/// What a consumer does with the records of one partition. It may be given the same records again.
public interface BatchHandler {

  /// Handles a batch; until the future completes, the partition's next one waits.
  ///
  /// @return fails with [StaleBatchException] when another consumer has handled these records
  ///     already; with anything else to be given the same batch again, after a wait
  Future<Void> handle(Batch batch);

  /// Is told once, before the first batch, how to have a partition read again from where [Offsets]
  /// say. For a handler that answers before it has used what it was given: when it learns
  /// afterwards that another consumer has, it lets go of the partition's records and has them read
  /// again. Not to be called while a batch of that partition is being handled; such a batch fails
  /// instead.
  ///
  /// @param reread takes the partition, on the handler's context
  default void rereadWith(IntConsumer reread) {}
}
