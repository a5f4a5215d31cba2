package dev.fairlead.registry.bulk;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The operations on patches of many devices.
final class DevicePatchRoutes {

  /// What the audit keeps of a filter.
  private static final int AUDITED_MAX = 400;

  private final PgBulkJobs jobs;
  private final PatchWork work;
  private final BulkJobRoutes common;
  private final InstantSource clock;

  DevicePatchRoutes(PgBulkJobs jobs, PatchWork work, InstantSource clock) {
    this.jobs = jobs;
    this.work = work;
    this.common = new BulkJobRoutes(jobs, BulkJob.Kind.PATCH, BulkDocuments::patched, clock);
    this.clock = clock;
  }

  void bind(ApiRouter.Builder router) {
    router
        .operation("createDevicePatch", this::create)
        .operation("listDevicePatches", common::list)
        .operation("getDevicePatch", common::get)
        .operation("cancelDevicePatch", common::cancel)
        .operation("listDevicePatchErrors", common::errors);
  }

  /// The body of `createDevicePatch`.
  record NewPatch(String filter, ObjectNode patch, @Nullable Boolean dryRun) {}

  private ApiResponse create(ApiRequest request) {
    NewPatch body = request.body(NewPatch.class);
    FilterParser.parse(body.filter());
    ObjectNode spec = JsonNodeFactory.instance.objectNode();
    spec.put("filter", body.filter());
    spec.set("patch", body.patch());
    spec.put("dryRun", body.dryRun() != null && body.dryRun());
    BulkJob job =
        BulkJob.begun(
            BulkJobRoutes.tenant(request),
            UUID.randomUUID().toString(),
            BulkJob.Kind.PATCH,
            spec,
            request.group(),
            request.act().actor(),
            clock.instant().truncatedTo(ChronoUnit.MICROS));
    jobs.create(job, request.act(), audited(job)).await();
    work.poke();
    return ApiResponse.accepted(job.path(), BulkDocuments.patched(job));
  }

  private static String audited(BulkJob job) {
    String filter = URLEncoder.encode(job.spec("filter"), StandardCharsets.UTF_8);
    return job.path()
        + "?filter="
        + (filter.length() > AUDITED_MAX ? filter.substring(0, AUDITED_MAX) : filter);
  }
}
