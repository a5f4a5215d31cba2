package dev.fairlead.gateway.admission;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.access.Claims;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import java.util.Optional;

/// Checks device tokens with what came on `fairlead.access`, and asks nobody. Safe for all threads.
public final class TokenVerifier {

  private final AccessView access;
  private final CredentialStanding standing;

  // Few tenants and keys stand in very many sessions.
  private final Same<TenantId> tenants = new Same<>();
  private final Same<String> keyIds = new Same<>();

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
  private Optional<DeviceCredential> claimed(Claims claims, String keyId) {
    long generation = claims.number("gen");
    if (claims.has("aud") || generation < 1) {
      return Optional.empty();
    }
    var credential =
        new DeviceCredential.Token(
            new DeviceKey(
                tenants.same(new TenantId(claims.text("ten"))), new DeviceId(claims.text("sub"))),
            generation,
            keyIds.same(keyId),
            claims.number("exp"));
    return Optional.<DeviceCredential>of(credential).filter(standing::isGood);
  }
}
