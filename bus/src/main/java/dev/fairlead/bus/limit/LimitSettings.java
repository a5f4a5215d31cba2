package dev.fairlead.bus.limit;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// What the services must agree about where a tenant's limits are shared out.
///
/// @param defaults what a tenant has that nobody has set anything else for
/// @param shareInterval between two rounds of shares
public record LimitSettings(Limits defaults, Duration shareInterval) {

  /// In how many parts of the interval use is told, so that shares follow it closely.
  private static final int TOLD_EACH_INTERVAL = 5;

  private static final int LAPSE_INTERVALS = 6;
  private static final Duration SHARE_INTERVAL = Duration.ofSeconds(10);

  /// Reads them.
  public static LimitSettings from(Settings settings) {
    return new LimitSettings(
        Limits.from(settings),
        settings.duration(
            "LIMIT_SHARE_INTERVAL",
            SHARE_INTERVAL,
            Duration.ofMillis(100),
            Duration.ofMinutes(1),
            "How often tenants' limits are shared out among the processes that keep them."));
  }

  /// What holds where nothing is set.
  public static LimitSettings defaultSettings() {
    return new LimitSettings(Limits.defaults(), SHARE_INTERVAL);
  }

  /// How often a process says what is used at it.
  public Duration useInterval() {
    return shareInterval.dividedBy(TOLD_EACH_INTERVAL);
  }

  /// How long a share counts that no newer one follows, and a process that says nothing.
  public Duration shareLapse() {
    return shareInterval.multipliedBy(LAPSE_INTERVALS);
  }
}
