package dev.fairlead.registry.telemetry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/// What of a device's measurements goes into the history: the first number of each key in each
/// interval. What was sampled before is known by the latest values, so that the same records give
/// the same samples however they are cut into transactions.
final class Samples {

  /// Clocks of devices are a little fast at times.
  static final Duration AHEAD_MAX = Duration.ofMinutes(5);

  /// As many intervals of one device fit into one transaction, for those that were away and say
  /// what they measured meanwhile.
  static final int INTERVALS_MAX = 512;

  private static final int INTERVAL_BYTES = 256;
  private static final int NUMBER_BYTES = 128;

  private final TreeMap<Instant, ObjectNode> byInterval = new TreeMap<>();
  private final LongConsumer grown;

  /// @param grown told how many bytes it takes more on the heap, about
  Samples(LongConsumer grown) {
    this.grown = grown;
  }

  /// How samples are taken.
  ///
  /// @param interval of one sample
  /// @param retention what is older is not kept
  record Plan(Duration interval, Duration retention, InstantSource clock) {

    /// The plan of these settings; empty when they keep no history.
    static Optional<Plan> of(TelemetrySettings settings, InstantSource clock) {
      return settings.keepsHistory()
          ? Optional.of(new Plan(settings.historyInterval(), settings.historyRetention(), clock))
          : Optional.empty();
    }

    /// When the interval began that a moment is in.
    Instant intervalOf(Instant at) {
      long length = interval.toMillis();
      return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli(), length) * length);
    }

    /// Whether the history keeps what was measured then.
    boolean keeps(Instant at) {
      Instant now = clock.instant();
      return !at.isBefore(now.minus(retention)) && !at.isAfter(now.plus(AHEAD_MAX));
    }
  }

  /// Takes a record's numbers in, as far as they are the first.
  ///
  /// @param before the values that the record found
  /// @param after those that it left
  /// @param intervalsMax how many intervals this may come to
  /// @return how many numbers were dropped, which the history does not keep or has no room for
  int take(
      Plan plan, Measurements measured, LatestValues before, LatestValues after, int intervalsMax) {
    Instant interval = plan.intervalOf(measured.saidAt());
    boolean kept = plan.keeps(measured.saidAt());
    int dropped = 0;
    for (Map.Entry<String, JsonNode> value : measured.values().properties()) {
      if (!value.getValue().isNumber()
          || !after.metrics().containsKey(value.getKey())
          || isSampled(before, value.getKey(), plan, interval)) {
        continue;
      }
      boolean room = byInterval.containsKey(interval) || byInterval.size() < intervalsMax;
      if (kept && room) {
        keep(interval, value.getKey(), value.getValue());
      } else {
        dropped++;
      }
    }
    return dropped;
  }

  private void keep(Instant interval, String key, JsonNode number) {
    ObjectNode numbers = byInterval.get(interval);
    if (numbers == null) {
      numbers = JsonNodeFactory.instance.objectNode();
      byInterval.put(interval, numbers);
      grown.accept(INTERVAL_BYTES);
    }
    if (numbers.putIfAbsent(key, number) == null) {
      grown.accept(NUMBER_BYTES);
    }
  }

  private static boolean isSampled(LatestValues before, String key, Plan plan, Instant interval) {
    LatestValues.Value known = before.metrics().get(key);
    return known != null
        && known.value().isNumber()
        && plan.intervalOf(known.at()).equals(interval);
  }

  /// The numbers of each interval.
  Map<Instant, ObjectNode> byInterval() {
    return byInterval;
  }

  boolean isEmpty() {
    return byInterval.isEmpty();
  }
}
