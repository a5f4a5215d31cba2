package dev.fairlead.registry.tenant;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.row.Published;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The operations on tenants, all of them for platform admins.
public final class TenantRoutes {

  static final String PATH = "/api/v1/tenants/";

  private final PgTenants tenants;
  private final Published published;
  private final InstantSource clock;

  /// @param clock for the times of tenants
  public TenantRoutes(PgTenants tenants, Published published, InstantSource clock) {
    this.tenants = tenants;
    this.published = published;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("createTenant", this::create)
        .operation("listTenants", this::list)
        .operation("getTenant", this::get)
        .operation("patchTenant", this::patch)
        .operation("deleteTenant", this::delete);
  }

  /// The body of `createTenant`.
  record NewTenant(String id, @Nullable String name) {}

  /// The body of `patchTenant`.
  record TenantPatch(@Nullable String name, @Nullable Boolean suspended) {}

  private ApiResponse create(ApiRequest request) {
    NewTenant body = request.body(NewTenant.class);
    String name = body.name() == null ? body.id() : body.name();
    TenantDocument made =
        tenants
            .create(
                new TenantId(body.id()),
                name,
                clock.instant().truncatedTo(ChronoUnit.MICROS),
                request.act())
            .await();
    return ApiResponse.created(PATH + made.id(), made);
  }

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    List<TenantDocument> page = tenants.list(after, paging.limit() + 1).await();
    return ApiResponse.ok(paging.page(page, tenant -> List.of(tenant.id())));
  }

  private ApiResponse get(ApiRequest request) {
    return ApiResponse.ok(tenants.get(tenant(request)).await());
  }

  private ApiResponse patch(ApiRequest request) {
    TenantPatch body = request.body(TenantPatch.class);
    PgTenants.Changed changed =
        tenants
            .change(
                tenant(request),
                Optional.ofNullable(body.name()),
                Optional.ofNullable(body.suspended()),
                request.act())
            .await();
    if (changed.outboxId().isPresent()) {
      published
          .within(
              changed.outboxId().get(),
              "The tenant was changed, but the bus does not take the news at the moment: it takes"
                  + " effect when it does.")
          .await();
    }
    return ApiResponse.ok(changed.tenant());
  }

  private ApiResponse delete(ApiRequest request) {
    Optional<Long> outboxId = tenants.delete(tenant(request), request.act()).await();
    if (outboxId.isPresent()) {
      published
          .within(
              outboxId.get(),
              "The tenant was deleted, but the bus does not take the news at the moment: its keys"
                  + " open what they opened until it does.")
          .await();
    }
    return ApiResponse.noContent();
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.path("id"));
  }
}
