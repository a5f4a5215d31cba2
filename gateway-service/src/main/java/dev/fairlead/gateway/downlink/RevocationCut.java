package dev.fairlead.gateway.downlink;

import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.Ending;
import dev.fairlead.gateway.session.SessionRegistry;

/// Ends the session of a device at once when the credential it came in with is revoked.
public final class RevocationCut {

  private final SessionRegistry registry;

  public RevocationCut(SessionRegistry registry) {
    this.registry = registry;
  }

  /// Takes a change of `fairlead.access` in.
  public void changed(AccessMessage message) {
    if (message instanceof AccessMessage.Revocation revocation) {
      registry
          .newestOf(revocation.device())
          .filter(session -> isOlder(session, revocation))
          .ifPresent(session -> session.execute(() -> session.close(Ending.REVOKED)));
    }
  }

  private static boolean isOlder(DeviceSession session, AccessMessage.Revocation revocation) {
    return session.credential().generation() < revocation.lowestGeneration();
  }
}
