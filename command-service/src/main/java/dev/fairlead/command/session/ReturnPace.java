package dev.fairlead.command.session;

import dev.fairlead.bus.allowance.Bucket;
import dev.fairlead.bus.identity.TenantId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Spreads over time when the devices of a tenant are looked at for what has waited, so that a
/// fleet that comes back neither floods the way to it nor holds up other tenants. Safe for all
/// threads.
public final class ReturnPace {

  /// Beyond so many tenants, those that have rested are forgotten.
  private static final int TENANTS_KEPT = 10_000;

  /// However many come: later than that, the database sets the pace.
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final int rate;
  private final LongSupplier nanos;
  private final Map<TenantId, Bucket> tenants = new HashMap<>();

  /// @param rate devices of one tenant a second; as many at once after a rest
  /// @param nanos the time since some beginning, as [System#nanoTime]
  public ReturnPace(int rate, LongSupplier nanos) {
    this.rate = rate;
    this.nanos = nanos;
  }

  /// Takes a place for one device.
  ///
  /// @return after how long it is its turn, 30 s at the most
  public synchronized Duration next(TenantId tenant) {
    long now = nanos.getAsLong();
    if (tenants.size() >= TENANTS_KEPT) {
      tenants.values().removeIf(bucket -> bucket.debtNanos(now) == 0 && bucket.isEasy());
    }
    Bucket bucket = tenants.computeIfAbsent(tenant, _ -> new Bucket(rate, now));
    long longest = LONGEST.toNanos();
    return bucket.debtNanos(now) >= longest ? LONGEST : Duration.ofNanos(bucket.spend(1, now));
  }
}
