package dev.fairlead.bus.limit;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// When a device flaps: it comes and goes faster than anything that it does is worth. The registry
/// marks such a device, gateways let it in more slowly.
///
/// @param sessions so many, 2 to 10
/// @param within that begin within so long
public record FlappingSettings(int sessions, Duration within) {

  private static final int SESSIONS = 6;
  private static final int SESSIONS_MAX = 10;
  private static final Duration WITHIN = Duration.ofMinutes(10);

  /// What holds where nothing is set.
  public static final FlappingSettings DEFAULT = new FlappingSettings(SESSIONS, WITHIN);

  /// Reads them.
  public static FlappingSettings from(Settings settings) {
    return new FlappingSettings(
        settings.integer(
            "FLAPPING_SESSIONS",
            SESSIONS,
            2,
            SESSIONS_MAX,
            "A device flaps when so many sessions of it begin within FLAPPING_WITHIN."),
        settings.duration(
            "FLAPPING_WITHIN",
            WITHIN,
            Duration.ofMillis(10),
            Duration.ofHours(24),
            "The time within which FLAPPING_SESSIONS sessions make a device one that flaps."));
  }

  /// How far apart sessions lie at least of a device that is let in at the pace at which it just
  /// does not flap any more.
  public Duration pace() {
    return within.dividedBy(sessions);
  }
}
