package dev.fairlead.registry.change;

import dev.fairlead.bus.postgres.PgOutbox;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The feed, put together.
public final class Changes {

  private static final int STREAMS_MAX = 5_000;
  private static final int READS_AT_ONCE = 3;

  private final PgChangeFeed feed;
  private final ChangeWaiters waiters;
  private final PgChangeNotices notices;
  private final PgChangeRetention retention;
  private final Gate gate = new Gate(READS_AT_ONCE);
  private final Set<ChangeStream> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private Changes(
      PgChangeFeed feed,
      ChangeWaiters waiters,
      PgChangeNotices notices,
      PgChangeRetention retention) {
    this.feed = feed;
    this.waiters = waiters;
    this.notices = notices;
    this.retention = retention;
  }

  /// Opens the feed, and begins to take old changes away; its context is the caller's.
  ///
  /// @param outbox is poked whenever something was committed here
  public static Changes open(
      Vertx vertx, Pool pool, PgOutbox outbox, ChangeSettings settings, MeterRegistry meters) {
    ChangeWaiters waiters = new ChangeWaiters(vertx, settings.streamsPerTenant(), STREAMS_MAX);
    Gauge.builder("registry.change.streams", waiters, ChangeWaiters::count)
        .description("Callers who follow the change feed")
        .register(meters);
    PgChangeNotices notices = new PgChangeNotices(vertx, pool, waiters);
    outbox.onPoke(notices::committed);
    notices.start();
    return new Changes(
        new PgChangeFeed(pool),
        waiters,
        notices,
        new PgChangeRetention(vertx, pool, settings.kept()));
  }

  /// The operations.
  public ChangeRoutes routes() {
    return new ChangeRoutes(feed, this);
  }

  /// What reads the feed.
  public PgChangeFeed feed() {
    return feed;
  }

  /// Tells, on the context of the feed, whenever there may be something new in any tenant; at least
  /// every second.
  public void onNews(Runnable listener) {
    notices.onNews(listener);
  }

  /// Opens a stream, which has not begun yet; empty when there are too many.
  Optional<ChangeStream> stream(ChangeFilter filter, Position from) {
    return closed
        ? Optional.empty()
        : waiters
            .enter(filter.tenant())
            .map(waiter -> new ChangeStream(feed, gate, filter, waiter, from, streams::remove))
            .filter(streams::add);
  }

  /// Ends all streams.
  public Future<Void> close() {
    closed = true;
    streams.forEach(ChangeStream::stop);
    retention.close();
    return notices.close();
  }
}
