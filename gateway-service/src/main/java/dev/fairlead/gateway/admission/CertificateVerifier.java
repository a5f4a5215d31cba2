package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Checks client certificates whose holders have proven that they hold the key. Asks nobody; the
/// authorities came on `fairlead.access`. Safe for all threads.
///
/// **The tenant is that of the authority.** What the certificate's text says about a tenant is not
/// even read. Of several authorities on the way, the one nearest to the device counts.
public final class CertificateVerifier {

  private static final String CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";
  private static final String ANY_PURPOSE = "2.5.29.37.0";
  private static final int NO_AUTHORITY = -1;
  private static final int DIGITAL_SIGNATURE = 0;

  private final Authorities authorities;
  private final CredentialStanding standing;
  private final InstantSource clock;

  public CertificateVerifier(
      Authorities authorities, CredentialStanding standing, InstantSource clock) {
    this.authorities = authorities;
    this.standing = standing;
    this.clock = clock;
  }

  /// Who the first certificate was made for; empty when it is not good for whatever reason.
  ///
  /// @param chain the device's certificate and those that lead from it towards an authority, in
  ///     this order
  public Optional<DeviceCredential> verify(List<X509Certificate> chain) {
    if (chain.isEmpty() || chain.size() > Certificates.CHAIN_MAX) {
      return Optional.empty();
    }
    try {
      X509Certificate own = chain.getFirst();
      if (!isForClients(own)) {
        return Optional.empty();
      }
      Optional<CertificateIdentity> identity = CertificateIdentity.of(own);
      return identity.isEmpty() ? Optional.empty() : verified(identity.get(), chain);
    } catch (CertificateException e) {
      return Optional.empty();
    }
  }

  private Optional<DeviceCredential> verified(
      CertificateIdentity identity, List<X509Certificate> chain) throws CertificateException {
    for (int length = 1; length <= chain.size(); length++) {
      List<X509Certificate> path = chain.subList(0, length);
      for (Authorities.Authority authority : authorities.issuersOf(path.getLast())) {
        if (Certificates.isPath(path, authority.certificate(), clock.instant())) {
          return credential(identity, path, authority).filter(standing::isGood);
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<DeviceCredential> credential(
      CertificateIdentity identity, List<X509Certificate> path, Authorities.Authority authority)
      throws CertificateException {
    OptionalLong generation =
        authority.numbered() ? identity.generation() : OptionalLong.of(DeviceCredential.UNNUMBERED);
    if (generation.isEmpty()) {
      return Optional.empty();
    }
    long expiresAtMillis = authority.certificate().getNotAfter().toInstant().toEpochMilli();
    for (X509Certificate certificate : path) {
      expiresAtMillis =
          Math.min(expiresAtMillis, certificate.getNotAfter().toInstant().toEpochMilli());
    }
    return Optional.of(
        new DeviceCredential.Certificate(
            new DeviceKey(authority.tenant(), identity.device()),
            generation.getAsLong(),
            Certificates.fingerprint(path.getFirst()),
            authority.fingerprint(),
            expiresAtMillis));
  }

  /// Whether it may be a client's: what an extension that is present does not allow is not allowed
  /// (RFC 5280 §4.2.1.3, §4.2.1.12), and an authority is no device.
  private static boolean isForClients(X509Certificate certificate)
      throws CertificateParsingException {
    boolean @Nullable [] usage = certificate.getKeyUsage();
    @Nullable List<String> purposes = certificate.getExtendedKeyUsage();
    return certificate.getBasicConstraints() == NO_AUTHORITY
        && (usage == null || usage[DIGITAL_SIGNATURE])
        && (purposes == null
            || purposes.contains(CLIENT_AUTHENTICATION)
            || purposes.contains(ANY_PURPOSE));
  }
}
