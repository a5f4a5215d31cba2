package dev.fairlead.registry.access;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes what admission needs when the registry starts, waits until it has come round to this
/// process too, and then takes expired revocations back from time to time.
public final class AccessKeeper {

  private static final Logger log = LoggerFactory.getLogger(AccessKeeper.class);

  private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(10);

  private final Vertx vertx;
  private final AccessView view;
  private final PgAccess access;
  private final Optional<Secret> adminKey;
  private long timer = NO_TIMER;

  private static final long NO_TIMER = -1;

  /// @param view follows the topic, and has read it to its end
  /// @param adminKey the key that must be known before the start is over
  public AccessKeeper(Vertx vertx, AccessView view, PgAccess access, Optional<Secret> adminKey) {
    this.vertx = vertx;
    this.view = view;
    this.access = access;
    this.adminKey = adminKey;
  }

  /// Publishes.
  ///
  /// @return completes when this process knows the generation and the admin key from the topic
  public Future<PgAccess.Published> start() {
    Promise<Void> known = Promise.promise();
    return access
        .publish(view)
        .compose(
            published -> {
              view.onChange(change -> completeIfKnown(published, known));
              completeIfKnown(published, known);
              return known.future().map(published);
            })
        .onSuccess(
            published -> timer = vertx.setPeriodic(SWEEP_INTERVAL.toMillis(), id -> sweep()));
  }

  /// Stops.
  public Future<Void> close() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
    return Future.succeededFuture();
  }

  private void completeIfKnown(PgAccess.Published published, Promise<Void> known) {
    boolean adminKnown =
        adminKey.map(key -> view.authenticate(key.reveal()).isPresent()).orElse(true);
    if (adminKnown && view.generation() >= published.generation()) {
      known.tryComplete();
    }
  }

  private void sweep() {
    access
        .withdrawExpired()
        .onSuccess(
            more -> {
              if (more) {
                sweep();
              }
            })
        .onFailure(cause -> log.atWarn().setCause(cause).log("expired revocations not taken back"));
  }
}
