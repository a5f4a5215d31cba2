package dev.fairlead.command.limit;

import dev.fairlead.bus.allowance.Allowances;
import dev.fairlead.bus.allowance.Bucket;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.GatewayMessage.Use;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// How many commands each tenant has sent by this process lately, and whether it may send one more.
/// Safe for all threads.
public final class CommandPace {

  private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Allowances allowances;
  private final LongSupplier nanos;
  private final Counter refused;
  private final Map<TenantId, Pace> paces = new HashMap<>();
  private long toldAtNanos;

  /// One tenant's; guarded by the whole.
  private static final class Pace {
    private final Bucket bucket;
    private long accepted;
    private boolean wanting;

    Pace(Bucket bucket) {
      this.bucket = bucket;
    }

    boolean isRested(long now) {
      return bucket.debtNanos(now) == 0 && bucket.isEasy();
    }
  }

  /// @param nanos the time since some beginning, as [System#nanoTime]
  public CommandPace(Allowances allowances, LongSupplier nanos, MeterRegistry meters) {
    this.allowances = allowances;
    this.nanos = nanos;
    this.refused = meters.counter("command.limits.hit");
    this.toldAtNanos = nanos.getAsLong();
  }

  /// Takes note of commands, if the tenant may send one more now. Many at once are let through as
  /// one is, and have the tenant wait for longer afterwards.
  ///
  /// @return empty if it may; else after how long it may again
  public synchronized Optional<Duration> take(TenantId tenant, int commands) {
    long now = nanos.getAsLong();
    double rate = allowances.allowed(tenant, Limit.COMMANDS);
    Pace pace = paces.computeIfAbsent(tenant, fresh -> new Pace(new Bucket(rate, now)));
    pace.bucket.rate(rate, now);
    long wait = pace.bucket.debtNanos(now);
    if (wait > 0) {
      pace.wanting = true;
      refused.increment();
      return Optional.of(Duration.ofNanos(wait));
    }
    pace.bucket.spend(commands, now);
    pace.accepted += commands;
    return Optional.empty();
  }

  /// What was sent since this was last asked, and forgets those who sent nothing for a while.
  public synchronized List<Use> use() {
    long now = nanos.getAsLong();
    double seconds = Math.max(1, now - toldAtNanos) / NANOS;
    List<Use> uses = new ArrayList<>();
    paces.forEach(
        (tenant, pace) -> {
          if (pace.accepted > 0 || pace.wanting) {
            uses.add(
                new Use(
                    tenant,
                    Limit.COMMANDS,
                    Math.min(pace.accepted / seconds, Limit.MAX),
                    pace.wanting));
          }
        });
    paces.values().removeIf(pace -> pace.accepted == 0 && !pace.wanting && pace.isRested(now));
    paces
        .values()
        .forEach(
            pace -> {
              pace.accepted = 0;
              pace.wanting = false;
            });
    toldAtNanos = now;
    if (uses.size() > GatewayMessage.ENTRIES_MAX) {
      uses.sort(Comparator.comparingDouble(Use::used).reversed());
    }
    return uses;
  }
}
