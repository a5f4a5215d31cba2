package dev.fairlead.bus.access;

import dev.fairlead.bus.message.AccessMessage;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The public keys that sign tokens, ready for use. Fed with what `fairlead.access` says; safe for
/// all threads.
final class SigningKeys {

  private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);

  private final Map<String, PublicKey> keys = new ConcurrentHashMap<>();

  /// The key of that id.
  Optional<PublicKey> key(String keyId) {
    return Optional.ofNullable(keys.get(keyId));
  }

  /// Takes a key in.
  void learn(AccessMessage.SigningKey key) {
    try {
      keys.put(key.keyId(), publicKey(new JsonObject(key.jwk())));
    } catch (GeneralSecurityException
        | IllegalArgumentException
        | DecodeException
        | ClassCastException e) {
      // A key of a kind that is yet to come must not take the known ones away.
      log.atWarn()
          .addKeyValue("keyId", key.keyId())
          .addKeyValue("cause", e.getMessage())
          .log("signing key not understood");
    }
  }

  /// The key counts no more.
  void forget(String keyId) {
    keys.remove(keyId);
  }

  /// A P-256 key of a JSON Web Key (RFC 7518 §6.2).
  private static PublicKey publicKey(JsonObject jwk) throws GeneralSecurityException {
    if (!"EC".equals(jwk.getString("kty")) || !"P-256".equals(jwk.getString("crv"))) {
      throw new IllegalArgumentException("not a key on P-256");
    }
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec("secp256r1"));
    ECPoint point = new ECPoint(coordinate(jwk, "x"), coordinate(jwk, "y"));
    return KeyFactory.getInstance("EC")
        .generatePublic(
            new ECPublicKeySpec(point, parameters.getParameterSpec(ECParameterSpec.class)));
  }

  private static BigInteger coordinate(JsonObject jwk, String name) {
    if (jwk.getValue(name) instanceof String text) {
      return new BigInteger(1, Base64.getUrlDecoder().decode(text));
    }
    throw new IllegalArgumentException("no coordinate: " + name);
  }
}
