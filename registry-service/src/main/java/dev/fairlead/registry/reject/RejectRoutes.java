package dev.fairlead.registry.reject;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.sqlclient.Pool;

/// The operations on what was refused of devices.
public final class RejectRoutes {

  private final PgRejectQuery rejects;

  /// @param pool of the registry's database
  public RejectRoutes(Pool pool) {
    this.rejects = new PgRejectQuery(pool);
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("getRejects", request -> ApiResponse.ok(rejects.get(key(request)).await()))
        .operation(
            "resetRejects",
            request -> {
              rejects.reset(key(request), request.act()).await();
              return ApiResponse.noContent();
            });
  }

  private static DeviceKey key(ApiRequest request) {
    String id = request.path("id");
    if (!DeviceId.isValid(id)) {
      throw Problem.of(ProblemType.VALIDATION_FAILED, "'" + id + "' cannot be a device's id.")
          .exception();
    }
    return new DeviceKey(new TenantId(request.tenant()), new DeviceId(id));
  }
}
