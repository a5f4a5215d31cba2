package dev.fairlead.command.dispatch;

import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.runtime.health.Health;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Consumer;

/// Looks for commands past their deadline twice a second, and for those kept long enough once a
/// minute.
public final class ExpirySweeper {

  private static final Duration EXPIRY_INTERVAL = Duration.ofMillis(500);
  private static final Duration FORGET_INTERVAL = Duration.ofMinutes(1);

  private final PgExpiry expiry;
  private final Consumer<Collection<CommandId>> ended;
  private final Counter expired;
  private final Repeating expiring;
  private final Repeating forgetting;

  /// Makes a sweeper that does nothing yet; its context is the caller's.
  ///
  /// @param ended told after each commit which commands have expired
  public ExpirySweeper(
      Vertx vertx,
      PgExpiry expiry,
      Health health,
      MeterRegistry meters,
      Consumer<Collection<CommandId>> ended) {
    this.expiry = expiry;
    this.ended = ended;
    this.expired = meters.counter("command.expired");
    this.expiring = new Repeating(vertx, "command-expiry", EXPIRY_INTERVAL, health, this::expire);
    this.forgetting =
        new Repeating(vertx, "command-retention", FORGET_INTERVAL, health, this::forget);
  }

  /// Begins.
  public void start() {
    expiring.start();
    forgetting.start();
  }

  /// Stops.
  public Future<Void> close() {
    return Future.join(expiring.close(), forgetting.close()).mapEmpty();
  }

  private Future<Boolean> expire() {
    return expiry
        .expire()
        .map(
            ids -> {
              expired.increment(ids.size());
              if (!ids.isEmpty()) {
                ended.accept(ids);
              }
              return ids.size() == PgExpiry.COMMANDS_MAX;
            });
  }

  private Future<Boolean> forget() {
    return expiry.forget().map(gone -> gone >= PgExpiry.COMMANDS_MAX);
  }
}
