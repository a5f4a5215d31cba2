package dev.fairlead.registry.signin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes sessions that are over from time to time. They open nothing any more; they only lie
/// there.
final class SessionSweep {

  private static final Logger log = LoggerFactory.getLogger(SessionSweep.class);

  private static final Duration INTERVAL = Duration.ofMinutes(10);

  private final Vertx vertx;
  private final PgBrowserSessions sessions;
  private final long timer;

  /// Begins.
  SessionSweep(Vertx vertx, PgBrowserSessions sessions) {
    this.vertx = vertx;
    this.sessions = sessions;
    this.timer = vertx.setPeriodic(INTERVAL.toMillis(), id -> sweep());
  }

  /// Stops.
  Future<Void> close() {
    vertx.cancelTimer(timer);
    return Future.succeededFuture();
  }

  private void sweep() {
    sessions
        .forgetOver()
        .onSuccess(
            more -> {
              if (more) {
                sweep();
              }
            })
        .onFailure(cause -> log.atWarn().setCause(cause).log("old sessions not deleted"));
  }
}
