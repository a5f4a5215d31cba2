package dev.fairlead.command.stream;

import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.feed.FeedStreams;
import dev.fairlead.bus.feed.PgFeed;
import dev.fairlead.bus.feed.PgFeedLook;
import dev.fairlead.bus.feed.PgFeedRetention;
import dev.fairlead.command.lifecycle.PgCommandChanges;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;

/// The steps of commands as feeds, put together. Nobody is told of a commit: while somebody
/// follows here it is looked at a pace that nobody notices, and while nobody does nothing is done.
public final class PgCommandFeeds {

  private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);

  private final PgFeed<CommandStepFilter> ofCommand;
  private final PgFeed<CommandStepFilter> ofDevices;
  private final FeedStreams streams;
  private final PgFeedLook look;
  private final PgFeedRetention retention;

  /// Begins to look for what is new, and to take away what is old; its context is the caller's.
  ///
  /// @param pool of the schema `command`
  public PgCommandFeeds(Vertx vertx, Pool pool, FeedSettings settings, MeterRegistry meters) {
    ofCommand = new PgFeed<>(pool, PgCommandSteps.ofCommand());
    ofDevices = new PgFeed<>(pool, PgCommandSteps.ofDevices());
    streams = new FeedStreams(vertx, settings);
    Gauge.builder("command.streams", streams, FeedStreams::count)
        .description("Callers who follow the steps of commands")
        .register(meters);
    look = new PgFeedLook(vertx, pool, PgCommandChanges.TABLE, streams.waiters(), LOOK_INTERVAL);
    retention = new PgFeedRetention(vertx, pool, PgCommandChanges.TABLE, settings.kept());
  }

  /// The feed of one command.
  PgFeed<CommandStepFilter> ofCommand() {
    return ofCommand;
  }

  /// The feed of a tenant's devices.
  PgFeed<CommandStepFilter> ofDevices() {
    return ofDevices;
  }

  /// Who follows.
  FeedStreams streams() {
    return streams;
  }

  /// Ends all streams. May be called again.
  public Future<Void> close() {
    streams.close();
    look.close();
    retention.close();
    return Future.succeededFuture();
  }
}
