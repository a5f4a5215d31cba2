package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.PresentedCredential;
import java.util.Optional;

/// What is left of a token or of a client certificate once it has been checked.
///
/// @param device who it was made for
/// @param generation which of the device's credentials it is; from 1, or [#UNNUMBERED]
/// @param proof which of the two it is
public record DeviceCredential(DeviceKey device, long generation, Proof proof) {

  /// The generation of a certificate that a tenant's own authority signed: such authorities do not
  /// count, and no revocation of generations reaches what they sign.
  public static final long UNNUMBERED = Long.MAX_VALUE;

  /// What the device has shown.
  public sealed interface Proof {}

  /// A token.
  ///
  /// @param keyId the key that signed it
  /// @param expiresAtSeconds when it runs out, since 1970
  public record Token(String keyId, long expiresAtSeconds) implements Proof {}

  /// A client certificate.
  ///
  /// @param fingerprint SHA-256 of its DER form, in lower-case hexadecimal
  /// @param authority the fingerprint of the authority that vouches for it
  /// @param expiresAtMillis since 1970, when the first certificate between the two runs out
  public record Certificate(String fingerprint, String authority, long expiresAtMillis)
      implements Proof {}

  /// What others are told of it.
  public PresentedCredential presented() {
    return switch (proof) {
      case Token token ->
          new PresentedCredential.Token(token.keyId(), generation, token.expiresAtSeconds());
      case Certificate certificate ->
          new PresentedCredential.Other("certificate:" + certificate.fingerprint());
    };
  }

  /// When a session that came in with it must end, in milliseconds since 1970; one that came in
  /// with a token goes on beyond the token's time.
  public long sessionEndMillis() {
    return proof instanceof Certificate certificate
        ? certificate.expiresAtMillis()
        : Long.MAX_VALUE;
  }

  /// The certificate, where an authority of the product has issued it.
  public Optional<Certificate> issuedCertificate() {
    return proof instanceof Certificate certificate && generation != UNNUMBERED
        ? Optional.of(certificate)
        : Optional.empty();
  }

  /// Whether it is a certificate of that authority.
  public boolean isOfAuthority(String fingerprint) {
    return proof instanceof Certificate certificate && certificate.authority().equals(fingerprint);
  }

  /// Whether it is a token that was signed with that key.
  public boolean isOfKey(String keyId) {
    return proof instanceof Token token && token.keyId().equals(keyId);
  }
}
