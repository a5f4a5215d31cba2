package dev.fairlead.registry.telemetry;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.registry.row.LongExport;
import dev.fairlead.registry.row.LongQueries;
import dev.fairlead.runtime.http.ApiRequest;
import dev.fairlead.runtime.http.ApiResponse;
import dev.fairlead.runtime.http.ApiRouter;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// The operations on what devices measure.
public final class TelemetryRoutes {

  private static final Duration RANGE = Duration.ofDays(1);
  private static final Duration RANGE_MAX = Duration.ofDays(31);
  private static final int POINTS = 300;

  private static final String LINES = "application/x-ndjson";

  private final Vertx vertx;
  private final LongQueries longQueries;
  private final PgTelemetryQuery telemetry;
  private final TelemetrySettings settings;
  private final InstantSource clock;

  TelemetryRoutes(
      Vertx vertx,
      Pool pool,
      LongQueries longQueries,
      TelemetrySettings settings,
      InstantSource clock) {
    this.vertx = vertx;
    this.longQueries = longQueries;
    this.telemetry = new PgTelemetryQuery(pool, settings.historyInterval());
    this.settings = settings;
    this.clock = clock;
  }

  /// Binds the operations to the contract.
  public void bind(ApiRouter.Builder router) {
    router
        .operation(
            "getTelemetry", request -> ApiResponse.ok(telemetry.latest(device(request)).await()))
        .operation("getTelemetryHistory", this::history)
        .operation("exportTelemetry", this::export);
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

  private ApiResponse export(ApiRequest request) {
    Instant now = clock.instant();
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    LocalDate day = day(request).orElseGet(() -> today.minusDays(1));
    if (day.isAfter(today)) {
      throw refused("The day " + day + " has not begun.");
    }
    if (PgHistoryRetention.isOld(day, settings.historyRetention(), now)) {
      throw PgTelemetryExport.expired(day);
    }
    PgTelemetryExport.Question question =
        new PgTelemetryExport.Question(
            request.tenant(), request.group(), day, placeBefore(request, day));
    PgTelemetryExport steps =
        new PgTelemetryExport(longQueries.pool(), settings.historyInterval(), question);
    return ApiResponse.streamed(
        LINES, LongExport.begin(vertx, longQueries, request.tenant(), steps).await());
  }

  /// Where an export goes on: after a device, or after a sample of it.
  private static PgTelemetryExport.Place placeBefore(ApiRequest request, LocalDate day) {
    Optional<String> device = request.query("after");
    Optional<Instant> at = time(request, "at");
    if (device.isEmpty() && at.isPresent()) {
      throw refused("With 'at' there is to be 'after'.");
    }
    return device
        .map(
            id ->
                new PgTelemetryExport.Place(
                    id, at.orElseGet(() -> PgTelemetryExport.Question.end(day))))
        .orElseGet(() -> new PgTelemetryExport.Place("", PgTelemetryExport.Question.begin(day)));
  }

  private static Optional<LocalDate> day(ApiRequest request) {
    try {
      return request.query("day").map(LocalDate::parse);
    } catch (DateTimeException e) {
      throw refused("'day' is no day such as 2026-11-20.");
    }
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
