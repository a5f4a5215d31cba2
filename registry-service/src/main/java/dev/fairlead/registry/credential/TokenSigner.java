package dev.fairlead.registry.credential;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Signs tokens with the key of the moment. Safe to use from any thread.
final class TokenSigner {

  private final Vertx vertx;
  private final SigningKeyRing ring;

  /// By key id; keys are few, and change a few times a year.
  private final Map<String, JWTAuth> signers = new ConcurrentHashMap<>();

  TokenSigner(Vertx vertx, SigningKeyRing ring) {
    this.vertx = vertx;
    this.ring = ring;
  }

  /// The key of a moment.
  String keyId(Instant at) {
    return ring.signerId(at);
  }

  /// A token, JWT with ES256.
  ///
  /// @param at the moment whose key signs it
  String sign(JsonObject claims, Instant at) {
    SigningKeyRing.Held held = ring.signer(at);
    return signers
        .computeIfAbsent(held.key().id(), id -> signer(held.key()))
        .generateToken(claims, new JWTOptions().setAlgorithm("ES256").setNoTimestamp(true));
  }

  private JWTAuth signer(SigningKey key) {
    return JWTAuth.create(vertx, new JWTAuthOptions().addJwk(new JsonObject(key.privateJwk())));
  }
}
