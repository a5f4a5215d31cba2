package dev.fairlead.registry.telemetry;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes days of the history away that have been kept for long enough: each day has a slot, which
/// is emptied as a whole. Runs in every replica; that another one empties the same slot at the same
/// time does no harm.
final class PgHistoryRetention {

  private static final Logger log = LoggerFactory.getLogger(PgHistoryRetention.class);

  static final int SLOTS = 34;

  /// One slot is of today, one of tomorrow for clocks that are fast, and one is being emptied.
  static final Duration KEPT_MAX = Duration.ofDays(30);

  private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(30);
  private static final Duration DAY = Duration.ofDays(1);

  private final Vertx vertx;
  private final Pool pool;
  private final Duration kept;
  private final InstantSource clock;
  private final long timer;

  /// Begins; its context is the caller's.
  ///
  /// @param kept how long a sample is, at least
  PgHistoryRetention(Vertx vertx, Pool pool, Duration kept, InstantSource clock) {
    this.vertx = vertx;
    this.pool = pool;
    this.kept = kept;
    this.clock = clock;
    this.timer = vertx.setPeriodic(0, SWEEP_INTERVAL.toMillis(), _ -> begin());
  }

  private void begin() {
    sweep(pool, kept, clock.instant())
        .onFailure(cause -> log.atWarn().setCause(cause).log("old telemetry not removed"));
  }

  void close() {
    vertx.cancelTimer(timer);
  }

  /// Where samples of a moment are.
  static short slotOf(Instant at) {
    return (short) Math.floorMod(dayOf(at), (long) SLOTS);
  }

  private static long dayOf(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), DAY.toSeconds());
  }

  /// Whether all that a slot may hold is older than is kept. The slot of tomorrow is that of the
  /// oldest day, which is emptied before.
  static boolean isOld(int slot, Duration kept, Instant now) {
    long age = Math.floorMod(dayOf(now) - slot, (long) SLOTS);
    return age != SLOTS - 1 && DAY.multipliedBy(age - 1).compareTo(kept) >= 0;
  }

  /// Empties every slot that is old.
  static Future<Void> sweep(Pool pool, Duration kept, Instant now) {
    Future<Void> swept = Future.succeededFuture();
    for (int slot = 0; slot < SLOTS; slot++) {
      if (isOld(slot, kept, now)) {
        int old = slot;
        swept = swept.compose(_ -> empty(pool, old));
      }
    }
    return swept;
  }

  private static Future<Void> empty(Pool pool, int slot) {
    return pool.query("select exists(select from telemetry_history_%d) as filled".formatted(slot))
        .execute()
        .compose(
            rows ->
                rows.iterator().next().getBoolean("filled")
                    ? truncate(pool, slot)
                    : Future.succeededFuture());
  }

  /// Whoever waits for the lock holds up all who read, so that it does not wait for long.
  private static Future<Void> truncate(Pool pool, int slot) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .query("set local lock_timeout = 2000")
                    .execute()
                    .compose(
                        _ -> transaction.query("truncate telemetry_history_" + slot).execute()))
        .onSuccess(_ -> log.atInfo().addKeyValue("slot", slot).log("old telemetry removed"))
        .mapEmpty();
  }
}
