package dev.fairlead.gateway.downlink;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.admission.CredentialStanding;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.Ending;
import dev.fairlead.gateway.session.SessionRegistry;
import java.util.function.Predicate;

/// Ends sessions at once when the credential that they came in with no longer counts: that of a
/// device whose credential is revoked or that is blocked, all those of a tenant that is suspended,
/// and all those whose tokens were signed with a key, or whose certificates an authority vouched
/// for, that is taken back.
public final class RevocationCut {

  private final SessionRegistry registry;

  private final CredentialStanding standing;

  public RevocationCut(SessionRegistry registry, CredentialStanding standing) {
    this.registry = registry;
    this.standing = standing;
  }

  /// Takes a change of `fairlead.access` in.
  public void changed(AccessMessage message) {
    switch (message) {
      case AccessMessage.Revocation revocation -> look(revocation.device());
      case AccessMessage.CertificateRevocation revocation -> look(revocation.device());
      case AccessMessage.Block block -> look(block.device());
      case AccessMessage.Suspension suspension ->
          lookAtAll(session -> session.device().tenant().equals(suspension.tenant()));
      case AccessMessage.CertificateAuthority authority ->
          lookAtAll(session -> session.credential().isOfAuthority(authority.fingerprint()));
      case AccessMessage.Withdrawn withdrawn -> {
        withdrawn
            .authority()
            .ifPresent(gone -> lookAtAll(session -> session.credential().isOfAuthority(gone)));
        withdrawn
            .signingKeyId()
            .ifPresent(gone -> lookAtAll(session -> session.credential().isOfKey(gone)));
      }
      case AccessMessage.SigningKey _,
          AccessMessage.ApiKey _,
          AccessMessage.TenantLimits _,
          AccessMessage.Generation _ -> {
        // What was admitted stays.
      }
    }
  }

  private void look(DeviceKey device) {
    registry.newestOf(device).ifPresent(this::cutUnlessGood);
  }

  private void lookAtAll(Predicate<DeviceSession> concerned) {
    registry.all().stream().filter(concerned).forEach(this::cutUnlessGood);
  }

  private void cutUnlessGood(DeviceSession session) {
    if (!standing.isGood(session.credential())) {
      String reason = standing.reasonAgainst(session.credential());
      session.execute(() -> session.close(Ending.ofLostAccess(reason)));
    }
  }
}
