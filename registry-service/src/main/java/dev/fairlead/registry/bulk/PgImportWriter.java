package dev.fairlead.registry.bulk;

import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.device.PgDeviceBatch;
import dev.fairlead.registry.limit.PgDeviceQuota;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.database.PgProblems;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Function;

/// Writes batches of an import: the devices, what is said of them, and how far the import has come,
/// in one transaction each. A batch that does not begin where the import stands is refused, so that
/// no row is taken twice, whoever sends it.
final class PgImportWriter {

  /// How often one batch tries again after it and another import waited for each other.
  private static final int DEADLOCKS_MAX = 5;

  private final Pool pool;
  private final PgOutbox outbox;
  private final PgDeviceQuota quota;

  PgImportWriter(Pool pool, PgOutbox outbox, PgDeviceQuota quota) {
    this.pool = pool;
    this.outbox = outbox;
    this.quota = quota;
  }

  /// Writes a batch after all that come before it.
  ///
  /// @param job which import; how it stands is read anew
  /// @param act for the audit, which hears of the last one
  /// @return the last place in the outbox of what was said; fails with the problems
  ///     `bulk-job-not-found`, `bulk-job-final` and `offset-mismatch`
  Future<OptionalLong> write(BulkJob job, PlannedBatch batch, Act act) {
    return told(job, write(job, batch, act, DEADLOCKS_MAX));
  }

  /// @param deadlocks how often it may be tried again after it and another import waited for each
  ///     other
  private Future<OptionalLong> write(BulkJob job, PlannedBatch batch, Act act, int deadlocks) {
    return write(transaction -> new Writing(transaction, job, batch, act).alone())
        .recover(
            cause ->
                cause instanceof PgDeviceBatch.SomeExistException
                    ? write(transaction -> new Writing(transaction, job, batch, act).withCare())
                    : Future.failedFuture(cause))
        .recover(
            cause ->
                deadlocks > 0 && PgProblems.isDeadlock(cause)
                    ? write(job, batch, act, deadlocks - 1)
                    : Future.failedFuture(cause));
  }

  /// Writes a batch beside the one before it, and commits it after that one. Where that cannot be,
  /// because devices of it are there already, or the tenant has hardly room for them, it is written
  /// after that one.
  ///
  /// @param job which import
  /// @param making the devices of the batch
  /// @param before the batch before it, which is being written
  /// @param written completes when it is
  /// @return as [#write]; fails with its failure when the batch before it is not written
  Future<OptionalLong> writeBeside(
      BulkJob job,
      PlannedBatch batch,
      PlannedBatch.Making making,
      ImportBatch before,
      Future<OptionalLong> written,
      Act act) {
    return told(
            job,
            write(transaction -> new Writing(transaction, job, batch, act).beside(making, before)))
        .recover(cause -> written.compose(outboxId -> write(job, batch, act)));
  }

  private Future<OptionalLong> told(BulkJob job, Future<OptionalLong> written) {
    return PgTenants.required(job.tenant(), written).onSuccess(outboxId -> outbox.poke());
  }

  private Future<OptionalLong> write(Function<SqlConnection, Future<OptionalLong>> writing) {
    return pool.withTransaction(writing).map(Objects::requireNonNull);
  }

  /// The problem of whoever sends another part of the body than the one that comes next.
  static Problem elsewhere(BulkJob job) {
    return Problem.of(
            ProblemType.OFFSET_MISMATCH,
            "The upload goes on at byte " + job.bytes() + ". Set Upload-Offset to it.")
        .with("offset", job.bytes());
  }

  /// One batch on its way into the database.
  private final class Writing {
    private final SqlConnection transaction;
    private final BulkJob job;
    private final PlannedBatch plan;
    private final ImportBatch batch;
    private final Act act;

    Writing(SqlConnection transaction, BulkJob job, PlannedBatch plan, Act act) {
      this.transaction = transaction;
      this.job = job;
      this.plan = plan;
      this.batch = plan.batch();
      this.act = act;
    }

    /// Writes the batch when all before it are written, as it was prepared where it was. Fails with
    /// [PgDeviceBatch.SomeExistException] where that was wrong.
    Future<OptionalLong> alone() {
      return begin()
          .compose(nothing -> standing())
          .compose(
              standing ->
                  room()
                      .compose(
                          room ->
                              plan.making().isPresent() && room == batch.rows().size()
                                  ? make(plan.making().get())
                                      .compose(made -> made.advance(standing))
                                  : withCare(standing, room)));
    }

