package dev.fairlead.registry.change;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// The bounds of the change feed.
///
/// @param kept how long a change is, at least
/// @param streamsPerTenant how many may follow one tenant's changes in one process
public record ChangeSettings(Duration kept, int streamsPerTenant) {

  /// What holds unless something else is set.
  public static final ChangeSettings DEFAULT = new ChangeSettings(Duration.ofDays(7), 100);

  private static final int STREAMS_MAX = 10_000;

  /// Reads them.
  public static ChangeSettings from(Settings settings) {
    return new ChangeSettings(
        settings.duration(
            "CHANGE_RETENTION",
            DEFAULT.kept,
            Duration.ofDays(1),
            PgChangeRetention.KEPT_MAX,
            "How long a change stays in the feed."),
        settings.integer(
            "CHANGE_STREAMS_PER_TENANT",
            DEFAULT.streamsPerTenant,
            1,
            STREAMS_MAX,
            "How many streams of changes a registry serves to one tenant at once."));
  }
}
