package dev.fairlead.bus.feed;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// The bounds of a feed.
///
/// @param kept how long what happened is, at least
/// @param streamsPerTenant how many may follow one tenant's in one process
public record FeedSettings(Duration kept, int streamsPerTenant) {

  /// What holds unless something else is set.
  public static final FeedSettings DEFAULT = new FeedSettings(Duration.ofDays(7), 100);

  private static final int STREAMS_MAX = 10_000;

  /// Reads `<prefix>_RETENTION` and `<prefix>_STREAMS_PER_TENANT`.
  ///
  /// @param keptText says what the first is
  /// @param streamsText says what the second is
  public static FeedSettings from(
      Settings settings, String prefix, String keptText, String streamsText) {
    return new FeedSettings(
        settings.duration(
            prefix + "_RETENTION",
            DEFAULT.kept,
            Duration.ofDays(1),
            PgFeedRetention.KEPT_MAX,
            keptText),
        settings.integer(
            prefix + "_STREAMS_PER_TENANT", DEFAULT.streamsPerTenant, 1, STREAMS_MAX, streamsText));
  }
}
