package dev.fairlead.registry.apikey;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.fairlead.runtime.http.Role;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// An API key as the API shows it.
///
/// @param prefix how the key begins
/// @param role `viewer`, `operator`, `admin` or `platform`
/// @param createdBy the id of the key that made it; empty for the one of the operator
/// @param lastUsedAt as far as is known, which is late by a minute or two; empty for never
record ApiKeyDocument(
    String id,
    String name,
    String prefix,
    String role,
    Instant createdAt,
    String createdBy,
    Optional<Instant> expiresAt,
    Optional<Instant> lastUsedAt) {

  /// A role as the API writes it.
  static String word(Role role) {
    return role.name().toLowerCase(Locale.ROOT);
  }

  /// A role that the contract has let through.
  static Role role(String word) {
    return Role.valueOf(word.toUpperCase(Locale.ROOT));
  }

  /// A key that was just made, with the one sight of it.
  record Created(@JsonUnwrapped ApiKeyDocument document, String key) {}
}
