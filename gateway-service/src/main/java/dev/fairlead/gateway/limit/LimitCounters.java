package dev.fairlead.gateway.limit;

import dev.fairlead.bus.limit.Limit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/// Counts how often somebody was held up by a limit, as `gateway.limits.hit`.
public final class LimitCounters {

  private final Map<Limit, Counter> hits = new EnumMap<>(Limit.class);

  /// @param meters where it counts
  public LimitCounters(MeterRegistry meters) {
    for (Limit limit : Limit.values()) {
      switch (limit) {
        case CONNECTIONS -> register(meters, limit, "connections", "tenant");
        case MESSAGES -> register(meters, limit, "messages", "tenant");
        case BYTES -> register(meters, limit, "bytes", "tenant");
        case DEVICE_MESSAGES -> register(meters, limit, "messages", "device");
        case DEVICE_BYTES -> register(meters, limit, "bytes", "device");
        case DEVICES, COMMANDS -> {
          // Others keep those.
        }
      }
    }
  }

  private void register(MeterRegistry meters, Limit limit, String word, String scope) {
    hits.put(limit, meters.counter("gateway.limits.hit", "limit", word, "scope", scope));
  }

  void hit(Limit limit) {
    Counter counter = hits.get(limit);
    if (counter != null) {
      counter.increment();
    }
  }
}
