package dev.fairlead.registry.limit;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Shows a tenant its limits and what it uses of them.
public final class LimitRoutes {

  private final Pool pool;
  private final LimitSharer sharer;

  /// @param pool of the registry's database
  /// @param sharer knows what is used
  public LimitRoutes(Pool pool, LimitSharer sharer) {
    this.pool = pool;
    this.sharer = sharer;
  }

  /// The body of the answer.
  record Page(List<LimitDocument> items, @Nullable String next) {}

  /// Binds the operation to the contract.
  public void bind(ApiRouter.Builder router) {
    router.operation("listLimits", this::list);
  }

  private ApiResponse list(ApiRequest request) {
    TenantId tenant = new TenantId(request.tenant());
    Limits limits = sharer.limits(tenant);
    Map<Limit, Double> used = sharer.used(tenant);
    long devices = PgDeviceQuota.devices(pool, tenant).await();
    return ApiResponse.ok(
        new Page(
            Stream.of(Limit.values())
                .map(
                    limit ->
                        new LimitDocument(
                            limit.word(), limits.of(limit), used(limit, used, devices)))
                .toList(),
            null));
  }

  private static @Nullable Long used(Limit limit, Map<Limit, Double> used, long devices) {
    return switch (limit) {
      case DEVICES -> devices;
      case CONNECTIONS, MESSAGES, BYTES, COMMANDS ->
          (long) Math.ceil(used.getOrDefault(limit, 0.0));
      case DEVICE_MESSAGES, DEVICE_BYTES -> null;
    };
  }
}
