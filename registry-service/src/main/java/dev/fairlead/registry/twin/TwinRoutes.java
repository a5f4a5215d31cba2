package dev.fairlead.registry.twin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.devicetype.PgTypeSchemas;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/// The operations on twins.
public final class TwinRoutes {

  private static final String ANY = "*";

  private final PgTwins twins;
  private final InstantSource clock;

  /// @param pool of the registry's database
  /// @param mail takes changes to the devices
  /// @param schemas that documents must keep to
  /// @param clock for the times of changes
  public TwinRoutes(Pool pool, PgDesiredMail mail, PgTypeSchemas schemas, InstantSource clock) {
    this.twins = new PgTwins(pool, mail, schemas);
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("getTwin", this::get)
        .operation("patchDesired", this::patch)
        .operation("replaceDesired", this::replace);
  }

  private ApiResponse get(ApiRequest request) {
    return answer(key(request));
  }

  private ApiResponse patch(ApiRequest request) {
    ObjectNode patch = request.body(ObjectNode.class);
    return change(request, document -> DesiredDocument.patched(document, patch));
  }

  private ApiResponse replace(ApiRequest request) {
    ObjectNode body = request.body(ObjectNode.class);
    return change(request, document -> DesiredDocument.replaced(body));
  }

  private ApiResponse change(ApiRequest request, UnaryOperator<ObjectNode> change) {
    DeviceKey device = key(request);
    twins
        .change(
            device,
            change,
            expected(request),
            // As exact as the database keeps times.
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            request.act())
        .await();
    return answer(device);
  }

  private ApiResponse answer(DeviceKey device) {
    TwinDocument twin = twins.get(device).await();
    return ApiResponse.ok(twin).withHeader("ETag", "\"" + twin.desired().version() + "\"");
  }

  /// The version that `If-Match` names, with or without quotes, as the contract has checked.
  private static OptionalLong expected(ApiRequest request) {
    return request.header("If-Match").filter(text -> !text.equals(ANY)).stream()
        .mapToLong(text -> Long.parseLong(text.replace("\"", "")))
        .findFirst();
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