    /// Writes the batch when all before it are written, whatever devices are there.
    Future<OptionalLong> withCare() {
      return begin()
          .compose(nothing -> standing())
          .compose(standing -> room().compose(room -> withCare(standing, room)));
    }

    /// Writes the batch while the one before it is being written, and waits for that one.
    Future<OptionalLong> beside(PlannedBatch.Making making, ImportBatch before) {
      return begin()
          .compose(nothing -> quota.isFar(transaction, job.tenant(), batch.rows().size()))
          .compose(
              far ->
                  far ? make(making) : Future.failedFuture("the tenant has hardly room for them"))
          .compose(made -> awaitEnd(before).compose(nothing -> standing()).compose(made::advance));
    }

    /// Lets the one who writes the next batch wait in the database, which sees it when two wait for
    /// each other.
    private Future<Void> begin() {
      return transaction
          .preparedQuery("select pg_advisory_xact_lock(hashtextextended($1, 0))")
          .execute(Tuple.of(job.path() + "@" + batch.from()))
          .mapEmpty();
    }

    private Future<Void> awaitEnd(ImportBatch before) {
      return transaction
          .preparedQuery("select pg_advisory_xact_lock_shared(hashtextextended($1, 0))")
          .execute(Tuple.of(job.path() + "@" + before.from()))
          .mapEmpty();
    }

    /// How the import stands, which nobody else changes until the transaction ends.
    private Future<BulkJob> standing() {
      return PgBulkJobs.lock(transaction, job.tenant(), BulkJob.Kind.IMPORT, job.id())
          .compose(
              standing ->
                  standing.bytes() == batch.from()
                      ? Future.succeededFuture(standing)
                      : Future.failedFuture(elsewhere(standing).exception()));
    }

    private Future<Integer> room() {
      return quota.room(transaction, job.tenant(), batch.rows().size());
    }

    /// What was done with the rows, in a transaction that does not say yet how far the import came.
    private final class Done {
      private final SortedRows rows;
      private final int created;
      private final int updated;
      private final OptionalLong outboxId;

      Done(SortedRows rows, int created, int updated, OptionalLong outboxId) {
        this.rows = rows;
        this.created = created;
        this.updated = updated;
        this.outboxId = outboxId;
      }

      /// @return the last place in the outbox of what was said
      Future<OptionalLong> advance(BulkJob standing) {
        BulkCounts done = rows.counts(created, updated);
        return PgBulkJobs.advance(
                transaction, standing, BulkJob.Standing.of(batch, plan.at()), done, rows.errors())
            .compose(
                nothing ->
                    batch.last()
                        ? PgAudit.append(
                                transaction,
                                act,
                                job.path() + "?" + standing.counts().plus(done).text())
                            .mapEmpty()
                        : Future.succeededFuture())
            .map(nothing -> outboxId);
      }
    }

    private Future<Done> make(PlannedBatch.Making making) {
      return PgDeviceBatch.insertAll(transaction, making.devices())
          .map(outboxId -> new Done(making.rows(), making.devices().count(), 0, outboxId));
    }

    private Future<OptionalLong> withCare(BulkJob standing, int room) {
      return PgDeviceBatch.lock(
              transaction, job.tenant(), batch.rows().stream().map(DeviceRow::id).toList())
          .map(there -> SortedRows.of(batch, job.isUpsert(), there, room))
          .compose(this::write)
          .compose(done -> done.advance(standing));
    }

    private Future<Done> write(SortedRows rows) {
      return PgDeviceBatch.insert(transaction, job.tenant(), rows.fresh(), plan.at())
          .compose(
              made ->
                  PgDeviceBatch.update(transaction, job.tenant(), rows.changed(), plan.at())
                      .map(
                          updated -> {
                            rows.refuseBut(made.ids());
                            return new Done(
                                rows,
                                made.ids().size(),
                                updated.ids().size(),
                                updated.outboxId().isPresent()
                                    ? updated.outboxId()
                                    : made.outboxId());
                          }));
    }
  }
}
