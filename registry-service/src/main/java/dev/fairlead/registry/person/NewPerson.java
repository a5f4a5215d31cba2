package dev.fairlead.registry.person;

import dev.fairlead.runtime.http.Role;
import java.util.Optional;

/// Somebody who is to be let in: known by e-mail, or by issuer and subject.
///
/// @param name to show, until the provider tells another
record NewPerson(
    Optional<String> email,
    Optional<String> issuer,
    Optional<String> subject,
    String name,
    Role role) {

  /// @throws IllegalArgumentException for somebody whom no sign-in could be recognised as
  NewPerson {
    if (issuer.isPresent() != subject.isPresent() || (email.isEmpty() && subject.isEmpty())) {
      throw new IllegalArgumentException("needs 'email', or 'issuer' and 'subject'");
    }
  }
}
