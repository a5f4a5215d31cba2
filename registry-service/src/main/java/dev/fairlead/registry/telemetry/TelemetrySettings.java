package dev.fairlead.registry.telemetry;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// What the view of telemetry may cost.
///
/// @param rowsPerSecond how many rows of telemetry one registry writes, on average
/// @param pendingBytes how much memory values may take that are not written yet
/// @param historyInterval each key of a device has one sample in so long; zero keeps no history
/// @param historyRetention how long a sample is kept, at least
public record TelemetrySettings(
    int rowsPerSecond, long pendingBytes, Duration historyInterval, Duration historyRetention) {

  private static final long MEBIBYTE = 1 << 20;

  /// What holds unless something else is set.
  public static final TelemetrySettings DEFAULT =
      new TelemetrySettings(2_000, 128 * MEBIBYTE, Duration.ofMinutes(5), Duration.ofDays(7));

  private static final int ROWS_MAX = 1_000_000;
  private static final long PENDING_MAX = 16_384 * MEBIBYTE;

  /// Reads them.
  public static TelemetrySettings from(Settings settings) {
    return new TelemetrySettings(
        settings.integer(
            "TELEMETRY_ROWS_PER_SECOND",
            DEFAULT.rowsPerSecond,
            1,
            ROWS_MAX,
            "How many rows of telemetry one registry writes per second, on average; what is measured"
                + " more often is written less often."),
        settings.size(
            "TELEMETRY_PENDING_BYTES",
            DEFAULT.pendingBytes,
            MEBIBYTE,
            PENDING_MAX,
            "How much memory measurements may take that are not written yet."),
        settings.duration(
            "TELEMETRY_HISTORY_INTERVAL",
            DEFAULT.historyInterval,
            Duration.ZERO,
            Duration.ofDays(1),
            "The history of telemetry keeps one sample of each key in so long; 0s keeps none."),
        settings.duration(
            "TELEMETRY_HISTORY_RETENTION",
            DEFAULT.historyRetention,
            Duration.ofDays(1),
            PgHistoryRetention.KEPT_MAX,
            "How long a sample stays in the history of telemetry."));
  }

  /// Whether a history is kept.
  boolean keepsHistory() {
    return !historyInterval.isZero();
  }
}
