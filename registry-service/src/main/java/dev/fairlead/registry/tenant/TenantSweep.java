package dev.fairlead.registry.tenant;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings tenants that are being deleted to their end. Runs in every replica; what one has done the
/// other finds done.
public final class TenantSweep {

  private static final Logger log = LoggerFactory.getLogger(TenantSweep.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final PgTenantRemoval removal;
  private final TenantDevices devices;
  private final long timer;
  private Future<Boolean> round = Future.succeededFuture(false);
  private boolean closed;

  /// Begins; its context is the caller's.
  public TenantSweep(Vertx vertx, PgTenantRemoval removal, TenantDevices devices) {
    this.vertx = vertx;
    this.removal = removal;
    this.devices = devices;
    this.timer = vertx.setPeriodic(INTERVAL.toMillis(), _ -> sweep());
  }

  /// Stops; another replica, or the next start, goes on.
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(timer);
    return round.otherwise(false).mapEmpty();
  }

  private void sweep() {
    if (closed || !round.isComplete()) {
      return;
    }
    round =
        removal
            .next()
            .compose(
                found ->
                    found
                        .map(
                            tenant ->
                                devices
                                    .deleteSome(tenant)
                                    .compose(
                                        some ->
                                            some
                                                ? Future.succeededFuture(true)
                                                : removal.finish(tenant)))
                        .orElse(Future.succeededFuture(false)));
    round
        .onSuccess(
            more -> {
              if (more) {
                vertx.runOnContext(_ -> sweep());
              }
            })
        .onFailure(cause -> log.atWarn().setCause(cause).log("tenant not deleted yet"));
  }
}
