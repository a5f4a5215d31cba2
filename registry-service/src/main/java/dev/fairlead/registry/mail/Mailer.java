package dev.fairlead.registry.mail;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.registry.delivery.Outcome;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/// Gives mail to a server.
public final class Mailer {

  private static final int CONNECTIONS_MAX = 4;
  private static final int ACCEPTED = 250;

  private final MailClient client;
  private final SmtpSettings settings;
  private final Duration timeout;

  /// @param timeout how long one mail may take
  public Mailer(Vertx vertx, SmtpSettings settings, Duration timeout) {
    this.client = MailClient.create(vertx, config(settings));
    this.settings = settings;
    this.timeout = timeout;
  }

  private static MailConfig config(SmtpSettings settings) {
    return new MailConfig()
        .setHostname(settings.host())
        .setPort(settings.port())
        .setSsl(settings.security() == SmtpSettings.Security.TLS)
        .setStarttls(
            settings.security() == SmtpSettings.Security.STARTTLS
                ? StartTLSOptions.REQUIRED
                : StartTLSOptions.DISABLED)
        .setLogin(settings.user().isPresent() ? LoginOption.REQUIRED : LoginOption.DISABLED)
        .setUsername(settings.user().orElse(null))
        .setPassword(settings.password().map(Secret::reveal).orElse(null))
        .setMaxPoolSize(CONNECTIONS_MAX);
  }

  /// The shortest time between two mails to one receiver.
  public Duration pause() {
    return settings.pause();
  }

  /// Sends what happened, in one mail. Never fails: what goes wrong is the outcome.
  ///
  /// @param id names the mail, the same at every attempt
  /// @param events of one tenant, at least one, as the feed tells them
  public Future<Outcome> send(MailAddress to, String id, List<JsonNode> events) {
    ChangeMail mail = ChangeMail.of(events);
    MailMessage message =
        new MailMessage()
            .setFrom(settings.from().text())
            .setTo(to.text())
            .setSubject(mail.subject())
            .setText(mail.text())
            .addHeader("Message-ID", messageId(id))
            .addHeader("Auto-Submitted", "auto-generated");
    return client
        .sendMail(message)
        .map(_ -> Outcome.delivered(ACCEPTED))
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .recover(cause -> Future.succeededFuture(outcome(cause)));
  }

  private String messageId(String id) {
    String host = settings.from().text().substring(settings.from().text().indexOf('@'));
    return "<" + UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)) + host + ">";
  }

  /// What people are told; nothing of our own network.
  private static Outcome outcome(Throwable cause) {
    return switch (cause) {
      case SMTPException refused ->
          Outcome.refused(
              refused.getReplyCode(),
              "the mail server answered " + refused.getReplyCode(),
              Optional.empty(),
              false);
      case TimeoutException _ -> Outcome.failed("the mail server did not answer in time");
      case UnknownHostException _ -> Outcome.failed("the mail server is not known");
      case SSLException _ ->
          Outcome.failed("no trust in the mail server's certificate, or no common TLS");
      default -> Outcome.failed("no connection to the mail server");
    };
  }

  /// Gives the connections back.
  public Future<Void> close() {
    return client.close();
  }
}
