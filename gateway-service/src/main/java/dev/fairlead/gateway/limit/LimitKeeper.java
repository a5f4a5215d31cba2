package dev.fairlead.gateway.limit;

import dev.fairlead.bus.allowance.UseReport;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.gateway.session.BusWriter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Set;

/// Settles several times a second what tenants' devices sent, and tells the registries what is used
/// here. Confined to the context that starts it.
public final class LimitKeeper {

  private static final long SETTLE_MILLIS = 100;
  private static final long NO_TIMER = -1;
  private static final Set<Limit> KEPT = Set.of(Limit.CONNECTIONS, Limit.MESSAGES, Limit.BYTES);

  private final Vertx vertx;
  private final TenantGates gates;
  private final UseReport report;
  private long timer = NO_TIMER;

  /// @param gateway the name of this gateway
  public LimitKeeper(
      Vertx vertx, BusWriter writer, String gateway, LimitSettings settings, TenantGates gates) {
    this.vertx = vertx;
    this.gates = gates;
    this.report =
        new UseReport(vertx, writer::send, gateway, settings.useInterval(), KEPT, gates::use);
  }

  /// Begins.
  public void start() {
    timer = vertx.setPeriodic(SETTLE_MILLIS, id -> gates.settle());
    report.start();
  }

  /// What tenants may has changed.
  public void changed() {
    gates.tune();
  }

  /// What is used here counts no more: the devices go elsewhere.
  ///
  /// @return completes when the bus has it, or has refused it
  public Future<Void> leave() {
    return report.stop();
  }

  /// Ends.
  public Future<Void> stop() {
    vertx.cancelTimer(timer);
    return report.stop();
  }
}
