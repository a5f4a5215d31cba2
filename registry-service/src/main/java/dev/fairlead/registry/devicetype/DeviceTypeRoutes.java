package dev.fairlead.registry.devicetype;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.bus.schema.BadSchemaException;
import dev.fairlead.bus.schema.TypeSchemas;
import dev.fairlead.bus.schema.Violation;
import dev.fairlead.registry.body.JsonBody;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The operations on types of devices.
public final class DeviceTypeRoutes {

  private static final String ANY = "*";

  private final PgDeviceTypes types;
  private final InstantSource clock;

  /// @param pool of the registry's database
  /// @param outbox tells the bus of types
  /// @param clock for the times of changes
  public DeviceTypeRoutes(Pool pool, PgOutbox outbox, InstantSource clock) {
    this.types = new PgDeviceTypes(pool, outbox);
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("listDeviceTypes", this::list)
        .operation(
            "getDeviceType",
            request -> answer(types.get(tenant(request), request.path("type")).await()))
        .operation("putDeviceType", this::put)
        .operation("deleteDeviceType", this::delete);
  }

  /// The body of `putDeviceType`.
  record NewDeviceType(
      @Nullable String title, @Nullable String description, @Nullable ObjectNode schemas) {}

  private ApiResponse list(ApiRequest request) {
    Paging paging = Paging.of(request);
    Optional<String> after = paging.after(1).map(List::getFirst);
    List<DeviceTypeDocument.Summary> page =
        types.list(tenant(request), after, paging.limit() + 1).await();
    return ApiResponse.ok(paging.page(page, type -> List.of(type.type())));
  }

  private ApiResponse put(ApiRequest request) {
    NewDeviceType body = request.body(NewDeviceType.class);
    ObjectNode schemas =
        body.schemas() == null ? JsonNodeFactory.instance.objectNode() : body.schemas();
    check(schemas);
    PgDeviceTypes.Edit edit =
        new PgDeviceTypes.Edit(
            request.path("type"),
            Optional.ofNullable(body.title()),
            Optional.ofNullable(body.description()),
            schemas,
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            request.principal().id());
    return answer(types.put(tenant(request), edit, expected(request), request.act()).await());
  }

  private ApiResponse delete(ApiRequest request) {
    types
        .delete(
            tenant(request),
            request.path("type"),
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            request.act())
        .await();
    return ApiResponse.noContent();
  }

  private static void check(ObjectNode schemas) {
    JsonBody.objection(schemas)
        .ifPresent(
            objection -> {
              throw refused(new Violation("", "it " + objection));
            });
    try {
      TypeSchemas.compile(schemas);
    } catch (BadSchemaException e) {
      throw refused(e.violation());
    }
  }

  private static ProblemException refused(Violation violation) {
    String pointer = "/schemas" + violation.pointer();
    return Problem.of(
            ProblemType.VALIDATION_FAILED,
            "'" + pointer + "' is not right: " + violation.message() + ".")
        .with("errors", List.of(Map.of("pointer", pointer, "message", violation.message())))
        .exception();
  }

  private static ApiResponse answer(DeviceTypeDocument type) {
    return ApiResponse.ok(type).withHeader("ETag", "\"" + type.summary().version() + "\"");
  }

  /// The version that `If-Match` names, with or without quotes, as the contract has checked.
  private static OptionalLong expected(ApiRequest request) {
    return request.header("If-Match").filter(text -> !text.equals(ANY)).stream()
        .mapToLong(text -> Long.parseLong(text.replace("\"", "")))
        .findFirst();
  }

  private static TenantId tenant(ApiRequest request) {
    return new TenantId(request.tenant());
  }
}
