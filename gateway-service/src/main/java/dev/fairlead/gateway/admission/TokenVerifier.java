package dev.fairlead.gateway.admission;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/// Checks device tokens with what came on `fairlead.access`, and asks nobody. Safe for all threads.
public final class TokenVerifier {

  private final AccessView access;
  private final CredentialStanding standing;

  /// @param access holds the signing keys
  public TokenVerifier(AccessView access, CredentialStanding standing) {
    this.access = access;
    this.standing = standing;
  }

  /// Who the token was made for; empty when it is not good for whatever reason.
  public Optional<DeviceCredential> verify(String token) {
    return access.tokens().verify(token, this::claimed);
  }

  /// A token that names an audience was made for something else than a device's connection.
  private Optional<DeviceCredential> claimed(JsonObject claims, String keyId) {
    String device = claims.getString("sub", "");
    Long generation = claims.getLong("gen", 0L);
    if (claims.containsKey("aud") || generation < 1 || !DeviceId.isValid(device)) {
      return Optional.empty();
    }
    var credential =
        new DeviceCredential(
            DeviceKey.of(claims.getString("ten", ""), device),
            generation,
            new DeviceCredential.Token(keyId, claims.getLong("exp", 0L)));
    return Optional.of(credential).filter(standing::isGood);
  }
}
