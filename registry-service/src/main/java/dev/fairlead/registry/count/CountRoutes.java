package dev.fairlead.registry.count;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import java.time.InstantSource;
import java.util.Locale;

/// The operation that counts devices.
public final class CountRoutes {

  private final PgCounts counts;
  private final LongQueries longQueries;
  private final InstantSource clock;

  /// @param longQueries for what may take seconds
  /// @param clock what `ago` in filters counts from
  public CountRoutes(LongQueries longQueries, InstantSource clock) {
    this.counts = new PgCounts(longQueries.pool());
    this.longQueries = longQueries;
    this.clock = clock;
  }

  /// Binds the operation to the contract.
  public void bind(ApiRouter.Builder router) {
    router.operation("countDevices", this::count);
  }

  private ApiResponse count(ApiRequest request) throws InterruptedException {
    PgCounts.Question question =
        new PgCounts.Question(
            new TenantId(request.tenant()),
            PgCounts.By.valueOf(request.query("by").orElse("health").toUpperCase(Locale.ROOT)),
            request.query("filter").map(FilterParser::parse),
            request.group());
    return ApiResponse.ok(
        longQueries.run(request.tenant(), () -> counts.count(question, clock.instant())).await());
  }
}
