package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.device.DescribedDevice;
import dev.fairlead.registry.device.DeviceDescription;
import dev.fairlead.registry.device.PgDeviceBatch;
import dev.fairlead.registry.device.PgDeviceScan;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/// Takes patches further, each step in one transaction: the devices, what is said of them, and how
/// far the patch has come. Replicas do not take on what another is doing.
final class PgPatchWriter {

  /// How many devices a step looks at.
  private static final int STEP = 2_000;

  /// What the audit calls it.
  private static final String ACTION = "createDevicePatch";

  private final Pool pool;
  private final PgOutbox outbox;
  private final String service;
  private final InstantSource clock;

  /// @param service that the audit names
  PgPatchWriter(Pool pool, PgOutbox outbox, String service, InstantSource clock) {
    this.pool = pool;
    this.outbox = outbox;
    this.service = service;
    this.clock = clock;
  }

  /// What came of a step.
  ///
  /// @param any whether there was anything to do
  /// @param outboxId the last place in the outbox of what was said
  record Stepped(boolean any, OptionalLong outboxId) {}

  /// Takes the patch that waits longest one step further.
  Future<Stepped> step() {
    Instant now = clock.instant();
    return pool.withTransaction(
            transaction ->
                PgBulkJobs.nextPatch(transaction)
                    .compose(
                        job ->
                            job.isEmpty()
                                ? Future.succeededFuture(new Stepped(false, OptionalLong.empty()))
                                : step(transaction, job.get(), now)
                                    .map(outboxId -> new Stepped(true, outboxId))))
        .map(Objects::requireNonNull)
        .onSuccess(
            stepped -> {
              if (stepped.any()) {
                outbox.poke();
              }
            });
  }

  private Future<OptionalLong> step(SqlConnection transaction, BulkJob job, Instant now) {
    PgDeviceScan.Question question =
        new PgDeviceScan.Question(
            job.tenant(),
            job.group(),
            Optional.of(FilterParser.parse(job.spec("filter"))),
            job.createdAt());
    boolean dryRun = job.spec().path("dryRun").asBoolean();
    return PgDeviceScan.next(transaction, question, job.cursor(), STEP, !dryRun)
        .transform(
            found ->
                found.failed()
                    ? failed(transaction, job, found.cause(), now)
                    : patch(transaction, job, found.result(), dryRun, now));
  }

  /// A group that can no longer be resolved will not be, however often one tries.
  private static Future<OptionalLong> failed(
      SqlConnection transaction, BulkJob job, Throwable cause, Instant now) {
    return cause instanceof ProblemException problem
        ? PgBulkJobs.advance(
                transaction,
                job,
                BulkJob.Standing.failed(job.cursor(), problem.problem().detail(), now),
                BulkCounts.NONE,
                List.of())
            .map(OptionalLong.empty())
        : Future.failedFuture(cause);
  }

  private Future<OptionalLong> patch(
      SqlConnection transaction,
      BulkJob job,
      PgDeviceScan.Step found,
      boolean dryRun,
      Instant now) {
    ObjectNode patch = job.spec().withObjectProperty("patch");
    List<DescribedDevice> changed = new ArrayList<>();
    List<BulkError> errors = new ArrayList<>();
    long unchanged = 0;
    for (DescribedDevice device : found.devices()) {
      try {
        DeviceDescription after = device.description().patched(patch);
        if (after.equals(device.description())) {
          unchanged++;
        } else {
          changed.add(new DescribedDevice(device.id(), after));
        }
      } catch (ProblemException e) {
        errors.add(BulkError.of(Optional.empty(), Optional.of(device.id().value()), e));
      }
    }
    BulkCounts done =
        new BulkCounts(found.devices().size(), 0, changed.size(), unchanged, errors.size());
    BulkJob.Standing after =
        found.last().isPresent()
            ? BulkJob.Standing.of(BulkJob.State.OPEN, found.last(), now)
            : BulkJob.Standing.of(BulkJob.State.DONE, job.cursor(), now);
    return PgDeviceBatch.update(transaction, job.tenant(), dryRun ? List.of() : changed, now)
        .compose(
            updated ->
                PgBulkJobs.advance(transaction, job, after, done, errors)
                    .compose(nothing -> audit(transaction, job, after, done))
                    .map(updated.outboxId()));
  }

  private Future<Void> audit(
      SqlConnection transaction, BulkJob job, BulkJob.Standing after, BulkCounts done) {
    return after.state() == BulkJob.State.DONE
        ? PgAudit.append(
                transaction,
                new Act(
                    clock,
                    service,
                    job.actor(),
                    ACTION,
                    job.path() + "?" + job.counts().plus(done).text()))
            .mapEmpty()
        : Future.succeededFuture();
  }

  /// Puts the patch that waits longest behind the others: something stands against it.
  Future<Void> putBack() {
    Instant now = clock.instant();
    return pool.withTransaction(
            transaction ->
                PgBulkJobs.nextPatch(transaction)
                    .compose(
                        job ->
                            job.isEmpty()
                                ? Future.<Void>succeededFuture()
                                : PgBulkJobs.advance(
                                    transaction,
                                    job.get(),
                                    BulkJob.Standing.of(
                                        BulkJob.State.OPEN, job.get().cursor(), now),
                                    BulkCounts.NONE,
                                    List.of())))
        .mapEmpty();
  }
}
