package dev.fairlead.registry.rule;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;

/// A rule as the API shows it.
///
/// @param filter what the devices in its scope meet; empty for all devices
/// @param problem why it could not be seen which devices those are
record RuleDocument(
    String id,
    String name,
    boolean enabled,
    Optional<String> filter,
    JsonNode condition,
    Raised alert,
    Instant createdAt,
    Instant updatedAt,
    Optional<String> problem) {

  /// The alert that it raises.
  ///
  /// @param text with places for what it is about, as [RuleText] fills them
  record Raised(String code, String severity, String text, Optional<String> suggestion) {}
}
