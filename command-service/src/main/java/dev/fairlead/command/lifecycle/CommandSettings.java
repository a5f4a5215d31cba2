package dev.fairlead.command.lifecycle;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// The times and bounds of commands.
///
/// @param lease how long `delivered` is waited for before a command is sent again
/// @param deadlineDefault how long a command is worth running when nothing else is said
/// @param deadlineMax the longest that may be asked for
/// @param expiryGrace how long after its deadline a command is declared expired
/// @param queueMax the most unfinished commands of one device
/// @param tenantQueueMax the most unfinished commands of one tenant, about
/// @param returnRate how many devices of one tenant a service looks at in a second that come
///     back or go on to commands that wait
/// @param concurrentMax how many concurrent commands of one device are under way at once
/// @param retention how long a command is kept after its end
public record CommandSettings(
    Duration lease,
    Duration deadlineDefault,
    Duration deadlineMax,
    Duration expiryGrace,
    int queueMax,
    int tenantQueueMax,
    int returnRate,
    int concurrentMax,
    Duration retention) {

  /// @throws IllegalArgumentException when a bound is not positive
  public CommandSettings {
    if (lease.toMillis() < 1
        || deadlineDefault.toMillis() < 1
        || deadlineMax.toMillis() < 1
        || expiryGrace.isNegative()
        || queueMax < 1
        || tenantQueueMax < 1
        || returnRate < 1
        || concurrentMax < 1
        || retention.toMillis() < 1) {
      throw new IllegalArgumentException("times and bounds of commands are positive");
    }
  }

  /// Reads the `COMMAND_*` settings.
  public static CommandSettings from(Settings settings) {
    Duration second = Duration.ofSeconds(1);
    Duration year = Duration.ofDays(365);
    CommandSettings read =
        new CommandSettings(
            settings.duration(
                "COMMAND_LEASE",
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                Duration.ofMinutes(10),
                "How long a device may take to say that it has a command; then it is sent again."),
            settings.duration(
                "COMMAND_DEADLINE_DEFAULT",
                Duration.ofHours(24),
                second,
                year,
                "How long a command is worth running when its sender does not say."),
            settings.duration(
                "COMMAND_DEADLINE_MAX",
                Duration.ofDays(30),
                second,
                year,
                "The farthest deadline that may be asked for."),
            settings.duration(
                "COMMAND_EXPIRY_GRACE",
                Duration.ofSeconds(5),
                Duration.ZERO,
                Duration.ofHours(1),
                "How long after its deadline a command is declared expired; replies under way count."),
            settings.integer(
                "COMMAND_QUEUE_MAX",
                1000,
                1,
                100_000,
                "How many unfinished commands a device may have; one more is answered 429."),
            settings.integer(
                "COMMAND_TENANT_QUEUE_MAX",
                1_000_000,
                1,
                1_000_000_000,
                "How many unfinished commands a tenant may have, about; one more is answered 429."),
            settings.integer(
                "COMMAND_RETURN_RATE",
                2000,
                1,
                1_000_000,
                "How many devices of one tenant a second a service sends what has waited, after the"
                    + " first so many."),
            settings.integer(
                "COMMAND_CONCURRENT_MAX",
                16,
                1,
                1000,
                "How many concurrent commands of a device are under way at once; others wait."),
            settings.duration(
                "COMMAND_RETENTION",
                Duration.ofDays(30),
                Duration.ofHours(25),
                Duration.ofDays(3650),
                "How long a command is kept after its end."));
    if (read.deadlineDefault().compareTo(read.deadlineMax()) > 0) {
      settings.problem(
          Settings.PREFIX + "COMMAND_DEADLINE_DEFAULT must not exceed COMMAND_DEADLINE_MAX");
    }
    return read;
  }
}
