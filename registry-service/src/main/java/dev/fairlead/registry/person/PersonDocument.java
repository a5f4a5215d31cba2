package dev.fairlead.registry.person;

import dev.fairlead.runtime.http.Role;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// A person as the API shows it.
///
/// @param issuer of the identity; empty, as `subject`, until somebody invited by e-mail has signed
///     in
/// @param role `viewer`, `operator`, `admin` or `platform`
/// @param source `invited` for somebody whom an admin has let in, `provider` for somebody whose
///     role comes from a claim
/// @param createdBy the id of the key or person that invited; empty where it was the provider
public record PersonDocument(
    String id,
    Optional<String> issuer,
    Optional<String> subject,
    Optional<String> email,
    String name,
    String role,
    String source,
    Instant createdAt,
    String createdBy,
    Optional<Instant> lastSignInAt) {

  /// A role that the contract has let through.
  static Role role(String word) {
    return Role.valueOf(word.toUpperCase(Locale.ROOT));
  }
}
