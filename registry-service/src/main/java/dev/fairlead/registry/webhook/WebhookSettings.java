package dev.fairlead.registry.webhook;

import dev.fairlead.registry.delivery.RetryPlan;
import dev.fairlead.registry.mail.SmtpSettings;
import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;
import java.util.Optional;

/// The bounds of webhooks.
///
/// @param privateAddresses whether they may lead to addresses that are not public, and over plain
///     HTTP to the loopback
/// @param timeout how long one attempt may take
/// @param retries when what was not taken is sent again
/// @param disableAfter how long a webhook may do nothing but fail
/// @param lease how long a webhook stays with a process that is not heard of; longer than an
///     attempt
/// @param mail the mail server; empty where none is set up
public record WebhookSettings(
    boolean privateAddresses,
    Duration timeout,
    RetryPlan retries,
    Duration disableAfter,
    Duration lease,
    Optional<SmtpSettings> mail) {

  /// What holds unless something else is set.
  public static final WebhookSettings DEFAULT =
      new WebhookSettings(
          false,
          Duration.ofSeconds(10),
          RetryPlan.DEFAULT,
          Duration.ofDays(5),
          lease(10),
          Optional.empty());

  private static final int RETRIES_MAX = 100;

  public WebhookSettings {
    if (lease.compareTo(timeout) <= 0) {
      throw new IllegalArgumentException("a lease lasts longer than an attempt");
    }
  }

  private static Duration lease(long timeoutSeconds) {
    return Duration.ofSeconds(30 + 2 * timeoutSeconds);
  }

  /// Reads them.
  public static WebhookSettings from(Settings settings) {
    boolean privateAddresses =
        settings.flag(
            "WEBHOOK_PRIVATE_ADDRESSES",
            DEFAULT.privateAddresses,
            "Whether webhooks may lead to private and loopback addresses.");
    Duration timeout =
        settings.duration(
            "WEBHOOK_TIMEOUT",
            DEFAULT.timeout,
            Duration.ofMillis(100),
            Duration.ofMinutes(1),
            "How long a webhook may take to answer.");
    Duration first =
        settings.duration(
            "WEBHOOK_RETRY_FIRST",
            DEFAULT.retries.first(),
            Duration.ofMillis(10),
            Duration.ofHours(1),
            "The wait before an event is sent to a webhook again; later waits are longer.");
    Duration longest =
        settings.duration(
            "WEBHOOK_RETRY_LONGEST",
            DEFAULT.retries.longest(),
            Duration.ofMillis(10),
            Duration.ofDays(1),
            "The longest wait before an event is sent to a webhook again.");
    if (longest.compareTo(first) < 0) {
      settings.problem(
          Settings.PREFIX + "WEBHOOK_RETRY_LONGEST must not be shorter than the first wait");
      longest = first;
    }
    int retries =
        settings.integer(
            "WEBHOOK_RETRIES",
            DEFAULT.retries.retries(),
            0,
            RETRIES_MAX,
            "How often an event is sent to a webhook again before it is given up.");
    Duration disableAfter =
        settings.duration(
            "WEBHOOK_DISABLE_AFTER",
            DEFAULT.disableAfter,
            Duration.ofMinutes(1),
            Duration.ofDays(365),
            "How long a webhook may do nothing but fail before nothing is sent to it any more.");
    return new WebhookSettings(
        privateAddresses,
        timeout,
        new RetryPlan(first, longest, retries),
        disableAfter,
        lease(timeout.toSeconds()),
        SmtpSettings.from(settings));
  }
}
