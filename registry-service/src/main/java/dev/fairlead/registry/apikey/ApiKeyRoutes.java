package dev.fairlead.registry.apikey;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.row.Published;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.http.Principal;
import dev.fairlead.runtime.http.Role;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The operations on API keys.
public final class ApiKeyRoutes {

  static final String PATH = "/api/v1/api-keys/";

  private final PgApiKeys keys;
  private final Published published;
  private final InstantSource clock;

  /// @param clock for the times of keys
  public ApiKeyRoutes(PgApiKeys keys, Published published, InstantSource clock) {
    this.keys = keys;
    this.published = published;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("createApiKey", this::create)
        .operation("listApiKeys", this::list)
        .operation("deleteApiKey", this::delete);
  }

  /// The body of `createApiKey`.
  record NewApiKey(String name, String role, @Nullable Instant expiresAt) {}

  private ApiResponse create(ApiRequest request) {
    Principal maker = request.principal();
    NewApiKey body = request.body(NewApiKey.class);
    Role role = ApiKeyDocument.role(body.role());
    request.require(role);
    // As exact as the database keeps times.
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    Optional<Instant> expiresAt =
        Optional.ofNullable(body.expiresAt()).map(at -> at.truncatedTo(ChronoUnit.MICROS));
    if (expiresAt.isPresent() && !expiresAt.get().isAfter(now)) {
      throw Problem.of(ProblemType.VALIDATION_FAILED, "'expiresAt' must lie in the future.")
          .exception();
    }
    ApiKeySecret secret = ApiKeySecret.random();
    PgApiKeys.Made made =
        keys.create(
                tenant(request),
                body.name(),
                role,
                secret,
                expiresAt,
                maker.id(),
                now,
                request.act())
            .await();
    published
        .within(
            made.outboxId(),
            "The key was made, but the bus does not take the news at the moment, and it was not shown."
                + " Delete it and make another.")
        .await();
    return ApiResponse.created(
        PATH + made.document().id(), new ApiKeyDocument.Created(made.document(), secret.text()));
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    List<ApiKeyDocument> page = keys.list(tenant(request), after, paging.limit() + 1).await();
    return ApiResponse.ok(paging.page(page, key -> List.of(key.id())));
  }

  private ApiResponse delete(ApiRequest request) {
    long outboxId =
        keys.delete(tenant(request), request.path("id"), request.principal().role(), request.act())
            .await();
    published
        .within(
            outboxId,
            "The key was deleted, but the bus does not take the news at the moment: it may open doors"
                + " until it does.")
        .await();
    return ApiResponse.noContent();
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
