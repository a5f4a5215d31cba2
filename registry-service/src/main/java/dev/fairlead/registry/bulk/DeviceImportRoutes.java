package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.limit.PgDeviceQuota;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.BodyParts;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The operations on imports of devices.
final class DeviceImportRoutes {

  private static final Logger log = LoggerFactory.getLogger(DeviceImportRoutes.class);

  /// How many batches may be written that the bus does not have yet. What everybody else has to say
  /// waits behind them.
  private static final int UNPUBLISHED_MAX = 4;

  private final PgBulkJobs jobs;
  private final PgImportWriter writer;
  private final LongQueries longQueries;
  private final PgOutbox outbox;
  private final BulkSettings settings;
  private final BulkJobRoutes common;
  private final InstantSource clock;

  DeviceImportRoutes(
      PgBulkJobs jobs,
      LongQueries longQueries,
      PgOutbox outbox,
      PgDeviceQuota quota,
      BulkSettings settings,
      InstantSource clock) {
    this.jobs = jobs;
    this.writer = new PgImportWriter(longQueries.pool(), outbox, quota);
    this.longQueries = longQueries;
    this.outbox = outbox;
    this.settings = settings;
    this.common = new BulkJobRoutes(jobs, BulkJob.Kind.IMPORT, BulkDocuments::imported, clock);
    this.clock = clock;
  }

  void bind(ApiRouter.Builder router) {
    router
        .operation("createDeviceImport", this::create)
        .operation("uploadDeviceImport", this::upload)
        .operation("listDeviceImports", common::list)
        .operation("getDeviceImport", common::get)
        .operation("cancelDeviceImport", common::cancel)
        .operation("listDeviceImportErrors", common::errors);
  }

  /// The body of `createDeviceImport`.
  record NewImport(String format, @Nullable String mode) {}

  private ApiResponse create(ApiRequest request) {
    NewImport body = request.body(NewImport.class);
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.put("format", body.format());
    spec.put("mode", body.mode() == null ? "create" : body.mode());
    BulkJob job =
        BulkJob.begun(
            BulkJobRoutes.tenant(request),
            UUID.randomUUID().toString(),
            BulkJob.Kind.IMPORT,
            spec,
            Optional.empty(),
            request.act().actor(),
            clock.instant().truncatedTo(ChronoUnit.MICROS));
    jobs.create(job, request.act(), job.path()).await();
    return ApiResponse.created(job.path(), BulkDocuments.imported(job));
  }

  private ApiResponse upload(ApiRequest request) throws InterruptedException {
    BulkJob job = common.job(request);
    if (!job.isOpen()) {
      throw PgBulkJobs.ended(job).exception();
    }
    if (offset(request) != job.bytes()) {
      throw PgImportWriter.elsewhere(job).exception();
    }
    boolean complete = !request.header("Upload-Complete").orElse("").equals("?0");
    new Upload(request, job).run(complete);
    return ApiResponse.ok(BulkDocuments.imported(common.job(request)));
  }

  private static long offset(ApiRequest request) {
    return request.header("Upload-Offset").map(Long::parseLong).orElse(0L);
  }

  /// One upload: reads a batch while the one before is being written.
  private final class Upload {
    private final ApiRequest request;
    private final TenantId tenant;
    private final BulkJob job;
    private final ImportReader reader;
    private final Deque<Future<Void>> unpublished = new ArrayDeque<>();
    private Future<OptionalLong> writing = Future.succeededFuture(OptionalLong.empty());
    private long taken;

    Upload(ApiRequest request, BulkJob job) {
      this.request = request;
      this.tenant = job.tenant();
      this.job = job;
      this.reader = new ImportReader(job);
      this.taken = job.bytes();
    }

    void run(boolean complete) throws InterruptedException {
      read(request.bodyParts());
      if (complete) {
        for (ImportBatch batch : reader.end()) {
          write(batch);
        }
      } else {
        write(reader.rest());
      }
      written();
    }

    private void read(BodyParts parts) throws InterruptedException {
      Buffer part = next(parts);
      while (part.length() > 0) {
        taken += part.length();
        if (taken > settings.importBytesMax()) {
          throw Problem.of(
                  ProblemType.PAYLOAD_TOO_LARGE,
                  "An import has at most " + settings.importBytesMax() + " bytes.")
              .with("limit", settings.importBytesMax())
              .exception();
        }
        reader.add(part.getBytes());
        for (Optional<ImportBatch> batch = reader.next();
            batch.isPresent();
            batch = reader.next()) {
          write(batch.get());
        }
        part = next(parts);
      }
    }

    /// Whoever's connection breaks finds whole rows taken that had come.
    private Buffer next(BodyParts parts) throws InterruptedException {
      Future<Buffer> next = parts.next();
      try {
        return next.await();
      } catch (RuntimeException e) {
        if (next.failed()) {
          log.atDebug().addKeyValue("job", job.id()).setCause(e).log("upload cut off");
          write(reader.rest());
          written();
        }
        throw e;
      }
    }

    private void write(ImportBatch batch) throws InterruptedException {
      if (batch.isEmpty()) {
        return;
      }
      written();
      while (unpublished.size() >= UNPUBLISHED_MAX) {
        unpublished.remove().await();
      }
      writing =
          longQueries.run(
              tenant.value(),
              () -> writer.write(tenant, job.id(), batch, clock.instant(), request.act()));
    }

    /// Waits for what is being written.
    private void written() {
      OptionalLong outboxId = writing.await();
      writing = Future.succeededFuture(OptionalLong.empty());
      if (outboxId.isPresent()) {
        unpublished.add(outbox.published(outboxId.getAsLong()));
      }
    }
  }
}
