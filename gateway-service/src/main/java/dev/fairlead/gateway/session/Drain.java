package dev.fairlead.gateway.session;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.ThreadLocalRandom;

/// Ends all sessions at a pace that the other gateways can take, and tells each device when to come
/// back, so that they do not all come at once.
public final class Drain {

  private static final long TICK_MILLIS = 100;
  private static final long TICKS_PER_SECOND = 1_000 / TICK_MILLIS;
  private static final Duration SPREAD_MIN = Duration.ofSeconds(1);
  private static final Duration SPREAD_MAX = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final SessionRegistry registry;
  private final int closesPerSecond;

  /// @param closesPerSecond how many sessions are ended in a second, unless time runs out
  public Drain(Vertx vertx, SessionRegistry registry, int closesPerSecond) {
    this.vertx = vertx;
    this.registry = registry;
    this.closesPerSecond = closesPerSecond;
  }

  /// Ends all sessions.
  ///
  /// @param within how long it may take; where the pace is too slow for that, it is raised
  /// @return completes when there are none any more, or the time is over
  public Future<Void> closeAll(Duration within) {
    Promise<Void> done = Promise.promise();
    long ticks = Math.max(1, within.toMillis() / TICK_MILLIS);
    int sessions = registry.size();
    long perTick =
        Math.max(
            Math.ceilDiv(closesPerSecond, TICKS_PER_SECOND), Math.ceilDiv((long) sessions, ticks));
    long spreadMillis =
        Math.clamp(
            sessions * 1_000L / closesPerSecond, SPREAD_MIN.toMillis(), SPREAD_MAX.toMillis());
    tick(new Pace(perTick, spreadMillis), ticks, done);
    return done.future();
  }

  private record Pace(long perTick, long spreadMillis) {}

  private void tick(Pace pace, long ticksLeft, Promise<Void> done) {
    Iterator<DeviceSession> sessions = registry.all().iterator();
    // What is still there when the time is over goes all at once.
    long count = ticksLeft <= 0 ? Long.MAX_VALUE : pace.perTick();
    for (long i = 0; i < count && sessions.hasNext(); i++) {
      close(sessions.next(), pace.spreadMillis());
    }
    if (ticksLeft < 0 || registry.size() == 0) {
      done.complete();
    } else {
      vertx.setTimer(TICK_MILLIS, id -> tick(pace, ticksLeft - 1, done));
    }
  }

  private static void close(DeviceSession session, long spreadMillis) {
    Duration after = Duration.ofMillis(ThreadLocalRandom.current().nextLong(1, spreadMillis + 1));
    session.execute(
        () -> {
          session.send(session.wire().goAway(Ending.DRAINED.text(), after));
          session.close(Ending.DRAINED);
        });
  }
}
