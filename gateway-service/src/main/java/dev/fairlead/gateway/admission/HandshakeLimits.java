package dev.fairlead.gateway.admission;

import dev.fairlead.runtime.abuse.BanSettings;
import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// How many handshakes may fail.
///
/// @param failuresPerAddress from one address, in a minute
/// @param failuresPerDevice in the name of one device, in a minute
/// @param ban how long a first ban is
/// @param bannedVerificationsPerSecond how many unknown tokens and certificates from banned
///     addresses are checked in a second, in all
public record HandshakeLimits(
    int failuresPerAddress, int failuresPerDevice, Duration ban, int bannedVerificationsPerSecond) {

  private static final int PER_ADDRESS = 30;
  private static final int PER_DEVICE = 10;
  private static final int VERIFICATIONS = 100;

  /// Reads `HANDSHAKE_FAILURES_PER_ADDRESS`, `HANDSHAKE_FAILURES_PER_DEVICE`, `BAN_DURATION` and
  /// `BANNED_VERIFICATIONS_PER_SECOND`.
  public static HandshakeLimits from(Settings settings) {
    return new HandshakeLimits(
        settings.integer(
            "HANDSHAKE_FAILURES_PER_ADDRESS",
            PER_ADDRESS,
            1,
            BanSettings.FAILURES_MAX,
            "Failed handshakes from one address in a minute; one more bans it."),
        settings.integer(
            "HANDSHAKE_FAILURES_PER_DEVICE",
            PER_DEVICE,
            1,
            BanSettings.FAILURES_MAX,
            "Failed handshakes in the name of one device in a minute; one more bans failures in"
                + " its name."),
        BanSettings.banFrom(settings),
        settings.integer(
            "BANNED_VERIFICATIONS_PER_SECOND",
            VERIFICATIONS,
            1,
            BanSettings.FAILURES_MAX,
            "Unknown tokens and certificates from banned addresses that are checked in a second."));
  }
}
