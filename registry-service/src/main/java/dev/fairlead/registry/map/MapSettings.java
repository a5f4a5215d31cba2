package dev.fairlead.registry.map;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// How fresh maps of many devices are.
///
/// @param refresh how long the tiles of a tenant stay as they are, at least
public record MapSettings(Duration refresh) {

  /// What holds unless something else is set.
  public static final MapSettings DEFAULT = new MapSettings(Duration.ofSeconds(10));

  /// Reads them.
  public static MapSettings from(Settings settings) {
    return new MapSettings(
        settings.duration(
            "MAP_REFRESH",
            DEFAULT.refresh,
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            "How long the tiles of a map of many devices stay as they are, at least."));
  }
}
