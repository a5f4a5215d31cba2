package dev.fairlead.runtime.abuse;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// So many of something in a minute for each key, such as an address. A key may take a tenth of
/// them at once, and gets them back evenly. Safe for all threads.
///
/// Beyond the number of keys that are remembered, the one is forgotten that has not taken anything
/// for the longest time.
public final class KeyedBudget {

  private static final int AT_ONCE_PART = 10;
  private static final int KEY_LENGTH_MAX = 256;
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final long oneNanos;
  private final long atOnceNanos;
  private final LongSupplier nanoTime;

  /// When each key will have all of its budget again; guarded by itself.
  private final LinkedHashMap<String, Long> whole;

  /// @param perMinute how many a key has in a minute, from 1
  /// @param keysMax how many keys are remembered, from 1
  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  public KeyedBudget(int perMinute, int keysMax, LongSupplier nanoTime) {
    if (perMinute < 1 || keysMax < 1) {
      throw new IllegalArgumentException("every bound must be at least 1");
    }
    this.oneNanos = MINUTE / perMinute;
    this.atOnceNanos = Math.ceilDiv(perMinute, AT_ONCE_PART) * oneNanos;
    this.nanoTime = nanoTime;
    this.whole = new Recent(keysMax);
  }

  /// Takes one of a key's, if one is left.
  ///
  /// @return empty if there was; else after how long there is one
  public Optional<Duration> take(String key) {
    String known = key.length() <= KEY_LENGTH_MAX ? key : key.substring(0, KEY_LENGTH_MAX);
    synchronized (whole) {
      long now = nanoTime.getAsLong();
      long before = whole.getOrDefault(known, now);
      long after = (before - now > 0 ? before : now) + oneNanos;
      if (after - now > atOnceNanos) {
        return Optional.of(Duration.ofNanos(after - now - atOnceNanos));
      }
      whole.put(known, after);
      return Optional.empty();
    }
  }

  /// How many keys are remembered.
  int size() {
    synchronized (whole) {
      return whole.size();
    }
  }

  /// The keys in the order of their last use, and no more than so many.
  private static final class Recent extends LinkedHashMap<String, Long> {
    private static final long serialVersionUID = 1L;

    private final int most;

    Recent(int most) {
      super(16, 0.75f, true);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
      return size() > most;
    }
  }
}
