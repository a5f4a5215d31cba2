package dev.fairlead.registry.webhook;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A webhook as the API shows it.
///
/// @param kinds of the changes that are sent to it; empty for all
/// @param device whose changes alone; empty for all
/// @param group the static group whose devices' changes alone; empty for all
/// @param previousSecretUntil until when messages are signed with the secret of before as well
record WebhookDocument(
    String id,
    String name,
    String url,
    List<String> kinds,
    Optional<String> device,
    Optional<String> group,
    boolean enabled,
    Optional<Instant> previousSecretUntil,
    Instant createdAt,
    Instant updatedAt,
    Health health) {

  WebhookDocument {
    kinds = List.copyOf(kinds);
  }

  /// How it does.
  ///
  /// @param state `healthy`, `failing` or `disabled`
  /// @param reason why it is disabled: `by-hand`, `failing` for too long, or `gone` by its own word
  /// @param failures how many attempts in a row have failed
  /// @param lastFailure what the last of them met
  /// @param retryAt when it is tried again
  record Health(
      String state,
      Optional<String> reason,
      long failures,
      Optional<Instant> failingSince,
      Optional<Instant> lastSuccessAt,
      Optional<Instant> lastFailureAt,
      Optional<String> lastFailure,
      Optional<Instant> retryAt) {}

  /// A webhook that was just made, with the one sight of its secret.
  record Created(@JsonUnwrapped WebhookDocument webhook, String secret) {}

  /// A delivery of one event.
  ///
  /// @param number its place among those of the webhook
  /// @param id of the message and of the event
  /// @param state `retrying`, `delivered` or `dead`
  /// @param status what was answered last
  /// @param failure what the last attempt met, if it failed
  record Delivery(
      long number,
      String id,
      String state,
      int attempts,
      Optional<Integer> status,
      Optional<String> failure,
      Instant firstAt,
      Instant lastAt,
      JsonNode event) {}

  /// What became of a test.
  record Tested(boolean delivered, Optional<Integer> status, Optional<String> failure) {}
}
