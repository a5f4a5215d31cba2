package dev.fairlead.registry.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.registry.delivery.Outcome;
import dev.fairlead.registry.mail.MailAddress;
import dev.fairlead.registry.mail.Mailer;
import dev.fairlead.registry.webhook.WebhookSender.Target;
import dev.fairlead.runtime.http.Json;
import dev.fairlead.runtime.problem.ProblemException;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The ways to a webhook: over HTTP, or by mail where its URL is one of `mailto`.
final class WebhookWays {

  private final WebhookSender http;
  private final Optional<Mailer> mail;
  private final boolean privateAddresses;

  /// @param mail empty where no mail server is set up
  WebhookWays(WebhookSender http, Optional<Mailer> mail, WebhookSettings settings) {
    this.http = http;
    this.mail = mail;
    this.privateAddresses = settings.privateAddresses();
  }

  /// Checks where a webhook is to lead.
  ///
  /// @throws ProblemException `validation-failed` where nothing can be sent to
  String checked(String url) {
    if (!MailAddress.isMailto(url)) {
      WebhookAddress.of(url, privateAddresses);
    } else if (mail.isEmpty()) {
      throw WebhookAddress.refused("is one of mail, for which this Fairlead has no server");
    } else if (MailAddress.ofUrl(url).isEmpty()) {
      throw WebhookAddress.refused("must be mailto: and one address, and nothing else");
    }
    return url;
  }

  /// How long this receiver is left alone after it was sent something; empty for one that takes one
  /// event after the other, without a pause.
  Optional<Duration> pause(Target target) {
    return mail.map(Mailer::pause).filter(_ -> MailAddress.isMailto(target.url()));
  }

  /// Sends an event. Never fails: what goes wrong is the outcome.
  ///
  /// @param event as the feed tells it
  Future<Outcome> send(Target target, String id, Object event) {
    return MailAddress.isMailto(target.url())
        ? sendMail(target, id, List.of(event))
        : http.send(target, id, Json.write(event));
  }

  /// Sends events in one mail. Never fails: what goes wrong is the outcome.
  ///
  /// @param events as the feed tells them
  Future<Outcome> sendMail(Target target, String id, List<?> events) {
    Optional<MailAddress> to = MailAddress.ofUrl(target.url());
    if (mail.isEmpty() || to.isEmpty()) {
      return Future.succeededFuture(Outcome.failed("there is no mail server"));
    }
    List<JsonNode> nodes =
        events.stream().<JsonNode>map(event -> Json.mapper().valueToTree(event)).toList();
    return mail.get().send(to.get(), id, nodes);
  }

  Future<Void> close() {
    return http.close().eventually(() -> mail.map(Mailer::close).orElse(Future.succeededFuture()));
  }
}
