package dev.fairlead.gateway.session;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/// Looks after the life of all connections in one go, so that none needs a timer of its own: pings
/// each in turn, and ends those that are silent, whose certificate has run out, that the bus does
/// not take, or that do not close.
///
/// To be run by one thread at a time, several times within a keepalive.
public final class LivenessSweep {

  private static final long CLOSING_MILLIS_MAX = 5_000;

  private final SessionRegistry registry;
  private final SessionLifecycle lifecycle;
  private final InstantSource clock;
  private final long keepaliveMillis;
  private final long silenceMillis;
  private final long openedMillis;
  private final long lateMillis;
  private final Map<DeviceSession, Long> closingSince = new HashMap<>();

  private long lastRunMillis;
  private long graceUntilMillis;

  /// @param interval at which it is run
  public LivenessSweep(
      SessionRegistry registry,
      SessionLifecycle lifecycle,
      SessionSettings settings,
      Duration interval,
      InstantSource clock) {
    this.registry = registry;
    this.lifecycle = lifecycle;
    this.clock = clock;
    this.keepaliveMillis = settings.keepalive().toMillis();
    this.silenceMillis = settings.silenceMax().toMillis();
    this.openedMillis = settings.openedTimeout().toMillis();
    this.lateMillis = 2 * interval.toMillis() + Math.min(2_000, keepaliveMillis / 2);
    this.lastRunMillis = clock.millis();
  }

  /// Looks at every connection once.
  public void run() {
    long now = clock.millis();
    if (now - lastRunMillis > lateMillis || now < lastRunMillis) {
      // This process stood still: what the devices said meanwhile lies in the sockets, unread. Or
      // the clock was set back, and with it every time that is kept.
      graceUntilMillis = now + silenceMillis;
    }
    lastRunMillis = now;
    for (DeviceSession session : registry.all()) {
      look(session, now);
    }
    cutThoseThatDoNotClose(now);
  }

  private void look(DeviceSession session, long now) {
    if (session.lastSeenMillis() > now) {
      // The clock was set back: without this, a device that vanished would count as heard until
      // the clock is again where it was.
      session.seen(now);
    }
    long silentMillis = now - session.lastSeenMillis();
    if (session.isOpening()) {
      if (silentMillis > openedMillis) {
        session.execute(() -> closeIfOpening(session));
      }
    } else if (silentMillis > silenceMillis && !session.isHeld() && now >= graceUntilMillis) {
      session.execute(() -> closeIfSilent(session));
    }
    if (session.credential().sessionEndMillis() <= now) {
      session.execute(() -> session.close(Ending.EXPIRED));
    }
    if (now - session.lastPingMillis() >= keepaliveMillis || session.lastPingMillis() > now) {
      session.execute(() -> session.ping(now));
    }
  }

  private static void closeIfOpening(DeviceSession session) {
    if (session.isOpening()) {
      session.close(Ending.BUS_AWAY);
    }
  }

  /// Looks again: what came in between stood in front of this task.
  private void closeIfSilent(DeviceSession session) {
    if (clock.millis() - session.lastSeenMillis() > silenceMillis && !session.isHeld()) {
      session.close(Ending.TIMED_OUT);
    }
  }

  private void cutThoseThatDoNotClose(long now) {
    closingSince.keySet().retainAll(lifecycle.closing());
    for (DeviceSession session : lifecycle.closing()) {
      long since = closingSince.computeIfAbsent(session, fresh -> now);
      if (now - since > CLOSING_MILLIS_MAX) {
        session.execute(session::abort);
      }
    }
  }
}
