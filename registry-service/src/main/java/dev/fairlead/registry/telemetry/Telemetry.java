package dev.fairlead.registry.telemetry;

import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.postgres.PgOutbox;
import dev.fairlead.registry.devicetype.PgTypeSchemas;
import dev.fairlead.registry.row.Feed;
import dev.fairlead.registry.row.LongQueries;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;
import java.util.List;

/// What devices measure: its latest values, its history, and the rules that look at it.
public final class Telemetry {

  /// How many connections the row budget is spent through: one reads, one writes.
  public static final int CONNECTIONS = 2;

  private final Vertx vertx;
  private final Pool pool;
  private final DeadLetters deadLetters;
  private final SchemaCheck check;
  private final TelemetrySettings settings;
  private final InstantSource clock;
  private final PgTelemetry latest;
  private final PgHistoryRetention retention;

  /// Begins to take old samples away; its context is the caller's.
  ///
  /// @param pool of the registry's database
  /// @param budgeted [#CONNECTIONS] of their own, so that nothing else waits for them
  /// @param schemas what measurements must be like
  /// @param outbox wakes the readers of the feed
  /// @param clock what the retention counts from
  public Telemetry(
      Vertx vertx,
      Pool pool,
      Pool budgeted,
      DeadLetters deadLetters,
      PgTypeSchemas schemas,
      PgOutbox outbox,
      TelemetrySettings settings,
      InstantSource clock,
      MeterRegistry meters) {
    this.vertx = vertx;
    this.pool = pool;
    this.deadLetters = deadLetters;
    this.check = new SchemaCheck(schemas);
    this.settings = settings;
    this.clock = clock;
    this.latest =
        new PgTelemetry(vertx, budgeted, deadLetters, check, outbox, settings, clock, meters);
    this.retention = new PgHistoryRetention(vertx, budgeted, settings.historyRetention(), clock);
  }

  /// The ways from the topic into the tables.
  public List<Feed> feeds() {
    return List.of(PgTelemetryRules.feed(pool, deadLetters, check), latest.feed());
  }

  /// The operations.
  ///
  /// @param longQueries for the steps of exports
  public TelemetryRoutes routes(LongQueries longQueries) {
    return new TelemetryRoutes(vertx, pool, longQueries, settings, clock);
  }

  /// Stops; what was read and not written is read again.
  public Future<Void> close() {
    retention.close();
    latest.close();
    return Future.succeededFuture();
  }
}
