package dev.fairlead.registry.certificate;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.time.Instant;
import java.util.Optional;

/// A device's certificate as the API shows it.
///
/// @param fingerprint SHA-256 of its DER form, in lower-case hexadecimal
/// @param authority the fingerprint of the authority that signed it
/// @param serial in hexadecimal
record CertificateDocument(
    String fingerprint,
    String authority,
    String serial,
    long generation,
    Instant notBefore,
    Instant notAfter,
    Instant createdAt,
    Optional<Instant> revokedAt) {

  /// A certificate that was just issued.
  ///
  /// @param certificate as PEM
  /// @param authorityCertificate as PEM
  record Issued(
      @JsonUnwrapped CertificateDocument document,
      String certificate,
      String authorityCertificate) {}
}
