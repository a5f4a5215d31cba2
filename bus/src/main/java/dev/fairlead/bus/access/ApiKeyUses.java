package dev.fairlead.bus.access;

import dev.fairlead.bus.message.ApiKeyUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which API keys were used here and nobody was told of yet. A key's next use counts for something
/// only a minute after the one before. Safe for all threads.
public final class ApiKeyUses {

  private static final Duration COARSENESS = Duration.ofMinutes(1);
  private static final int KEYS_MAX = 100_000;

  private final Map<String, Instant> noted = new ConcurrentHashMap<>();
  private final Map<String, ApiKeyUse> untold = new ConcurrentHashMap<>();

  /// Notes a use.
  void note(ApiKeyUse use) {
    Instant before = noted.get(use.keyId());
    if (before != null && use.at().isBefore(before.plus(COARSENESS))) {
      return;
    }
    if (noted.size() >= KEYS_MAX) {
      noted.clear();
    }
    noted.put(use.keyId(), use.at());
    untold.put(use.keyId(), use);
  }

  /// Takes what is to be told.
  public Collection<ApiKeyUse> take() {
    List<ApiKeyUse> taken = new ArrayList<>();
    for (String key : Set.copyOf(untold.keySet())) {
      ApiKeyUse use = untold.remove(key);
      if (use != null) {
        taken.add(use);
      }
    }
    return taken;
  }

  /// Gives back what was taken and could not be told.
  ///
  /// @param taken by [#take]
  public void giveBack(Collection<ApiKeyUse> taken) {
    taken.forEach(use -> untold.putIfAbsent(use.keyId(), use));
  }
}
