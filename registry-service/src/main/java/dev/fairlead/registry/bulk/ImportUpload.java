package dev.fairlead.registry.bulk;

import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.audit.Act;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/// The writing side of one upload: a batch is written while the next is being read. Used by one
/// thread.
final class ImportUpload {

  /// How many batches may be written that the bus does not have yet. What everybody else has to say
  /// waits behind them.
  private static final int UNPUBLISHED_MAX = 4;

  private final BulkJob job;
  private final PgImportWriter writer;
  private final LongQueries longQueries;
  private final PgOutbox outbox;
  private final Act act;
  private final InstantSource clock;
  private final Deque<Future<Void>> unpublished = new ArrayDeque<>();
  private Future<OptionalLong> writing = Future.succeededFuture(OptionalLong.empty());

  /// @param act for the audit
  ImportUpload(
      BulkJob job,
      PgImportWriter writer,
      LongQueries longQueries,
      PgOutbox outbox,
      Act act,
      InstantSource clock) {
    this.job = job;
    this.writer = writer;
    this.longQueries = longQueries;
    this.outbox = outbox;
    this.act = act;
    this.clock = clock;
  }

  /// Completes when the next batch may be begun: the one before is written, and the bus is not too
  /// far behind. To be waited for before [#begin].
  Future<Void> ready() {
    return written()
        .compose(
            nothing ->
                unpublished.size() < UNPUBLISHED_MAX
                    ? Future.succeededFuture()
                    : unpublished.remove());
  }

  /// Begins to write a batch when it is the tenant's turn, for which the calling thread waits.
  void begin(ImportBatch batch) throws InterruptedException {
    writing =
        longQueries
            .run(
                job.tenant().value(),
                () -> writer.write(job.tenant(), job.id(), batch, clock.instant(), act))
            .map(this::told);
  }

  private OptionalLong told(OptionalLong outboxId) {
    outboxId.ifPresent(id -> unpublished.add(outbox.published(id)));
    return outboxId;
  }

  /// Completes when all that was begun is written; fails when that failed.
  Future<Void> written() {
    return writing.mapEmpty();
  }
}
