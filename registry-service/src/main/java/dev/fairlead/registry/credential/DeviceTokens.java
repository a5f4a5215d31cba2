package dev.fairlead.registry.credential;

import dev.fairlead.bus.identity.DeviceKey;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Makes the tokens by which devices prove who they are: JWT, ES256, with `kid`, `iss`, `sub` (the
/// device's id), `ten` (its tenant), `gen` (the credential generation), `iat` and `exp`. Safe to
/// use from any thread.
public final class DeviceTokens {

  /// Who issues them.
  static final String ISSUER = "fairlead";

  private final Vertx vertx;
  private final SigningKeyRing ring;
  private final Duration lifetime;

  /// By key id; keys are few, and change a few times a year.
  private final Map<String, JWTAuth> signers = new ConcurrentHashMap<>();

  /// @param ring knows which key signs
  /// @param lifetime how long a token is good
  public DeviceTokens(Vertx vertx, SigningKeyRing ring, Duration lifetime) {
    this.vertx = vertx;
    this.ring = ring;
    this.lifetime = lifetime;
  }

  /// A token that is about to be made: what the table is told before the token exists.
  ///
  /// @param keyId the key that will sign it
  /// @param expiresAt when it will run out
  public record Plan(String keyId, Instant issuedAt, Instant expiresAt) {}

  /// What a token that is made now will be.
  public Plan plan(Instant now) {
    return new Plan(ring.signerId(now), now, now.plus(lifetime).truncatedTo(ChronoUnit.SECONDS));
  }

  /// A token.
  ///
  /// @param generation of the device's credentials; from 1
  public String issue(DeviceKey device, long generation, Plan plan) {
    JsonObject claims =
        new JsonObject()
            .put("iss", ISSUER)
            .put("sub", device.device().value())
            .put("ten", device.tenant().value())
            .put("gen", generation)
            .put("iat", plan.issuedAt().getEpochSecond())
            .put("exp", plan.expiresAt().getEpochSecond());
    SigningKeyRing.Held held = ring.signer(plan.issuedAt());
    return signers
        .computeIfAbsent(held.key().id(), id -> signer(held.key()))
        .generateToken(claims, new JWTOptions().setAlgorithm("ES256").setNoTimestamp(true));
  }

  private JWTAuth signer(SigningKey key) {
    return JWTAuth.create(vertx, new JWTAuthOptions().addJwk(new JsonObject(key.privateJwk())));
  }
}
