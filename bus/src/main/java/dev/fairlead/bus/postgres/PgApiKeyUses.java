package dev.fairlead.bus.postgres;

import dev.fairlead.bus.access.ApiKeyUses;
import dev.fairlead.bus.message.ApiKeyUse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the registry, by way of the outbox, which API keys were used at this service. What cannot
/// be written is kept for the next time; a process that is killed forgets what it had not told.
public final class PgApiKeyUses {

  private static final Logger log = LoggerFactory.getLogger(PgApiKeyUses.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Pool pool;
  private final PgOutbox outbox;
  private final ApiKeyUses uses;
  private final long timer;

  /// Begins to tell.
  ///
  /// @param outbox of the same database
  public PgApiKeyUses(Vertx vertx, Pool pool, PgOutbox outbox, ApiKeyUses uses) {
    this.vertx = vertx;
    this.pool = pool;
    this.outbox = outbox;
    this.uses = uses;
    this.timer = vertx.setPeriodic(INTERVAL.toMillis(), _ -> tell());
  }

  /// Tells what was noted last, and stops.
  public Future<Void> close() {
    vertx.cancelTimer(timer);
    return tell().otherwiseEmpty();
  }

  private Future<Void> tell() {
    Collection<ApiKeyUse> taken = uses.take();
    if (taken.isEmpty()) {
      return Future.succeededFuture();
    }
    return pool.withTransaction(transaction -> append(transaction, taken).map(taken))
        .onSuccess(_ -> outbox.poke())
        .onFailure(
            cause -> {
              uses.giveBack(taken);
              log.atDebug().setCause(cause).log("uses of API keys not told, will be tried again");
            })
        .mapEmpty();
  }

  private static Future<Void> append(SqlConnection transaction, Collection<ApiKeyUse> uses) {
    Future<Void> appended = Future.succeededFuture();
    for (ApiKeyUse use : uses) {
      appended = appended.compose(_ -> PgOutbox.append(transaction, use.toRecord())).mapEmpty();
    }
    return appended;
  }
}
