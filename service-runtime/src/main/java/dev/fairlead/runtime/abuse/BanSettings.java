package dev.fairlead.runtime.abuse;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// What everything that bans is set to in common.
public final class BanSettings {

  /// How long a first ban is unless it is set.
  public static final Duration BAN = Duration.ofMinutes(5);

  /// The highest limit that can be set, which is as good as none.
  public static final int FAILURES_MAX = 1_000_000;

  private BanSettings() {}

  /// Reads `BAN_DURATION`.
  public static Duration banFrom(Settings settings) {
    return settings.duration(
        "BAN_DURATION",
        BAN,
        Duration.ofSeconds(1),
        Duration.ofDays(1),
        "How long a first ban for too many failures lasts; each further one twice as long, up to"
            + " 16 times.");
  }
}
