package dev.fairlead.registry.webhook;

import dev.fairlead.registry.change.ChangeKind;
import java.util.List;
import java.util.Optional;

/// What people say about a webhook.
record WebhookEdit(
    String name,
    String url,
    List<ChangeKind> kinds,
    Optional<String> device,
    Optional<String> group,
    boolean enabled) {

  WebhookEdit {
    kinds = List.copyOf(kinds);
  }

  String[] words() {
    return kinds.stream().map(ChangeKind::word).distinct().toArray(String[]::new);
  }
}
