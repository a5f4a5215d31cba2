package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The operations on imports of devices.
final class DeviceImportRoutes {

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
    ImportUpload upload = new ImportUpload(job, writer, longQueries, outbox, request.act(), clock);
    ImportReader reader = new ImportReader(job);
    read(request.bodyParts(), job, reader, upload);
    boolean complete = !request.header("Upload-Complete").orElse("").equals("?0");
    for (ImportBatch batch : complete ? reader.end() : List.of(reader.rest())) {
      write(upload, batch);
    }
    finish(upload);
    return ApiResponse.ok(BulkDocuments.imported(common.job(request)));
  }

  private void read(BodyParts parts, BulkJob job, ImportReader reader, ImportUpload upload)
      throws InterruptedException {
    long taken = job.bytes();
    Future<Buffer> coming = parts.next();
    Buffer part = whole(coming, reader, upload);
    while (part.length() > 0) {
      coming = parts.next();
      taken += part.length();
      requireShort(taken);
      reader.add(part.getBytes());
      for (Optional<ImportBatch> batch = reader.next(); batch.isPresent(); batch = reader.next()) {
        write(upload, batch.get());
      }
      part = whole(coming, reader, upload);
    }
  }

  private void requireShort(long bytes) {
    if (bytes > settings.importBytesMax()) {
      throw Problem.of(
              ProblemType.PAYLOAD_TOO_LARGE,
              "An import has at most " + settings.importBytesMax() + " bytes.")
          .with("limit", settings.importBytesMax())
          .exception();
    }
  }

  /// Whoever's connection breaks finds those whole rows taken that had come.
  private static Buffer whole(Future<Buffer> coming, ImportReader reader, ImportUpload upload)
      throws InterruptedException {
    Optional<Buffer> part = coming.map(Optional::of).otherwise(Optional.empty()).await();
    if (part.isEmpty()) {
      write(upload, reader.rest());
      finish(upload);
      throw Problem.of(ProblemType.BAD_REQUEST, "The body was cut off.").exception();
    }
    return part.get();
  }

  private static void write(ImportUpload upload, ImportBatch batch) throws InterruptedException {
    if (batch.isEmpty()) {
      return;
    }
    PlannedBatch plan = upload.plan(batch);
    awaitAll(upload::obstacle);
    if (!upload.beginBeside(plan)) {
      finish(upload);
      upload.begin(plan);
    }
  }

  private static void finish(ImportUpload upload) {
    awaitAll(upload::unwritten);
  }

  private static void awaitAll(Supplier<Optional<Future<?>>> next) {
    for (Optional<Future<?>> wait = next.get(); wait.isPresent(); wait = next.get()) {
      wait.get().await();
    }
  }

  private static long offset(ApiRequest request) {
    return request.header("Upload-Offset").map(Long::parseLong).orElse(0L);
  }
}
