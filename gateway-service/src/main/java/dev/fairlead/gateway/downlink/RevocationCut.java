package dev.fairlead.gateway.downlink;

import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.Ending;
import dev.fairlead.gateway.session.SessionRegistry;

/// Ends the session of a device at once when the credential it came in with is revoked, and all
/// sessions of a tenant that is suspended, or that came in with a token of a key that is taken
/// back.
public final class RevocationCut {

  private final SessionRegistry registry;

  public RevocationCut(SessionRegistry registry) {
    this.registry = registry;
  }

  /// Takes a change of `fairlead.access` in.
  public void changed(AccessMessage message) {
    switch (message) {
      case AccessMessage.Revocation revocation ->
          registry
              .newestOf(revocation.device())
              .filter(session -> isOlder(session, revocation))
              .ifPresent(RevocationCut::cut);
      case AccessMessage.Suspension suspension ->
          registry.all().stream()
              .filter(session -> session.device().tenant().equals(suspension.tenant()))
              .forEach(RevocationCut::cut);
      case AccessMessage.Withdrawn withdrawn ->
          withdrawn
              .signingKeyId()
              .ifPresent(
                  keyId ->
                      registry.all().stream()
                          .filter(session -> session.credential().keyId().equals(keyId))
                          .forEach(RevocationCut::cut));
      default -> {
        // What was admitted stays.
      }
    }
  }

  private static void cut(DeviceSession session) {
    session.execute(() -> session.close(Ending.REVOKED));
  }

  private static boolean isOlder(DeviceSession session, AccessMessage.Revocation revocation) {
    return session.credential().generation() < revocation.lowestGeneration();
  }
}
