package dev.fairlead.registry.bulk;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgAudit;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.device.DescribedDevice;
import dev.fairlead.registry.device.DeviceDescription;
import dev.fairlead.registry.device.PgDeviceBatch;
import dev.fairlead.registry.limit.PgDeviceQuota;
import dev.fairlead.registry.tenant.PgTenants;
import dev.fairlead.runtime.audit.Act;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/// Writes batches of an import: the devices, what is said of them, and how far the import has come,
/// in one transaction each. A batch that does not begin where the import stands is refused, so that
/// no row is taken twice, whoever sends it.
final class PgImportWriter {

  private final Pool pool;
  private final PgOutbox outbox;
  private final PgDeviceQuota quota;

  PgImportWriter(Pool pool, PgOutbox outbox, PgDeviceQuota quota) {
    this.pool = pool;
    this.outbox = outbox;
    this.quota = quota;
  }

  /// Writes a batch.
  ///
  /// @param act for the audit, which hears of the last one
  /// @return the last place in the outbox of what was said; fails with the problems
  ///     `bulk-job-not-found`, `bulk-job-final` and `offset-mismatch`
  Future<OptionalLong> write(TenantId tenant, String id, ImportBatch batch, Instant now, Act act) {
    return PgTenants.required(
            tenant,
            write(tenant, id, batch, now, act, true)
                .recover(
                    cause ->
                        cause instanceof PgDeviceBatch.SomeExistException
                            ? write(tenant, id, batch, now, act, false)
                            : Future.failedFuture(cause)))
        .onSuccess(written -> outbox.poke());
  }

  /// @param hopeful whether to begin as if no device were there that is to be made: it is quicker
  private Future<OptionalLong> write(
      TenantId tenant, String id, ImportBatch batch, Instant now, Act act, boolean hopeful) {
    return pool.withTransaction(
            transaction ->
                PgBulkJobs.lock(transaction, tenant, BulkJob.Kind.IMPORT, id)
                    .compose(job -> at(job, batch))
                    .compose(job -> new Writing(transaction, job, batch, now, act, hopeful).run()))
        .map(Objects::requireNonNull);
  }

  private static Future<BulkJob> at(BulkJob job, ImportBatch batch) {
    return job.bytes() == batch.from()
        ? Future.succeededFuture(job)
        : Future.failedFuture(elsewhere(job).exception());
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
    private final ImportBatch batch;
    private final Instant now;
    private final Act act;
    private final boolean hopeful;
    private final boolean upsert;
    private final List<BulkError> errors;
    private long unchanged;

    Writing(
        SqlConnection transaction,
        BulkJob job,
        ImportBatch batch,
        Instant now,
        Act act,
        boolean hopeful) {
      this.transaction = transaction;
      this.job = job;
      this.batch = batch;
      this.now = now;
      this.act = act;
      this.hopeful = hopeful;
      this.upsert = job.spec("mode").equals("upsert");
      this.errors = new ArrayList<>(batch.errors());
    }

    Future<OptionalLong> run() {
      return quota
          .room(transaction, job.tenant(), batch.rows().size())
          .compose(
              room ->
                  upsert || room < batch.rows().size()
                      ? PgDeviceBatch.lock(
                              transaction,
                              job.tenant(),
                              batch.rows().stream().map(DeviceRow::id).toList())
                          .compose(there -> write(there, room))
                      : write(Map.of(), room));
    }

    private Future<OptionalLong> write(Map<DeviceId, DeviceDescription> there, int room) {
      List<DescribedDevice> fresh = new ArrayList<>();
      List<DescribedDevice> changed = new ArrayList<>();
      for (DeviceRow row : batch.rows()) {
        sort(row, Optional.ofNullable(there.get(row.id())), room, fresh, changed);
      }
      return insert(fresh)
          .compose(
              made ->
                  PgDeviceBatch.update(transaction, job.tenant(), changed, now)
                      .compose(
                          updated -> {
                            refuse(fresh, made.ids());
                            return advance(made.ids().size(), updated.ids().size())
                                .map(
                                    nothing ->
                                        updated.outboxId().isPresent()
                                            ? updated.outboxId()
                                            : made.outboxId());
                          }));
    }

    private Future<PgDeviceBatch.Outcome> insert(List<DescribedDevice> fresh) {
      return hopeful
          ? PgDeviceBatch.insertAll(transaction, job.tenant(), fresh, now)
          : PgDeviceBatch.insert(transaction, job.tenant(), fresh, now);
    }

    private void sort(
        DeviceRow row,
        Optional<DeviceDescription> before,
        int room,
        List<DescribedDevice> fresh,
        List<DescribedDevice> changed) {
      try {
        DeviceDescription after =
            before.orElseGet(DeviceDescription::empty).patched(row.document());
        if (before.isEmpty()) {
          if (fresh.size() == room) {
            error(row, ProblemType.QUOTA_EXCEEDED, "The tenant has as many devices as it may.");
          } else {
            fresh.add(new DescribedDevice(row.id(), after));
          }
        } else if (!upsert) {
          error(row, ProblemType.DEVICE_EXISTS, "There is a device '" + row.id() + "' already.");
        } else if (before.get().equals(after)) {
          unchanged++;
        } else {
          changed.add(new DescribedDevice(row.id(), after));
        }
      } catch (ProblemException e) {
        errors.add(BulkError.of(Optional.of(row.line()), Optional.of(row.id().value()), e));
      }
    }

    private void error(DeviceRow row, ProblemType type, String why) {
      errors.add(
          new BulkError(Optional.of(row.line()), Optional.of(row.id().value()), type.slug(), why));
    }

    /// Devices that were there, or that somebody else made at the same time.
    private void refuse(List<DescribedDevice> fresh, Set<DeviceId> made) {
      if (made.size() == fresh.size()) {
        return;
      }
      Set<DeviceId> wanted = fresh.stream().map(DescribedDevice::id).collect(Collectors.toSet());
      for (DeviceRow row : batch.rows()) {
        if (wanted.contains(row.id()) && !made.contains(row.id())) {
          error(row, ProblemType.DEVICE_EXISTS, "There is a device '" + row.id() + "' already.");
        }
      }
    }

    private Future<Void> advance(int created, int updated) {
      errors.sort(Comparator.comparing(error -> error.line().orElse(0L)));
      BulkCounts done =
          new BulkCounts(
              batch.rows().size() + batch.errors().size(),
              created,
              updated,
              unchanged,
              errors.size());
      return PgBulkJobs.advance(transaction, job, BulkJob.Standing.of(batch, now), done, errors)
          .compose(
              nothing ->
                  batch.last()
                      ? PgAudit.append(
                              transaction, act, job.path() + "?" + job.counts().plus(done).text())
                          .mapEmpty()
                      : Future.succeededFuture());
    }
  }
}
