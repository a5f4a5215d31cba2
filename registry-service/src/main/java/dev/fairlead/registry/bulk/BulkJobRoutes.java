package dev.fairlead.registry.bulk;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What can be done with jobs of either kind.
final class BulkJobRoutes {

  private final PgBulkJobs jobs;
  private final BulkJob.Kind kind;
  private final Function<BulkJob, Object> document;
  private final InstantSource clock;

  /// @param document shows a job
  BulkJobRoutes(
      PgBulkJobs jobs, BulkJob.Kind kind, Function<BulkJob, Object> document, InstantSource clock) {
    this.jobs = jobs;
    this.kind = kind;
    this.document = document;
    this.clock = clock;
  }

  /// An error as the list shows it.
  record ErrorDocument(
      Optional<Long> line, Optional<String> deviceId, String code, String message) {}

  ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    List<BulkJob> page =
        jobs.list(
                tenant(request),
                kind,
                request.group(),
                paging.after(2).map(BulkJobRoutes::place),
                paging.limit() + 1)
            .await();
    Paging.Page<BulkJob> shown =
        paging.page(page, job -> List.of(job.createdAt().toString(), job.id()));
    return ApiResponse.ok(
        new Paging.Page<>(shown.items().stream().map(document).toList(), shown.next()));
  }

  private static PgBulkJobs.Place place(List<String> cursor) {
    try {
      return new PgBulkJobs.Place(Instant.parse(cursor.getFirst()), cursor.getLast());
    } catch (DateTimeException e) {
      throw foreign();
    }
  }

  private static RuntimeException foreign() {
    return Problem.of(ProblemType.BAD_CURSOR, "The cursor is not one of this list.").exception();
  }

  ApiResponse get(ApiRequest request) {
    return ApiResponse.ok(document.apply(job(request)));
  }

  ApiResponse cancel(ApiRequest request) {
    BulkJob job =
        jobs.cancel(
                tenant(request),
                kind,
                request.path("jobId"),
                request.group(),
                clock.instant(),
                request.act())
            .await();
    if (job.state() != BulkJob.State.CANCELLED) {
      throw PgBulkJobs.ended(job).exception();
    }
    return ApiResponse.ok(document.apply(job));
  }

  ApiResponse errors(ApiRequest request) {
    Paging paging = Paging.of(request);
    long after = paging.after(1).map(texts -> number(texts.getFirst())).orElse(0L);
    List<PgBulkJobs.Numbered> page = jobs.errors(job(request), after, paging.limit() + 1).await();
    Paging.Page<PgBulkJobs.Numbered> shown =
        paging.page(page, error -> List.of(Long.toString(error.number())));
    return ApiResponse.ok(
        new Paging.Page<>(
            shown.items().stream()
                .map(PgBulkJobs.Numbered::error)
                .map(
                    error ->
                        new ErrorDocument(
                            error.line(), error.deviceId(), error.code(), error.message()))
                .toList(),
            shown.next()));
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw foreign();
    }
  }

  BulkJob job(ApiRequest request) {
    return jobs.get(tenant(request), kind, request.path("jobId"), request.group()).await();
  }

  static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
