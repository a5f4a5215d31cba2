package dev.fairlead.registry.alert;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.http.Paging;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The operations on alerts.
public final class AlertRoutes {

  private final PgAlertStore store;
  private final LongQueries longQueries;
  private final InstantSource clock;

  /// @param longQueries for lists that a filter of devices makes
  /// @param clock for the times at which people do something
  public AlertRoutes(Pool pool, LongQueries longQueries, InstantSource clock) {
    this.store = new PgAlertStore(pool, longQueries);
    this.longQueries = longQueries;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation("listAlerts", request -> list(request, Optional.empty()))
        .operation("listDeviceAlerts", this::listOfDevice)
        .operation("getAlert", request -> ApiResponse.ok(store.get(name(request)).await()))
        .operation("acknowledgeAlert", this::acknowledge)
        .operation("commentAlert", this::comment)
        .operation("closeAlert", this::close);
  }

  /// The body of `commentAlert`.
  record NewComment(String text) {}

  private ApiResponse listOfDevice(ApiRequest request) throws InterruptedException {
    DeviceKey device = DeviceKey.of(request.tenant(), request.path("id"));
    store.requireDevice(device).await();
    return list(request, Optional.of(device.device().value()));
  }

  private ApiResponse list(ApiRequest request, Optional<String> device)
      throws InterruptedException {
    AlertFilter filter = AlertFilter.of(request, device.or(() -> request.query("device")));
    Paging paging = Paging.of(request);
    String fingerprint = filter.fingerprint();
    Optional<PgAlertQuery.After> after =
        paging.after(3).map(cursor -> position(cursor, fingerprint));
    Supplier<Future<List<AlertDocument>>> query =
        () -> store.list(filter, after, paging.limit() + 1, clock.instant());
    List<AlertDocument> page =
        filter.devices().isPresent()
            ? longQueries.run(request.tenant(), query).await()
            : query.get().await();
    return ApiResponse.ok(
        paging.page(page, alert -> List.of(fingerprint, alert.raisedAt().toString(), alert.id())));
  }

  private static PgAlertQuery.After position(List<String> cursor, String fingerprint) {
    try {
      if (cursor.getFirst().equals(fingerprint)) {
        return new PgAlertQuery.After(Instant.parse(cursor.get(1)), cursor.getLast());
      }
    } catch (DateTimeException e) {
      // told below, like every other cursor that is not of this list
    }
    throw Problem.of(ProblemType.BAD_CURSOR, "The cursor is that of a list with other filters.")
        .exception();
  }

  private ApiResponse acknowledge(ApiRequest request) {
    return ApiResponse.ok(
        store.acknowledge(name(request), who(request), now(), request.act()).await());
  }

  private ApiResponse comment(ApiRequest request) {
    return ApiResponse.ok(
        store
            .comment(
                name(request),
                who(request),
                request.body(NewComment.class).text(),
                now(),
                request.act())
            .await());
  }

  private ApiResponse close(ApiRequest request) {
    return ApiResponse.ok(store.close(name(request), who(request), now(), request.act()).await());
  }

  private static PgAlertStore.Name name(ApiRequest request) {
    return new PgAlertStore.Name(
        new TenantId(request.tenant()), request.path("alertId"), request.group());
  }

  private static String who(ApiRequest request) {
    return request.principal().id();
  }

  /// As exact as the database keeps times.
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
