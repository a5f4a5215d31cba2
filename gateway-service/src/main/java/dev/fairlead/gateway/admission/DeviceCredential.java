package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.PresentedCredential;
import java.util.Optional;

/// What is left of a token or of a client certificate once it has been checked.
public sealed interface DeviceCredential {

  /// The generation of a certificate that a tenant's own authority signed: such authorities do not
  /// count, and no revocation of generations reaches what they sign.
  long UNNUMBERED = Long.MAX_VALUE;

  /// Who it was made for.
  DeviceKey device();

  /// Which of the device's credentials it is; from 1, or [#UNNUMBERED].
  long generation();

  /// What others are told of it.
  PresentedCredential presented();

  /// When a session that came in with it must end, in milliseconds since 1970; one that came in
  /// with a token goes on beyond the token's time.
  long sessionEndMillis();

  /// The certificate, where an authority of the product has issued it.
  Optional<Certificate> issuedCertificate();

  /// Whether it is a certificate of that authority.
  boolean isOfAuthority(String fingerprint);

  /// Whether it is a token that was signed with that key.
  boolean isOfKey(String keyId);

  /// A token.
  ///
  /// @param device who it was made for
  /// @param generation which of the device's tokens it is
  /// @param keyId the key that signed it
  /// @param expiresAtSeconds when it runs out, since 1970
  record Token(DeviceKey device, long generation, String keyId, long expiresAtSeconds)
      implements DeviceCredential {

    @Override
    public PresentedCredential presented() {
      return new PresentedCredential.Token(keyId, generation, expiresAtSeconds);
    }

    @Override
    public long sessionEndMillis() {
      return Long.MAX_VALUE;
    }

    @Override
    public Optional<Certificate> issuedCertificate() {
      return Optional.empty();
    }

    @Override
    public boolean isOfAuthority(String fingerprint) {
      return false;
    }

    @Override
    public boolean isOfKey(String id) {
      return keyId.equals(id);
    }
  }

  /// A client certificate.
  ///
  /// @param device who it was made for
  /// @param generation which of the device's certificates it is, or [#UNNUMBERED]
  /// @param fingerprint SHA-256 of its DER form, in lower-case hexadecimal
  /// @param authority the fingerprint of the authority that vouches for it
  /// @param expiresAtMillis since 1970, when the first certificate between the two runs out
  record Certificate(
      DeviceKey device, long generation, String fingerprint, String authority, long expiresAtMillis)
      implements DeviceCredential {

    @Override
    public PresentedCredential presented() {
      return new PresentedCredential.Other("certificate:" + fingerprint);
    }

    @Override
    public long sessionEndMillis() {
      return expiresAtMillis;
    }

    @Override
    public Optional<Certificate> issuedCertificate() {
      return generation == UNNUMBERED ? Optional.empty() : Optional.of(this);
    }

    @Override
    public boolean isOfAuthority(String other) {
      return authority.equals(other);
    }

    @Override
    public boolean isOfKey(String keyId) {
      return false;
    }
  }
}
