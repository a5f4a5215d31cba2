package dev.fairlead.runtime.process;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// What every process of a service is told, whichever service it is.
///
/// @param managementPort the port of health and metrics, 0 for a free one
/// @param stopTimeout how long a stop may take
public record ProcessSettings(int managementPort, Duration stopTimeout) {

  /// Reads `MANAGEMENT_PORT` and `STOP_TIMEOUT`.
  public static ProcessSettings from(Settings settings) {
    return new ProcessSettings(
        settings.integer(
            "MANAGEMENT_PORT",
            9090,
            0,
            65_535,
            "The port of health and metrics; not public; 0 takes a free one."),
        settings.duration(
            "STOP_TIMEOUT",
            Duration.ofSeconds(20),
            Duration.ofSeconds(1),
            Duration.ofMinutes(10),
            "How long a stop may take before what is left is dropped."));
  }
}
