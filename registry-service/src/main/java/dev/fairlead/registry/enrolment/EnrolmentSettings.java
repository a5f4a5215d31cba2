package dev.fairlead.registry.enrolment;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// The bounds of enrolments.
///
/// @param kept how long an enrolment waits for a person, and after that for the device to fetch
///     what was decided
/// @param pendingMax how many enrolments of a tenant may wait for a person at once
public record EnrolmentSettings(Duration kept, int pendingMax) {

  /// What holds unless something else is set.
  public static final EnrolmentSettings DEFAULT = new EnrolmentSettings(Duration.ofDays(7), 1_000);

  /// How long a token that was handed out may be asked for again, since the answer may have been
  /// lost.
  static final Duration CLAIM_WINDOW = Duration.ofMinutes(10);

  private static final int PENDING_MAX = 1_000_000;

  /// Reads them.
  public static EnrolmentSettings from(Settings settings) {
    return new EnrolmentSettings(
        settings.duration(
            "ENROLMENT_KEPT",
            DEFAULT.kept,
            Duration.ofSeconds(1),
            Duration.ofDays(365),
            "How long an enrolment waits for a person, and after that for the device to fetch what"
                + " was decided."),
        settings.integer(
            "ENROLMENT_PENDING_MAX",
            DEFAULT.pendingMax,
            1,
            PENDING_MAX,
            "How many enrolments of a tenant may wait for a person at once."));
  }
}
