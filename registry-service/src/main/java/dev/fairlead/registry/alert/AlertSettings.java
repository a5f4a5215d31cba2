package dev.fairlead.registry.alert;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// How long alerts are kept, and how often rules look for their devices.
///
/// @param retention how long an alert is kept after it was closed
/// @param ruleRefresh how often it is seen which devices are in the scope of a rule
/// @param ruleSettle how long after a start or an outage time alone raises no alert, so that what
///     waits on the bus is read first
public record AlertSettings(Duration retention, Duration ruleRefresh, Duration ruleSettle) {

  /// What is so unless somebody says otherwise.
  public static final AlertSettings DEFAULT =
      new AlertSettings(Duration.ofDays(90), Duration.ofMinutes(1), Duration.ofSeconds(30));

  /// Reads the settings.
  public static AlertSettings from(Settings settings) {
    return new AlertSettings(
        settings.duration(
            "ALERT_RETENTION",
            DEFAULT.retention(),
            Duration.ofHours(1),
            Duration.ofDays(36_500),
            "How long an alert is kept after it was closed."),
        settings.duration(
            "RULE_REFRESH",
            DEFAULT.ruleRefresh(),
            Duration.ofSeconds(1),
            Duration.ofDays(1),
            "How often it is seen which devices are in the scope of a rule."),
        settings.duration(
            "RULE_SETTLE",
            DEFAULT.ruleSettle(),
            Duration.ofMillis(1),
            Duration.ofDays(1),
            "How long after a start or an outage time alone raises no alert."));
  }
}
