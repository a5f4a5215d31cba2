package dev.fairlead.registry.credential;

import dev.fairlead.bus.identity.DeviceKey;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Duration;
import java.time.Instant;

/// Makes the tokens by which devices prove who they are: JWT, ES256, with `kid`, `iss`, `sub` (the
/// device's id), `ten` (its tenant), `gen` (the credential generation), `iat` and `exp`. Safe to
/// use from any thread.
public final class DeviceTokens {

  /// Who issues them.
  static final String ISSUER = "fairlead";

  private final JWTAuth signer;
  private final Duration lifetime;

  /// @param lifetime how long a token is good
  DeviceTokens(Vertx vertx, SigningKey key, Duration lifetime) {
    this.signer =
        JWTAuth.create(vertx, new JWTAuthOptions().addJwk(new JsonObject(key.privateJwk())));
    this.lifetime = lifetime;
  }

  /// When a token that is made now runs out.
  public Instant expiry(Instant now) {
    return now.plus(lifetime);
  }

  /// A token.
  ///
  /// @param generation of the device's credentials; from 1
  public String issue(DeviceKey device, long generation, Instant now) {
    JsonObject claims =
        new JsonObject()
            .put("iss", ISSUER)
            .put("sub", device.device().value())
            .put("ten", device.tenant().value())
            .put("gen", generation)
            .put("iat", now.getEpochSecond())
            .put("exp", expiry(now).getEpochSecond());
    return signer.generateToken(
        claims, new JWTOptions().setAlgorithm("ES256").setNoTimestamp(true));
  }
}
