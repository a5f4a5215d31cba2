package dev.fairlead.registry.limit;

import java.util.HashMap;
import java.util.Map;

/// Shares a limit out among the processes that use it. The shares together never exceed it.
///
/// Each process keeps what it uses; what is left is split evenly, so that a newcomer gets in
/// anywhere. A process whose users are held up keeps a little less and has a larger part in what is
/// left: where several are held up, their shares grow alike within a few rounds, whoever was first.
final class Sharing {

  /// Below this part of a limit nobody needs a share.
  private static final double FREE_PART = 0.5;

  /// So much of a rate those keep at most who use it: there is always a part for a newcomer, whose
  /// devices could not be read at all otherwise.
  private static final double RATE_KEPT_PART = 0.95;

  private static final double WANTING_KEEPS = 0.8;
  private static final double WANTING_PARTS = 4;

  private Sharing() {}

  /// What one process uses.
  ///
  /// @param wanting whether it would use more if it might
  /// @param isCount whether this is a number of things that cannot be taken away again
  record Demand(double used, boolean wanting, boolean isCount) {

    double kept() {
      return wanting && !isCount ? used * WANTING_KEEPS : used;
    }

    double parts() {
      return wanting ? WANTING_PARTS : 1;
    }
  }

  /// Whether so little is used that each process may give out the whole.
  static boolean isFree(long limit, Map<String, Demand> demands) {
    return used(demands) <= limit * FREE_PART;
  }

  static double used(Map<String, Demand> demands) {
    return demands.values().stream().mapToDouble(Demand::used).sum();
  }

  /// The share of each process.
  static Map<String, Double> shares(long limit, Map<String, Demand> demands) {
    double used = used(demands);
    double most = demands.values().stream().allMatch(Demand::isCount) ? limit : keptOfRate(limit);
    double scale = used > most ? most / used : 1;
    double kept = demands.values().stream().mapToDouble(Demand::kept).sum() * scale;
    double parts = demands.values().stream().mapToDouble(Demand::parts).sum();
    double left = limit - kept;
    Map<String, Double> shares = new HashMap<>();
    demands.forEach(
        (process, demand) ->
            shares.put(process, demand.kept() * scale + left * demand.parts() / parts));
    return shares;
  }

  private static double keptOfRate(long limit) {
    return limit * RATE_KEPT_PART;
  }
}
