package dev.fairlead.agent.connection;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// How long to wait before the next try. Doubling with full jitter, so that the devices of a lost
/// gateway come back spread out; longer where trying soon would only do harm.
public final class ReconnectDelay {

  /// Bound of the first wait.
  static final Duration BASE = Duration.ofSeconds(1);

  /// Bound of every ordinary wait.
  static final Duration CAP = Duration.ofSeconds(60);

  /// Bound of the wait after the first replacement, and of the longest.
  static final Duration REPLACED_BASE = Duration.ofSeconds(60);

  static final Duration REPLACED_CAP = Duration.ofMinutes(15);

  /// The longest a gateway can make a device wait.
  static final Duration LATER_CAP = Duration.ofMinutes(5);

  /// A connection that lasted so long was a good one: what was before it is forgotten.
  static final Duration STABLE = Duration.ofSeconds(60);

  private static final int DOUBLINGS_MAX = 16;

  private final RandomGenerator random;
  private final Duration cap;
  private final Duration replacedCap;
  private int failures;
  private int replacements;

  /// Waits drawn from a source of chance.
  public ReconnectDelay(RandomGenerator random) {
    this(random, CAP, REPLACED_CAP);
  }

  /// The same with another bound of all waits but those that a gateway asks for.
  public ReconnectDelay(RandomGenerator random, Duration cap) {
    this(random, cap, cap);
  }

  private ReconnectDelay(RandomGenerator random, Duration cap, Duration replacedCap) {
    this.random = random;
    this.cap = cap;
    this.replacedCap = replacedCap;
  }

  /// The wait after a connection, or an attempt at one.
  ///
  /// @param lasted how long a session stood; zero if none came about
  public Duration next(Ending ending, Duration lasted) {
    if (lasted.compareTo(STABLE) >= 0) {
      failures = 0;
    }
    // Two copies of a device each hold the session for as long as the other waits: only a wait
    // longer than those tells that the other copy is gone.
    if (lasted.compareTo(REPLACED_CAP) >= 0) {
      replacements = 0;
    }
    return switch (ending) {
      case Ending.Lost _ -> between(Duration.ZERO, doubled(BASE, failures++, cap));
      case Ending.Later later -> later(later.after());
      case Ending.Replaced _ -> upperHalf(doubled(REPLACED_BASE, replacements++, replacedCap));
      case Ending.Refused _ -> upperHalf(cap);
    };
  }

  private Duration later(Optional<Duration> after) {
    Duration spread = doubled(BASE, failures++, cap);
    Duration asked = after.filter(wait -> !wait.isNegative()).orElse(Duration.ZERO);
    Duration least = asked.compareTo(LATER_CAP) < 0 ? asked : LATER_CAP;
    return between(least, least.plus(spread));
  }

  private Duration upperHalf(Duration most) {
    return between(most.dividedBy(2), most);
  }

  private Duration between(Duration least, Duration most) {
    return Duration.ofMillis(random.nextLong(least.toMillis(), most.toMillis()));
  }

  private static Duration doubled(Duration base, int times, Duration cap) {
    Duration delay = base.multipliedBy(1L << Math.min(times, DOUBLINGS_MAX));
    return delay.compareTo(cap) < 0 ? delay : cap;
  }
}
