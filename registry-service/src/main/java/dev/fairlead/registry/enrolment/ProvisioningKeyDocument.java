package dev.fairlead.registry.enrolment;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// A provisioning key as the API shows it.
///
/// @param prefix how the key begins
/// @param accept `always`, `by-hand` or `by-rule`
/// @param rule there for `by-rule` alone
/// @param type of the devices, whatever they name themselves
/// @param tags of the devices
/// @param createdBy the id of the key that made it
/// @param usesMax how many devices may ask by it
/// @param uses how many have
record ProvisioningKeyDocument(
    String id,
    String name,
    String prefix,
    String accept,
    Optional<EnrolmentRule> rule,
    Optional<String> type,
    Map<String, String> tags,
    Instant createdAt,
    String createdBy,
    Optional<Instant> expiresAt,
    Optional<Integer> usesMax,
    int uses,
    Optional<Instant> lastUsedAt) {

  ProvisioningKeyDocument {
    tags = Map.copyOf(tags);
  }

  /// A key that was just made, with the one sight of it.
  record Created(@JsonUnwrapped ProvisioningKeyDocument document, String key) {

    /// Hides the key from logs.
    @Override
    public String toString() {
      return document.toString();
    }
  }
}
