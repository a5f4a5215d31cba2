package dev.fairlead.command.dispatch;

import dev.fairlead.bus.consumer.BatchHandler;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.postgres.PgConsumer;
import dev.fairlead.bus.postgres.PgOffsets;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.sqlclient.Pool;
import java.util.Collection;
import java.util.function.Consumer;

/// The consumer of `fairlead.replies`: its offsets and what it does with batches.
///
/// @param offsets to begin at
/// @param handler of batches
public record PgReplyConsumer(PgOffsets offsets, BatchHandler handler) {

  /// Makes the consumer.
  ///
  /// @param ended told after each commit which commands may have ended
  public static PgReplyConsumer create(
      Pool pool,
      PgCommandStore commands,
      DeadLetters deadLetters,
      Tracing tracing,
      MeterRegistry meters,
      Consumer<Collection<CommandId>> ended) {
    PgOffsets offsets =
        new PgOffsets(pool, PgReplies.CONSUMER, PgOffsets.LogRestartHandler.IGNORED);
    return new PgReplyConsumer(
        offsets,
        new PgConsumer<>(
            pool,
            offsets,
            PgReplies.CONSUMER,
            Reply::decode,
            new PgReplies(commands, deadLetters, tracing, meters, ended),
            deadLetters));
  }
}
