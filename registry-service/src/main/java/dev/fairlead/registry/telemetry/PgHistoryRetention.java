package dev.fairlead.registry.telemetry;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
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
    return slotOf(LocalDate.ofEpochDay(dayOf(at)));
  }

  /// Where samples of a day are.
  static short slotOf(LocalDate day) {
    return (short) Math.floorMod(day.toEpochDay(), (long) SLOTS);
  }

  private static long dayOf(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), DAY.toSeconds());
  }

  /// Whether all that a slot may hold is older than is kept. The slot of tomorrow is that of the
  /// oldest day, which is emptied before.
  static boolean isOld(int slot, Duration kept, Instant now) {
    long age = Math.floorMod(dayOf(now) - slot, (long) SLOTS);
    return age != SLOTS - 1 && isOld(age, kept);
  }

  /// Whether nothing of a day is kept any more.
  static boolean isOld(LocalDate day, Duration kept, Instant now) {
    return isOld(dayOf(now) - day.toEpochDay(), kept);
  }

  private static boolean isOld(long age, Duration kept) {
    return DAY.multipliedBy(age - 1).compareTo(kept) >= 0;
  }

  /// The day whose samples a slot has at the most, if it is old.
  private static LocalDate oldDayOf(int slot, Instant now) {
    return LocalDate.ofEpochDay(dayOf(now) - Math.floorMod(dayOf(now) - slot, (long) SLOTS));
  }

  /// Empties every slot that is old.
  static Future<Void> sweep(Pool pool, Duration kept, Instant now) {
    Future<Void> swept = Future.succeededFuture();
    for (int slot = 0; slot < SLOTS; slot++) {
      if (isOld(slot, kept, now)) {
        int old = slot;
        swept = swept.compose(_ -> empty(pool, old, oldDayOf(old, now)));
      }
    }
    return swept;
  }

  private static Future<Void> empty(Pool pool, int slot, LocalDate day) {
    return pool.query("select exists(select from telemetry_history_%d) as filled".formatted(slot))
        .execute()
        .compose(
            rows ->
                rows.iterator().next().getBoolean("filled")
                    ? truncate(pool, slot, day)
                    : Future.succeededFuture());
  }

  /// Whoever waits for the lock holds up all who read, so that it does not wait for long. What was
  /// taken away is written down with it: an export in the middle of the day must not take it for
  /// the end.
  private static Future<Void> truncate(Pool pool, int slot, LocalDate day) {
    return pool.withTransaction(
            transaction ->
                transaction
                    .query("set local lock_timeout = 2000")
                    .execute()
                    .compose(_ -> transaction.query("truncate telemetry_history_" + slot).execute())
                    .compose(_ -> note(transaction, slot, day)))
        .onSuccess(
            _ ->
                log.atInfo()
                    .addKeyValue("slot", slot)
                    .addKeyValue("day", day)
                    .log("old telemetry removed"))
        .mapEmpty();
  }

  private static Future<?> note(SqlConnection transaction, int slot, LocalDate day) {
    return transaction
        .preparedQuery(
            """
            insert into telemetry_history_emptied (slot, day) values ($1, $2)
            on conflict (slot) do update set day = excluded.day
            """)
        .execute(Tuple.of((short) slot, day));
  }
}
