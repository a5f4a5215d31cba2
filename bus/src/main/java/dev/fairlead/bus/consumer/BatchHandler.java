package dev.fairlead.bus.consumer;

import io.vertx.core.Future;

/// What a consumer does with the records of one partition. It may be given the same records again.
public interface BatchHandler {

  /// Handles a batch; until the future completes, the partition's next one waits.
  ///
  /// @return fails with [StaleBatchException] when another consumer has handled these records
  ///     already; with anything else to be given the same batch again, after a wait
  Future<Void> handle(Batch batch);
}
