package dev.fairlead.registry.audit;

import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The operations on the audit.
public final class AuditRoutes {

  private static final String LINES = "application/x-ndjson";

  private final PgAuditQuery query;
  private final PgAuditVerifier verifier;
  private final LongQueries longQueries;

  AuditRoutes(PgAuditQuery query, PgAuditVerifier verifier, LongQueries longQueries) {
    this.query = query;
    this.verifier = verifier;
    this.longQueries = longQueries;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("listAudit", this::list)
        .operation("exportAudit", this::export)
        .operation("verifyAudit", this::verify);
  }

  private ApiResponse list(ApiRequest request) throws InterruptedException {
    Paging paging = Paging.of(request);
    long before = paging.after(1).map(texts -> number(texts.getFirst())).orElse(Long.MAX_VALUE);
    List<AuditDocument> page =
        longQueries
            .run(
                request.tenant(),
                () -> query.newest(request.tenant(), filter(request), before, paging.limit() + 1))
            .await();
    return ApiResponse.ok(
        paging.page(page, document -> List.of(Long.toString(document.sequence()))));
  }

  private ApiResponse export(ApiRequest request) {
    AuditExport export = new AuditExport(query, request.tenant(), filter(request));
    return ApiResponse.streamed(LINES, export.begin().await());
  }

  private ApiResponse verify(ApiRequest request) throws InterruptedException {
    return ApiResponse.ok(
        longQueries.run(request.tenant(), () -> verifier.verify(request.tenant())).await());
  }

  private static AuditFilter filter(ApiRequest request) {
    return new AuditFilter(
        request.query("actor"),
        request.query("action"),
        request.query("target"),
        request.query("outcome"),
        time(request, "from"),
        time(request, "to"));
  }

  private static Optional<Instant> time(ApiRequest request, String name) {
    try {
      return request.query(name).map(Instant::parse);
    } catch (DateTimeException e) {
      throw Problem.of(
              ProblemType.VALIDATION_FAILED,
              "'" + name + "' must be a time such as 2030-01-31T12:00:00Z.")
          .exception();
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw Problem.of(ProblemType.BAD_CURSOR, "The cursor is not one of this list.").exception();
    }
  }
}
