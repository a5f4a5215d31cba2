package dev.fairlead.registry.rule;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.filter.FilterParser;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The operations on rules.
public final class RuleRoutes {

  static final String PATH = "/api/v1/rules/";

  private final PgRules rules;
  private final InstantSource clock;

  /// @param pool of the registry's database
  /// @param clock for the times of rules
  public RuleRoutes(Pool pool, InstantSource clock) {
    this.rules = new PgRules(pool);
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("createRule", this::create)
        .operation("listRules", this::list)
        .operation("getRule", this::get)
        .operation("putRule", this::put)
        .operation("deleteRule", this::delete);
  }

  /// The body of `createRule` and `putRule`.
  record NewRule(
      String name,
      @Nullable Boolean enabled,
      @Nullable String filter,
      JsonNode condition,
      NewAlert alert) {}

  /// The alert in a body.
  record NewAlert(String code, String severity, String text, @Nullable String suggestion) {}

  private ApiResponse create(ApiRequest request) {
    RuleDocument rule = rule(request, UUID.randomUUID().toString());
    RuleDocument made = rules.create(tenant(request), rule, request.act()).await();
    return ApiResponse.created(PATH + made.id(), made);
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    List<RuleDocument> page = rules.list(tenant(request), after, paging.limit() + 1).await();
    return ApiResponse.ok(paging.page(page, rule -> List.of(rule.id())));
  }

  private ApiResponse get(ApiRequest request) {
    return ApiResponse.ok(rules.get(tenant(request), request.path("ruleId")).await());
  }

  private ApiResponse put(ApiRequest request) {
    return ApiResponse.ok(
        rules
            .replace(tenant(request), rule(request, request.path("ruleId")), request.act())
            .await());
  }

  private ApiResponse delete(ApiRequest request) {
    rules.delete(tenant(request), request.path("ruleId"), request.act()).await();
    return ApiResponse.noContent();
  }

  /// The rule in the body, which is checked beyond what the contract can say.
  private RuleDocument rule(ApiRequest request, String id) {
    NewRule body = request.body(NewRule.class);
    Optional<String> filter = Optional.ofNullable(body.filter());
    filter.ifPresent(FilterParser::parse);
    RuleCondition.of(body.condition());
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return new RuleDocument(
        id,
        body.name(),
        body.enabled() == null || body.enabled(),
        filter,
        body.condition(),
        new RuleDocument.Raised(
            body.alert().code(),
            body.alert().severity(),
            body.alert().text(),
            Optional.ofNullable(body.alert().suggestion())),
        now,
        now,
        Optional.empty());
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
