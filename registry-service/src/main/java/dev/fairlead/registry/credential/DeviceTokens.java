package dev.fairlead.registry.credential;

import dev.fairlead.bus.identity.DeviceKey;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Makes the tokens by which devices prove who they are: JWT, ES256, with `kid`, `iss`, `sub` (the
/// device's id), `ten` (its tenant), `gen` (the credential generation), `iat` and `exp`. Safe to
/// use from any thread.
public final class DeviceTokens {

  /// Who issues them.
  static final String ISSUER = "fairlead";

  private final TokenSigner signer;
  private final Duration lifetime;

  /// @param lifetime how long a token is good
  DeviceTokens(TokenSigner signer, Duration lifetime) {
    this.signer = signer;
    this.lifetime = lifetime;
  }

  /// A token that is about to be made: what the table is told before the token exists.
  ///
  /// @param keyId the key that will sign it
  /// @param expiresAt when it will run out
  public record Plan(String keyId, Instant issuedAt, Instant expiresAt) {}

  /// What a token that is made now will be.
  public Plan plan(Instant now) {
    return new Plan(signer.keyId(now), now, now.plus(lifetime).truncatedTo(ChronoUnit.SECONDS));
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
    return signer.sign(claims, plan.issuedAt());
  }
}
