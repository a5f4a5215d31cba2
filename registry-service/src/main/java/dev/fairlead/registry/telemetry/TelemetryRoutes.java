package dev.fairlead.registry.telemetry;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.sqlclient.Pool;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// The operations on what devices measure.
public final class TelemetryRoutes {

  private static final Duration RANGE = Duration.ofDays(1);
  private static final Duration RANGE_MAX = Duration.ofDays(31);
  private static final int POINTS = 300;

  private final PgTelemetryQuery telemetry;
  private final TelemetrySettings settings;
  private final InstantSource clock;

  TelemetryRoutes(Pool pool, TelemetrySettings settings, InstantSource clock) {
    this.telemetry = new PgTelemetryQuery(pool, settings.historyInterval());
    this.settings = settings;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation(
            "getTelemetry", request -> ApiResponse.ok(telemetry.latest(device(request)).await()))
        .operation("getTelemetryHistory", this::history);
  }

  private ApiResponse history(ApiRequest request) {
    Instant to = time(request, "to").orElseGet(clock::instant).truncatedTo(ChronoUnit.MILLIS);
    Instant from = time(request, "from").orElseGet(() -> to.minus(RANGE));
    if (!from.isBefore(to)) {
      throw refused("'from' is to be before 'to'.");
    }
    if (Duration.between(from, to).compareTo(RANGE_MAX) > 0) {
      throw refused("From 'from' to 'to' there are at most " + RANGE_MAX.toDays() + " days.");
    }
    int points = request.query("points").map(Integer::parseInt).orElse(POINTS);
    // A point of less than a millisecond is none.
    points = (int) Math.min(points, Duration.between(from, to).toMillis());
    PgTelemetryQuery.Question question =
        new PgTelemetryQuery.Question(
            device(request), request.query("key").orElseThrow(), from, to, points);
    return ApiResponse.ok(
        new TelemetryDocument.History(
            question.key(),
            from,
            to,
            question.pointSeconds(),
            settings.historyInterval().toSeconds(),
            telemetry.history(question).await()));
  }

  private static Optional<Instant> time(ApiRequest request, String name) {
    try {
      return request
          .query(name)
          .map(OffsetDateTime::parse)
          .map(OffsetDateTime::toInstant)
          .map(at -> at.truncatedTo(ChronoUnit.MILLIS));
    } catch (DateTimeException e) {
      throw refused("'" + name + "' is no time as RFC 3339 writes it.");
    }
  }

  private static DeviceKey device(ApiRequest request) {
    String id = request.path("id");
    if (!DeviceId.isValid(id)) {
      throw refused("'" + id + "' cannot be a device's id.");
    }
    return new DeviceKey(new TenantId(request.tenant()), new DeviceId(id));
  }

  private static ProblemException refused(String why) {
    return Problem.of(ProblemType.VALIDATION_FAILED, why).exception();
  }
}
