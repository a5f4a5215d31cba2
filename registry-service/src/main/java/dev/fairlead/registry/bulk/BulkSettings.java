package dev.fairlead.registry.bulk;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// The bounds of imports and patches.
///
/// @param retention how long a job is kept after its end, and how long an import may wait for more
/// @param importBytesMax the longest body of an import
public record BulkSettings(Duration retention, long importBytesMax) {

  /// What is so unless somebody says otherwise.
  public static final BulkSettings DEFAULT = new BulkSettings(Duration.ofDays(7), 4L << 30);

  /// Reads the settings.
  public static BulkSettings from(Settings settings) {
    return new BulkSettings(
        settings.duration(
            "BULK_RETENTION",
            DEFAULT.retention(),
            Duration.ofMinutes(1),
            Duration.ofDays(3650),
            "How long an import or a patch of devices is kept after its end, and how long an import"
                + " waits for more."),
        settings.size(
            "IMPORT_BYTES_MAX",
            DEFAULT.importBytesMax(),
            1024,
            1L << 40,
            "The most bytes of one import of devices."));
  }
}
