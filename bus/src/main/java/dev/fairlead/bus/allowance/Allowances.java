package dev.fairlead.bus.allowance;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.GatewayMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// How much of each tenant's limits this process may give out. Written on one context, read from
/// any thread.
public final class Allowances {

  private record Key(TenantId tenant, Limit limit) {}

  /// What one record said, as long as it counts.
  private record Round(Map<Key, Double> shares, long sinceNanos) {}

  private final String process;
  private final LimitSettings settings;
  private final AccessView access;
  private final LongSupplier nanos;
  private volatile Round round;

  /// @param process the name under which this process tells its use
  /// @param access what tenants have instead of the defaults
  /// @param nanos the time since some beginning, as [System#nanoTime]
  public Allowances(String process, LimitSettings settings, AccessView access, LongSupplier nanos) {
    this.process = process;
    this.settings = settings;
    this.access = access;
    this.nanos = nanos;
    this.round = new Round(Map.of(), nanos.getAsLong());
  }

  /// Takes in what the topic of the gateways says, where it concerns this process.
  ///
  /// @return whether anything changed by it
  public boolean accept(GatewayMessage message) {
    if (!(message instanceof GatewayMessage.TenantShares mine) || !mine.process().equals(process)) {
      return false;
    }
    Map<Key, Double> shares = new HashMap<>();
    mine.shares()
        .forEach(share -> shares.put(new Key(share.tenant(), share.limit()), share.most()));
    round = new Round(Map.copyOf(shares), nanos.getAsLong());
    return true;
  }

  /// All limits of a tenant, shares left aside.
  public Limits limits(TenantId tenant) {
    return settings.defaults().with(access.limits(tenant));
  }

  /// How much this process may give out: its share where there is one that has not lapsed, and
  /// never more than the limit.
  public double allowed(TenantId tenant, Limit limit) {
    double whole = limits(tenant).of(limit);
    Round last = round;
    Double share = last.shares().get(new Key(tenant, limit));
    return share == null || isOld(last) ? whole : Math.min(whole, share);
  }

  private boolean isOld(Round last) {
    return Duration.ofNanos(nanos.getAsLong() - last.sinceNanos()).compareTo(settings.shareLapse())
        > 0;
  }
}
