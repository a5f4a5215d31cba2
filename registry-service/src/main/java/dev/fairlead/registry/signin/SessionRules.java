package dev.fairlead.registry.signin;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// How long browsers stay signed in, and how many.
///
/// @param idle a session that was not used for so long is over
/// @param lifetime every session is over after this, however busy it is
/// @param each how many sessions a person, or an API key, may have; one more ends the oldest
public record SessionRules(Duration idle, Duration lifetime, int each) {

  private static final Duration IDLE = Duration.ofHours(1);
  private static final Duration LIFETIME = Duration.ofHours(12);
  private static final int EACH = 10;

  /// What holds when nothing is set.
  public static SessionRules defaults() {
    return new SessionRules(IDLE, LIFETIME, EACH);
  }

  static SessionRules from(Settings settings) {
    return new SessionRules(
        settings.duration(
            "SESSION_IDLE",
            IDLE,
            Duration.ofMinutes(1),
            Duration.ofDays(30),
            "A browser that was silent for so long must sign in again."),
        settings.duration(
            "SESSION_LIFETIME",
            LIFETIME,
            Duration.ofMinutes(5),
            Duration.ofDays(90),
            "A browser must sign in again after this, however busy it is."),
        settings.integer(
            "SESSIONS_PER_PERSON",
            EACH,
            1,
            1_000,
            "How many browsers one person may be signed in with; one more ends the oldest."));
  }
}
