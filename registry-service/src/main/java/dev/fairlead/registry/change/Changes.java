package dev.fairlead.registry.change;

import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.feed.FeedStreams;
import dev.fairlead.bus.feed.PgFeed;
import dev.fairlead.bus.feed.PgFeedRetention;
import dev.fairlead.bus.postgres.PgOutbox;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;

/// The feed, put together.
public final class Changes {

  private final PgFeed<ChangeFilter> feed;
  private final FeedStreams streams;
  private final PgChangeNotices notices;
  private final PgFeedRetention retention;

  private Changes(
      PgFeed<ChangeFilter> feed,
      FeedStreams streams,
      PgChangeNotices notices,
      PgFeedRetention retention) {
    this.feed = feed;
    this.streams = streams;
    this.notices = notices;
    this.retention = retention;
  }

  /// Opens the feed, and begins to take old changes away; its context is the caller's.
  ///
  /// @param outbox is poked whenever something was committed here
  public static Changes open(
      Vertx vertx, Pool pool, PgOutbox outbox, FeedSettings settings, MeterRegistry meters) {
    FeedStreams streams = new FeedStreams(vertx, settings);
    Gauge.builder("registry.change.streams", streams, FeedStreams::count)
        .description("Callers who follow the change feed")
        .register(meters);
    PgChangeNotices notices = new PgChangeNotices(vertx, pool, streams.waiters());
    outbox.onPoke(notices::committed);
    notices.start();
    return new Changes(
        new PgFeed<>(pool, new PgChangeSource()),
        streams,
        notices,
        new PgFeedRetention(vertx, pool, PgChangeSource.TABLE, settings.kept()));
  }

  /// The operations.
  public ChangeRoutes routes() {
    return new ChangeRoutes(feed, streams);
  }

  /// What reads the feed.
  public PgFeed<ChangeFilter> feed() {
    return feed;
  }

  /// Tells, on the context of the feed, whenever there may be something new in any tenant; at least
  /// every second.
  public void onNews(Runnable listener) {
    notices.onNews(listener);
  }

  /// Ends all streams.
  public Future<Void> close() {
    streams.close();
    retention.close();
    return notices.close();
  }
}
