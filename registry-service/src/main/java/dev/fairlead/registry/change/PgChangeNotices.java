package dev.fairlead.registry.change;

import dev.fairlead.bus.Backoff;
import dev.fairlead.bus.feed.FeedWaiters;
import dev.fairlead.bus.feed.PgFeedLook;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Wakes those who follow the feed. Whoever has committed something here says so; the other
/// replicas are told with PostgreSQL's `notify`, and all look which of the tenants that somebody
/// follows have something new. A notice that is lost costs a second: at that pace all look anyway.
///
/// Notices go out one at a time and not too often, since a commit with one takes a lock of the
/// whole database.
final class PgChangeNotices {

  private static final Logger log = LoggerFactory.getLogger(PgChangeNotices.class);

  private static final String CHANNEL = "fairlead_registry_changes";

  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration RETRY_FIRST = Duration.ofMillis(200);
  private static final Duration RETRY_LONGEST = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Context context;
  private final Pool pool;
  private final PgFeedLook look;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final String self = UUID.randomUUID().toString();
  private final Backoff listenAgain = new Backoff(RETRY_FIRST, RETRY_LONGEST);
  private volatile @Nullable SqlConnection listening;
  private long timer;

  // What follows is confined to the context.

  private boolean telling;
  private boolean tellWanted;
  private boolean closed;

  /// Makes notices that nobody gives yet; the context is the caller's.
  PgChangeNotices(Vertx vertx, Pool pool, FeedWaiters waiters) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.pool = pool;
    this.look = new PgFeedLook(vertx, pool, PgChangeSource.TABLE, waiters, LOOK_INTERVAL);
  }

  /// Begins to listen; goes on trying while the database is away.
  void start() {
    timer = vertx.setPeriodic(LOOK_INTERVAL.toMillis(), _ -> context.runOnContext(_ -> news()));
    listen();
  }

  Future<Void> close() {
    closed = true;
    vertx.cancelTimer(timer);
    look.close();
    SqlConnection connection = listening;
    return connection == null ? Future.succeededFuture() : connection.close();
  }

  /// Is told, on the context, whenever there may be something new in any tenant; at least every
  /// second.
  void onNews(Runnable listener) {
    listeners.add(listener);
  }

  /// Says that something was committed here. Cheap, from any thread.
  void committed() {
    context.runOnContext(
        _ -> {
          tell();
          news();
        });
  }

  private void news() {
    if (!closed) {
      listeners.forEach(Runnable::run);
      look.soon();
    }
  }

  private void tell() {
    if (telling || closed) {
      tellWanted = true;
      return;
    }
    telling = true;
    tellWanted = false;
    pool.preparedQuery("select pg_notify($1, $2)")
        .execute(Tuple.of(CHANNEL, self))
        .onFailure(cause -> log.debug("a notice was not given", cause))
        .onComplete(_ -> vertx.setTimer(PAUSE.toMillis(), _ -> told()));
  }

  private void told() {
    telling = false;
    if (tellWanted) {
      tell();
    }
  }

  private void listen() {
    if (closed) {
      return;
    }
    pool.getConnection()
        .compose(
            connection -> {
              PgConnection.cast(connection)
                  .notificationHandler(
                      notice -> {
                        if (!notice.getPayload().equals(self)) {
                          context.runOnContext(_ -> news());
                        }
                      });
              listening = connection;
              return connection
                  .query("listen " + CHANNEL)
                  .execute()
                  .onSuccess(_ -> listenAgain.reset())
                  .onSuccess(_ -> connection.closeHandler(_ -> again()))
                  .recover(cause -> connection.close().transform(_ -> Future.failedFuture(cause)));
            })
        .onFailure(
            cause -> {
              log.debug("not listening, will be tried again", cause);
              again();
            });
  }

  private void again() {
    if (!closed) {
      vertx.setTimer(listenAgain.nextMillis(), _ -> listen());
    }
  }
}
