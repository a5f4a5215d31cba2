package dev.fairlead.registry.credential;

import dev.fairlead.bus.access.SignedTokens;
import dev.fairlead.runtime.http.Principal;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/// Makes the short tokens that sessions of browsers are given: JWT, ES256, with `kid`, `iss`, `aud`
/// (`api`), `sub` (the person, or the key), `ten`, `role`, `iat` and `exp`. Every service takes
/// them, with nothing but the public key. Safe to use from any thread.
public final class PersonTokens {

  private final TokenSigner signer;

  PersonTokens(TokenSigner signer) {
    this.signer = signer;
  }

  /// A token.
  ///
  /// @param expiresAt whole seconds count
  public String issue(Principal principal, Instant now, Instant expiresAt) {
    JsonObject claims =
        new JsonObject()
            .put("iss", SignedTokens.ISSUER)
            .put("aud", SignedTokens.API_AUDIENCE)
            .put("sub", principal.id())
            .put("ten", principal.tenant())
            .put("role", principal.role().name())
            .put("iat", now.getEpochSecond())
            .put("exp", expiresAt.getEpochSecond());
    return signer.sign(claims, now);
  }
}
