package dev.fairlead.registry.limit;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.GatewayMessage.Share;
import dev.fairlead.bus.message.GatewayMessage.TenantShares;
import dev.fairlead.bus.message.GatewayMessage.TenantUse;
import dev.fairlead.bus.message.GatewayMessage.Use;
import dev.fairlead.registry.limit.Sharing.Demand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// One round of sharing out: from what is used everywhere to what each process may give out.
///
/// @param shares for each process that keeps limits, none where it may give out the whole
/// @param exceeded the limits of which tenants used more than there is, each once a tenant
record ShareRound(List<TenantShares> shares, List<Limit> exceeded) {

  private static final Demand NOTHING = new Demand(0, false, false);

  private record Key(TenantId tenant, Limit limit) {}

  private record Needed(Key key, long limit, Map<String, Demand> demands) {
    double part() {
      return Sharing.used(demands) / limit;
    }
  }

  /// @param uses of all processes that keep limits
  /// @param limits those of a tenant
  static ShareRound of(List<TenantUse> uses, Function<TenantId, Limits> limits) {
    Map<String, List<Share>> shares = new HashMap<>();
    uses.forEach(use -> shares.put(use.process(), new ArrayList<>()));
    List<Limit> exceeded = new ArrayList<>();
    for (Needed needed : needed(uses, limits)) {
      if (needed.part() > 1) {
        exceeded.add(needed.key().limit());
      }
      Sharing.shares(needed.limit(), needed.demands())
          .forEach((process, most) -> add(shares, process, needed.key(), most));
    }
    List<TenantShares> round = new ArrayList<>();
    shares.forEach((process, list) -> round.add(new TenantShares(process, list)));
    return new ShareRound(List.copyOf(round), List.copyOf(exceeded));
  }

  private static void add(Map<String, List<Share>> shares, String process, Key key, double most) {
    List<Share> list = shares.computeIfAbsent(process, fresh -> new ArrayList<>());
    if (list.size() < GatewayMessage.ENTRIES_MAX) {
      list.add(new Share(key.tenant(), key.limit(), most));
    }
  }

  /// The limits that are to be shared, those that are used up most first.
  private static List<Needed> needed(List<TenantUse> uses, Function<TenantId, Limits> limits) {
    List<Needed> needed = new ArrayList<>();
    demands(uses)
        .forEach(
            (key, demands) -> {
              long limit = limits.apply(key.tenant()).of(key.limit());
              if (!Sharing.isFree(limit, demands)) {
                addNewcomers(demands, key.limit(), uses);
                needed.add(new Needed(key, limit, demands));
              }
            });
    needed.sort(Comparator.comparingDouble(Needed::part).reversed());
    return needed;
  }

  private static Map<Key, Map<String, Demand>> demands(List<TenantUse> uses) {
    Map<Key, Map<String, Demand>> demands = new HashMap<>();
    for (TenantUse process : uses) {
      for (Use use : process.uses()) {
        if (process.keeps().contains(use.limit())) {
          demands
              .computeIfAbsent(new Key(use.tenant(), use.limit()), fresh -> new HashMap<>())
              .put(
                  process.process(),
                  new Demand(use.used(), use.wanting(), use.limit() == Limit.CONNECTIONS));
        }
      }
    }
    return demands;
  }

  /// Those that have nothing of the tenant yet would give out the whole.
  private static void addNewcomers(Map<String, Demand> demands, Limit limit, List<TenantUse> uses) {
    uses.stream()
        .filter(use -> use.keeps().contains(limit))
        .forEach(use -> demands.putIfAbsent(use.process(), NOTHING));
  }
}
