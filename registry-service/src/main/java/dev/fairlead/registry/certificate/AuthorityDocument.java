package dev.fairlead.registry.certificate;

import java.time.Instant;
import java.util.Optional;

/// A certificate authority as the API shows it.
///
/// @param fingerprint SHA-256 of its certificate's DER form, in lower-case hexadecimal
/// @param kind `own` or `foreign`
/// @param state `active` or `pending`
/// @param verification how to make a pending one active
/// @param certificate as PEM
record AuthorityDocument(
    String fingerprint,
    String kind,
    String state,
    String subject,
    Instant notBefore,
    Instant notAfter,
    Instant createdAt,
    Optional<Verification> verification,
    String certificate) {

  /// What is asked for to prove possession of an authority's key.
  ///
  /// @param code the common name of a certificate that the authority must sign
  /// @param expiresAt when the code is good no more
  record Verification(String code, Instant expiresAt) {}
}
