package dev.fairlead.gateway.limit;

import dev.fairlead.bus.allowance.Allowances;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.GatewayMessage.Use;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/// The gates of all tenants that are at this gateway. Connections come and go on any thread; the
/// rest is confined to the keeper's context.
public final class TenantGates {

  private final Allowances allowances;
  private final LimitCounters counters;
  private final LongSupplier nanos;
  private final ConcurrentHashMap<TenantId, TenantGate> gates = new ConcurrentHashMap<>();

  /// @param nanos the time since some beginning, as [System#nanoTime]
  public TenantGates(Allowances allowances, LimitCounters counters, LongSupplier nanos) {
    this.allowances = allowances;
    this.counters = counters;
    this.nanos = nanos;
  }

  /// A place for a connection of a tenant.
  ///
  /// @param replacing whether another one of the same device goes for it, so that a device always
  ///     gets in again
  /// @return what gives a place back, to be run once; empty where there is none left
  public Optional<Runnable> connect(TenantId tenant, boolean replacing) {
    var taken = new AtomicBoolean();
    TenantGate entered =
        gates.compute(
            tenant,
            (same, known) -> {
              TenantGate gate = known == null ? gate(tenant) : known;
              taken.setPlain(gate.tryConnect(replacing));
              return gate;
            });
    if (!taken.getPlain()) {
      counters.hit(Limit.CONNECTIONS);
      return Optional.empty();
    }
    return Optional.of(entered.leaving());
  }

  private void disconnect(TenantId tenant) {
    gates.computeIfPresent(
        tenant,
        (same, gate) -> {
          gate.disconnect();
          return gate;
        });
  }

  /// The gate of a tenant that has a connection.
  TenantGate of(TenantId tenant) {
    return gates.computeIfAbsent(tenant, this::gate);
  }

  private TenantGate gate(TenantId tenant) {
    return new TenantGate(tenant, allowances, nanos.getAsLong(), () -> disconnect(tenant));
  }

  /// Settles what came, at all tenants.
  void settle() {
    long now = nanos.getAsLong();
    gates.values().forEach(gate -> gate.settle(now));
  }

  /// Takes over what tenants may now.
  void tune() {
    long now = nanos.getAsLong();
    gates.values().forEach(gate -> gate.tune(allowances, now));
  }

  /// What is used since this was last asked, and forgets those who are gone.
  List<Use> use() {
    tune();
    long now = nanos.getAsLong();
    List<Use> all = new ArrayList<>();
    gates.forEach(
        (tenant, gate) -> {
          all.addAll(gate.use(now));
          gates.computeIfPresent(tenant, (same, known) -> known.isIdle() ? null : known);
        });
    if (all.size() > GatewayMessage.ENTRIES_MAX) {
      all.sort(Comparator.comparingDouble(this::part).reversed());
    }
    return all;
  }

  private double part(Use use) {
    return use.used() / allowances.limits(use.tenant()).of(use.limit());
  }
}
