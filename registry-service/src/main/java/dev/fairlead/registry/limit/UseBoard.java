package dev.fairlead.registry.limit;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.message.GatewayMessage.TenantUse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What tenants use at which process, as far as it was told lately. Safe for all threads; time is
/// an argument.
final class UseBoard {

  /// How many processes are remembered; no more are.
  private static final int PROCESSES_MAX = 10_000;

  private record Told(TenantUse use, long atNanos) {}

  private final Map<String, Told> told = new HashMap<>();
  private final long countsNanos;

  /// @param counts how long what was told counts
  UseBoard(Duration counts) {
    this.countsNanos = counts.toNanos();
  }

  synchronized void told(TenantUse use, long nowNanos) {
    if (told.size() < PROCESSES_MAX || told.containsKey(use.process())) {
      told.put(use.process(), new Told(use, nowNanos));
    }
  }

  synchronized void ended(String process) {
    told.remove(process);
  }

  /// What each process uses; those that have said nothing for too long are forgotten.
  synchronized List<TenantUse> current(long nowNanos) {
    told.values().removeIf(each -> nowNanos - each.atNanos() > countsNanos);
    return told.values().stream().map(Told::use).toList();
  }

  /// What a tenant uses at all processes together.
  Map<Limit, Double> of(TenantId tenant, long nowNanos) {
    Map<Limit, Double> together = new HashMap<>();
    current(nowNanos).stream()
        .flatMap(process -> process.uses().stream())
        .filter(use -> use.tenant().equals(tenant))
        .forEach(use -> together.merge(use.limit(), use.used(), Double::sum));
    return together;
  }
}
