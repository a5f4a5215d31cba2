package dev.fairlead.registry.rule;

import dev.fairlead.registry.alert.AlertSettings;
import dev.fairlead.registry.row.LongQueries;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Works off what rules have to do. Runs in every replica; none does what another is doing.
///
/// After a start or an outage time alone raises nothing for a while: what devices said meanwhile
/// waits on the bus, and is read first.
public final class RuleSweep {

  private static final Logger log = LoggerFactory.getLogger(RuleSweep.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final int ROUNDS_MAX = 20;

  private final Vertx vertx;
  private final PgRuleAlerts alerts;
  private final PgRuleScopes scopes;
  private final Duration settle;
  private final InstantSource clock;
  private final long timer;
  private long begunAt = System.nanoTime();
  private long settledAt;
  private Future<?> round = Future.succeededFuture();
  private boolean closed;

  /// Begins; its context is the caller's.
  ///
  /// @param longQueries for seeing which devices are in a scope
  public RuleSweep(
      Vertx vertx,
      Pool pool,
      LongQueries longQueries,
      AlertSettings settings,
      InstantSource clock) {
    this.vertx = vertx;
    this.alerts = new PgRuleAlerts(pool);
    this.scopes = new PgRuleScopes(longQueries.pool(), settings.ruleRefresh());
    this.settle = settings.ruleSettle();
    this.clock = clock;
    this.settledAt = begunAt + settle.toNanos();
    this.timer = vertx.setPeriodic(INTERVAL.toMillis(), _ -> begin());
  }

  /// Stops; another replica, or the next start, goes on.
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(timer);
    return round.otherwiseEmpty().mapEmpty();
  }

  private void begin() {
    long now = System.nanoTime();
    if (now - begunAt > PAUSE.toNanos()) {
      settledAt = now + settle.toNanos();
    }
    begunAt = now;
    if (!round.isComplete()) {
      return;
    }
    round =
        scopes
            .refreshNext(clock.instant())
            .compose(more -> now - settledAt < 0 ? Future.succeededFuture() : pass())
            .compose(nothing -> follow())
            .onFailure(this::failed);
  }

  private void failed(Throwable cause) {
    settledAt = System.nanoTime() + settle.toNanos();
    log.atWarn().setCause(cause).log("rules not worked off");
  }

  private Future<Void> pass() {
    return repeat(
        () -> alerts.pass(clock.instant()).map(changed -> changed == PgRuleAlerts.AT_ONCE),
        ROUNDS_MAX);
  }

  private Future<Void> follow() {
    return repeat(() -> alerts.follow(clock.instant()).map(devices -> devices > 0), ROUNDS_MAX);
  }

  /// Does something until there is nothing more to do, or so often; the rest is for the next round.
  private Future<Void> repeat(Supplier<Future<Boolean>> step, int times) {
    return times == 0 || closed
        ? Future.succeededFuture()
        : step.get().compose(more -> more ? repeat(step, times - 1) : Future.succeededFuture());
  }
}
