package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The operations on the sessions of devices.
public final class PresenceRoutes {

  private final Pool pool;
  private final PgPresence presence = new PgPresence();

  /// @param pool of the registry's database
  public PresenceRoutes(Pool pool) {
    this.pool = pool;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router.operation("listDeviceSessions", this::list);
  }

  /// The last sessions of a device, the newest first.
  record Sessions(List<Session> items) {
    Sessions {
      items = List.copyOf(items);
    }
  }

  /// A session as the API shows it.
  record Session(
      String session,
      String epoch,
      String gateway,
      String wire,
      String remoteAddress,
      Instant openedAt,
      Optional<Instant> closedAt,
      Optional<String> reason) {

    private static Session of(PastSession past) {
      return new Session(
          past.session(),
          past.epoch().toString(),
          past.gateway(),
          past.wire(),
          past.remoteAddress(),
          past.openedAt(),
          past.closedAt(),
          past.reason());
    }
  }

  private ApiResponse list(ApiRequest request) {
    String id = request.path("id");
    if (!DeviceId.isValid(id)) {
      throw Problem.of(ProblemType.VALIDATION_FAILED, "'" + id + "' cannot be a device's id.")
          .exception();
    }
    DeviceKey device = new DeviceKey(new TenantId(request.tenant()), new DeviceId(id));
    SessionHistory history =
        presence
            .history(pool, device)
            .await()
            .orElseThrow(
                () ->
                    Problem.of(ProblemType.DEVICE_NOT_FOUND, "There is no device '" + id + "'.")
                        .exception());
    return ApiResponse.ok(
        new Sessions(history.sessions().reversed().stream().map(Session::of).toList()));
  }
}
