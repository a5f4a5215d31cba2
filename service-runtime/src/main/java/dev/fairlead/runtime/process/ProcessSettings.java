package dev.fairlead.runtime.process;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;
import java.util.Set;

/// What every process of a service is told, whichever service it is.
///
/// @param managementPort the port of health and metrics, 0 for a free one
/// @param stopTimeout how long a stop may take
public record ProcessSettings(int managementPort, Duration stopTimeout) {

  private static final Set<String> LOG_FORMATS = Set.of("text", "json");

  /// Reads `MANAGEMENT_PORT`, `STOP_TIMEOUT` and, on behalf of the log's own configuration,
  /// `LOG_FORMAT`.
  ///
  /// @param managementPortDefault another for each service, so that all of them run on one machine
  public static ProcessSettings from(Settings settings, int managementPortDefault) {
    String format = settings.text("LOG_FORMAT", "text", "How the log is written: text or json.");
    if (!LOG_FORMATS.contains(format)) {
      settings.problem(Settings.PREFIX + "LOG_FORMAT must be text or json");
    }
    return new ProcessSettings(
        settings.integer(
            "MANAGEMENT_PORT",
            managementPortDefault,
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
