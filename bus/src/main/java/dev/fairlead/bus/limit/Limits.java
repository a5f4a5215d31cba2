package dev.fairlead.bus.limit;

import dev.fairlead.runtime.settings.Settings;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A number for every [Limit].
public final class Limits {

  private static final int COUNT_MAX = 2_000_000_000;
  private static final long BYTES_MIN = 1024;
  private static final long BYTES_MAX = 1L << 39;

  private final Map<Limit, Long> values;

  private Limits(Map<Limit, Long> values) {
    this.values = values;
  }

  /// What holds where nothing is set.
  public static Limits defaults() {
    Map<Limit, Long> values = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      values.put(limit, limit.fallback());
    }
    return new Limits(values);
  }

  /// Reads the defaults of all tenants. The same settings mean the same in every service, so that
  /// all of them must be given the same.
  public static Limits from(Settings settings) {
    Map<Limit, Long> values = new EnumMap<>(Limit.class);
    for (Limit limit : Limit.values()) {
      values.put(
          limit,
          limit.isBytes()
              ? settings.size(
                  limit.setting(), limit.fallback(), BYTES_MIN, BYTES_MAX, limit.description())
              : settings.integer(
                  limit.setting(), (int) limit.fallback(), 1, COUNT_MAX, limit.description()));
    }
    return new Limits(values);
  }

  /// These, but for what somebody has instead.
  public Limits with(Map<Limit, Long> instead) {
    if (instead.isEmpty()) {
      return this;
    }
    Map<Limit, Long> together = new EnumMap<>(values);
    together.putAll(checked(instead));
    return new Limits(together);
  }

  /// How much there may be.
  public long of(Limit limit) {
    return Optional.ofNullable(values.get(limit)).orElseThrow();
  }

  /// All of them by their names, in their order.
  public Map<String, Long> byWord() {
    Map<String, Long> words = new LinkedHashMap<>();
    values.forEach((limit, value) -> words.put(limit.word(), value));
    return words;
  }

  /// An unalterable copy.
  ///
  /// @throws IllegalArgumentException for a number from outside [Limit#MIN] to [Limit#MAX]
  public static Map<Limit, Long> checked(Map<Limit, Long> values) {
    values.forEach(
        (limit, value) -> {
          if (value < Limit.MIN || value > Limit.MAX) {
            throw new IllegalArgumentException(
                limit.word() + " must be from " + Limit.MIN + " to " + Limit.MAX);
          }
        });
    return Map.copyOf(values);
  }

  /// What names and numbers mean; names of limits that this version does not know are left out.
  public static Map<Limit, Long> ofWords(Map<String, Long> words) {
    Map<Limit, Long> values = new EnumMap<>(Limit.class);
    words.forEach((word, value) -> Limit.of(word).ifPresent(limit -> values.put(limit, value)));
    return checked(values);
  }

  /// The other way.
  public static Map<String, Long> words(Map<Limit, Long> values) {
    Map<String, Long> words = new LinkedHashMap<>();
    for (Limit limit : Limit.values()) {
      Long value = values.get(limit);
      if (value != null) {
        words.put(limit.word(), value);
      }
    }
    return words;
  }
}
