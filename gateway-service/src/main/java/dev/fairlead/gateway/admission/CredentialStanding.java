package dev.fairlead.gateway.admission;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.CloseReason;
import java.time.InstantSource;
import java.util.Optional;

/// Whether a credential that was checked counts now, by what `fairlead.access` says. Cheap, and
/// safe for all threads.
public final class CredentialStanding {

  private final AccessView access;
  private final InstantSource clock;

  public CredentialStanding(AccessView access, InstantSource clock) {
    this.access = access;
    this.clock = clock;
  }

  /// Whether it counts: neither it nor its generation is revoked, its device is not blocked, its
  /// tenant not suspended, the key of a token not withdrawn, and the authority of a certificate is
  /// still that tenant's.
  public boolean isGood(DeviceCredential credential) {
    return credential.generation() >= access.lowestGeneration(credential.device())
        && !access.isSuspended(credential.device().tenant())
        && !access.isBlocked(credential.device())
        && switch (credential) {
          case DeviceCredential.Token token -> access.tokens().knows(token.keyId());
          case DeviceCredential.Certificate certificate ->
              isGood(credential.device().tenant(), certificate);
        };
  }

  /// Why a credential that does not count does not, a word of [CloseReason].
  public String reasonAgainst(DeviceCredential credential) {
    if (access.isSuspended(credential.device().tenant())) {
      return CloseReason.SUSPENDED;
    }
    return access.isBlocked(credential.device()) ? CloseReason.BLOCKED : CloseReason.REVOKED;
  }

  private boolean isGood(TenantId tenant, DeviceCredential.Certificate certificate) {
    Optional<AccessMessage.CertificateAuthority> authority =
        access.authority(certificate.authority());
    return certificate.expiresAtMillis() > clock.millis()
        && !access.isCertificateRevoked(certificate.fingerprint())
        && authority.isPresent()
        && authority.get().tenant().equals(tenant);
  }
}
