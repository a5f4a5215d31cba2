package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceKey;
import java.util.Optional;

/// What is left of a token or of a client certificate once it has been checked.
///
/// @param device who it was made for
/// @param generation which of the device's credentials it is; from 1, or [#UNNUMBERED]
/// @param certificate the certificate, if it is one
public record DeviceCredential(
    DeviceKey device, long generation, Optional<ClientCertificate> certificate) {

  /// The generation of a certificate that a tenant's own authority signed: such authorities do not
  /// count, and no revocation of generations reaches what they sign.
  public static final long UNNUMBERED = Long.MAX_VALUE;

  /// What a token leaves.
  public DeviceCredential(DeviceKey device, long generation) {
    this(device, generation, Optional.empty());
  }

  /// A checked client certificate.
  ///
  /// @param fingerprint SHA-256 of its DER form, in lower-case hexadecimal
  /// @param authority the fingerprint of the authority that vouches for it
  /// @param expiresAtMillis since 1970, when the first certificate between the two runs out
  public record ClientCertificate(String fingerprint, String authority, long expiresAtMillis) {}

  /// When a session that came in with it must end, in milliseconds since 1970; one that came in
  /// with a token goes on beyond the token's time.
  public long sessionEndMillis() {
    return certificate.isPresent() ? certificate.get().expiresAtMillis() : Long.MAX_VALUE;
  }

  /// Whether it is a certificate of that authority.
  public boolean isOfAuthority(String fingerprint) {
    return certificate.isPresent() && certificate.get().authority().equals(fingerprint);
  }
}
