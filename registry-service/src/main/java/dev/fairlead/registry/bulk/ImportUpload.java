package dev.fairlead.registry.bulk;

import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.audit.Act;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/// The writing side of one upload: batches are written while the next is being read. Used by one
/// thread.
final class ImportUpload {

  /// How many batches are written at once. Each waits for the one before it when all but its end
  /// is done: two keep the database busy, and the third while one of them waits.
  private static final int UNDER_WAY_MAX = 3;

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
  private final Deque<UnderWay> underWay = new ArrayDeque<>();

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

  /// A batch that is being written.
  ///
  /// @param written does not know how it came about: else each batch would hold all before it
  private record UnderWay(ImportBatch batch, Future<OptionalLong> written) {
    static UnderWay of(ImportBatch batch, Future<OptionalLong> writing) {
      Promise<OptionalLong> written = Promise.promise();
      writing.onComplete(written);
      return new UnderWay(batch, written.future());
    }
  }

  /// Makes a batch ready to be written, while others still are.
  PlannedBatch plan(ImportBatch batch) {
    return PlannedBatch.of(job, batch, clock.instant());
  }

  /// What to wait for before another batch is begun: as many are under way as may be, or the bus is
  /// too far behind. Empty when there is nothing; to be asked again after each wait.
  Optional<Future<?>> obstacle() {
    settle();
    return underWay.size() >= UNDER_WAY_MAX
        ? Optional.of(underWay.element().written())
        : unpublished.size() >= UNPUBLISHED_MAX
            ? Optional.of(unpublished.element())
            : Optional.empty();
  }

  /// A batch that is not written yet, to be waited for; empty when all are. To be asked again after
  /// each wait.
  Optional<Future<?>> unwritten() {
    settle();
    return Optional.ofNullable(underWay.peek()).map(UnderWay::written);
  }

  /// What failed stays, for whoever waits for it.
  private void settle() {
    while (!underWay.isEmpty() && underWay.element().written().succeeded()) {
      underWay
          .remove()
          .written()
          .result()
          .ifPresent(outboxId -> unpublished.add(outbox.published(outboxId)));
    }
    while (!unpublished.isEmpty() && unpublished.element().succeeded()) {
      unpublished.remove();
    }
  }

  /// Begins to write a batch while those before it are being written, if that can be and there is a
  /// place for it.
  ///
  /// @return whether it was begun
  boolean beginBeside(PlannedBatch plan) {
    Optional<Future<OptionalLong>> writing =
        plan.making().flatMap(making -> writeBeside(plan, making));
    writing.ifPresent(begun -> underWay.add(UnderWay.of(plan.batch(), begun)));
    return writing.isPresent();
  }

  private Optional<Future<OptionalLong>> writeBeside(
      PlannedBatch plan, PlannedBatch.Making making) {
    return Optional.ofNullable(underWay.peekLast())
        .filter(
            before -> underWay.stream().allMatch(other -> plan.batch().isDisjoint(other.batch())))
        .flatMap(
            before ->
                longQueries.runIfFree(
                    job.tenant().value(),
                    () ->
                        writer.writeBeside(
                            job, plan, making, before.batch(), before.written(), act)));
  }

  /// Begins to write a batch when it is the tenant's turn, for which the calling thread waits. All
  /// before it are written.
  void begin(PlannedBatch plan) throws InterruptedException {
    underWay.add(
        UnderWay.of(
            plan.batch(),
            longQueries.run(job.tenant().value(), () -> writer.write(job, plan, act))));
  }
}
