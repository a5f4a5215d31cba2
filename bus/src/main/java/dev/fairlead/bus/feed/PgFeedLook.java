package dev.fairlead.bus.feed;

import dev.fairlead.bus.Backoff;
import dev.fairlead.bus.identity.TenantId;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks which of the tenants that somebody follows have something new, and wakes those who follow
/// them: at a pace, and soon where an older transaction still hides something. Costs nothing while
/// nobody follows.
public final class PgFeedLook {

  private static final Logger log = LoggerFactory.getLogger(PgFeedLook.class);

  /// Between two looks, however often somebody asks for one.
  private static final Duration PAUSE = Duration.ofMillis(50);

  private static final Duration HIDDEN_FIRST = Duration.ofMillis(10);
  private static final Duration HIDDEN_LONGEST = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final Context context;
  private final Pool pool;
  private final FeedWaiters waiters;
  private final String sql;
  private final Backoff lookAgain = new Backoff(HIDDEN_FIRST, HIDDEN_LONGEST);
  private final long timer;

  // What follows is confined to the context.

  /// Up to this transaction it has looked.
  private String seen = "0";

  /// Up to this one the time before. From here it looks again: who came while it looked may have
  /// read what was there before.
  private String seenBefore = "0";

  private boolean looking;
  private boolean lookWanted;
  private boolean closed;

  /// Begins; its context is the caller's.
  ///
  /// @param table of a feed
  /// @param interval how often to look, at least
  public PgFeedLook(Vertx vertx, Pool pool, String table, FeedWaiters waiters, Duration interval) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.pool = pool;
    this.waiters = waiters;
    this.sql = sql(table);
    this.timer = vertx.setPeriodic(interval.toMillis(), _ -> soon());
  }

  private static String sql(String table) {
    return """
      select tenant, bounds.xmin::text as xmin,
        exists (
          select 1 from %1$s event
          where event.tenant = followed.tenant and event.slot = any(bounds.slots)
            and event.xid >= $2::text::xid8 and event.xid < bounds.xmin
        ) as visible,
        exists (
          select 1 from %1$s event
          where event.tenant = followed.tenant and event.slot = any(bounds.slots)
            and event.xid >= bounds.xmin
        ) as hidden
      from unnest($1::text[]) as followed (tenant),
        (select pg_snapshot_xmin(pg_current_snapshot()) as xmin,
          array[
            (extract(epoch from now())::bigint / 86400 %% 16)::smallint,
            ((extract(epoch from now())::bigint / 86400 + 15) %% 16)::smallint
          ] as slots) as bounds
      """
        .formatted(table);
  }

  /// Looks as soon as it may. Cheap, from any thread.
  public void soon() {
    context.runOnContext(_ -> look());
  }

  /// Stops.
  public void close() {
    context.runOnContext(_ -> closed = true);
    vertx.cancelTimer(timer);
  }

  private void look() {
    if (looking || closed) {
      lookWanted = true;
      return;
    }
    List<TenantId> followed = waiters.tenants();
    if (followed.isEmpty()) {
      return;
    }
    looking = true;
    lookWanted = false;
    String[] tenants = followed.stream().map(TenantId::value).toArray(String[]::new);
    pool.preparedQuery(sql)
        .execute(Tuple.tuple().addArrayOfString(tenants).addString(seenBefore))
        .map(this::found)
        .onFailure(cause -> log.debug("no look at what is new", cause))
        .onComplete(result -> looked(result.succeeded() && result.result()));
  }

  /// @return whether something is hidden still
  private boolean found(RowSet<Row> rows) {
    List<TenantId> fresh = new ArrayList<>();
    boolean hidden = false;
    seenBefore = seen;
    for (Row row : rows) {
      if (row.getBoolean("visible")) {
        fresh.add(new TenantId(row.getString("tenant")));
      }
      hidden |= row.getBoolean("hidden");
      seen = row.getString("xmin");
    }
    if (!fresh.isEmpty()) {
      // Something is always hidden where much happens; it is not the same for long.
      lookAgain.reset();
      waiters.wake(fresh);
    }
    return hidden;
  }

  private void looked(boolean hidden) {
    if (!hidden) {
      lookAgain.reset();
    }
    long pause = hidden ? lookAgain.nextMillis() : PAUSE.toMillis();
    lookWanted |= hidden;
    vertx.setTimer(
        pause,
        _ -> {
          looking = false;
          if (lookWanted) {
            look();
          }
        });
  }
}
