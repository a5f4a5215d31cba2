package dev.fairlead.registry.mail;

import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// The mail server that takes what is to be sent.
///
/// @param host of the server
/// @param port of the server
/// @param security how the connection is encrypted
/// @param user who signs in; empty where nobody has to
/// @param password of that user
/// @param from the address that mail comes from
/// @param pause the shortest time between two mails to one receiver
public record SmtpSettings(
    String host,
    int port,
    Security security,
    Optional<String> user,
    Optional<Secret> password,
    MailAddress from,
    Duration pause) {

  private static final int PORT = 587;
  private static final int PORT_MAX = 65_535;
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /// How a connection is encrypted.
  public enum Security {
    /// It begins in the clear and must be encrypted before anything else.
    STARTTLS,
    /// From its beginning.
    TLS,
    /// Not at all: for a server on this machine.
    NONE;

    private String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Optional<Security> of(String word) {
      return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }
  }

  /// Reads them.
  ///
  /// @return empty where no server is set: then nothing can be sent by mail
  public static Optional<SmtpSettings> from(Settings settings) {
    Optional<String> host =
        settings.optionalText("SMTP_HOST", "The mail server that webhooks to mailto: are sent by.");
    int port = settings.integer("SMTP_PORT", PORT, 1, PORT_MAX, "Its port.");
    String security =
        settings.text(
            "SMTP_SECURITY",
            Security.STARTTLS.word(),
            "How the connection to it is encrypted: `starttls`, `tls` or `none`.");
    Optional<String> user =
        settings.optionalText("SMTP_USER", "Who signs in to the mail server, if anybody must.");
    Optional<Secret> password =
        settings.optionalSecret("SMTP_PASSWORD", "The password of that user.");
    Optional<String> from = settings.optionalText("SMTP_FROM", "The address that mail comes from.");
    Duration pause =
        settings.duration(
            "SMTP_PAUSE",
            PAUSE,
            Duration.ofMillis(10),
            Duration.ofDays(1),
            "The shortest time between two mails to one receiver; what happens meanwhile comes in"
                + " one mail.");
    if (Security.of(security).isEmpty()) {
      settings.problem(
          Settings.PREFIX
              + "SMTP_SECURITY must be one of "
              + Arrays.stream(Security.values())
                  .map(Security::word)
                  .collect(Collectors.joining(", ")));
    }
    Optional<MailAddress> sender = from.flatMap(MailAddress::of);
    if (host.isPresent() && sender.isEmpty()) {
      settings.problem(
          Settings.PREFIX
              + "SMTP_FROM must be the address that mail comes from, such as a@b.example");
    }
    if (user.isPresent() != password.isPresent()) {
      settings.problem(
          Settings.PREFIX + "SMTP_USER and " + Settings.PREFIX + "SMTP_PASSWORD go together");
    }
    return host.isEmpty() || sender.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new SmtpSettings(
                host.get(),
                port,
                Security.of(security).orElse(Security.STARTTLS),
                user,
                password,
                sender.get(),
                pause));
  }
}
