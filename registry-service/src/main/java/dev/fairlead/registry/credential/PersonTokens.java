package dev.fairlead.registry.credential;

import dev.fairlead.bus.access.Claims;
import dev.fairlead.bus.access.SignedTokens;
import dev.fairlead.runtime.http.Principal;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;

/// Makes the short tokens that sessions of browsers are given: JWT, ES256, with `kid`, `iss`, `aud`
/// (`api`), `sub` (the person, or the key), `ten`, `role`, `sid` (the session, by the SHA-256 that
/// it is known by, which opens nothing), `iat` and `exp`, and `grp` for a key that is kept to a
/// group. The other services take them with nothing but the public key. Safe to use from any
/// thread.
public final class PersonTokens {

  private static final String SESSION = "sid";

  private final TokenSigner signer;

  PersonTokens(TokenSigner signer) {
    this.signer = signer;
  }

  /// A token.
  ///
  /// @param session the SHA-256 of the id of the session that it is made for
  /// @param expiresAt whole seconds count
  public String issue(Principal principal, String session, Instant now, Instant expiresAt) {
    JsonObject claims =
        new JsonObject()
            .put("iss", SignedTokens.ISSUER)
            .put("aud", SignedTokens.API_AUDIENCE)
            .put("sub", principal.id())
            .put("ten", principal.tenant())
            .put("role", principal.role().name())
            .put(SESSION, session)
            .put("iat", now.getEpochSecond())
            .put("exp", expiresAt.getEpochSecond());
    principal.group().ifPresent(group -> claims.put("grp", group));
    return signer.sign(claims, now);
  }

  /// The session that a token was made for; empty where it names none.
  ///
  /// @param token whose signature has been checked
  public static Optional<String> sessionOf(String token) {
    return Claims.unverified(token).flatMap(claims -> claims.textIfAny(SESSION));
  }
}
