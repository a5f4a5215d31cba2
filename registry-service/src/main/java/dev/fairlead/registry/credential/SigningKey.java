package dev.fairlead.registry.credential;

import dev.fairlead.bus.message.AccessMessage;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.UUID;

/// A key that signs device tokens: ECDSA on P-256 with SHA-256 (ES256), as a JSON Web Key.
final class SigningKey {

  /// A coordinate or the secret number of P-256 (RFC 7518 §6.2.1.2).
  private static final int NUMBER_BYTES = 32;

  private final String id;
  private final JsonObject jwk;

  private SigningKey(String id, JsonObject jwk) {
    this.id = id;
    this.jwk = jwk;
  }

  /// A new key.
  static SigningKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      ECPublicKey publicKey = (ECPublicKey) pair.getPublic();
      String id = UUID.randomUUID().toString();
      return new SigningKey(
          id,
          new JsonObject()
              .put("kty", "EC")
              .put("crv", "P-256")
              .put("alg", "ES256")
              .put("use", "sig")
              .put("kid", id)
              .put("x", number(publicKey.getW().getAffineX()))
              .put("y", number(publicKey.getW().getAffineY()))
              .put("d", number(((ECPrivateKey) pair.getPrivate()).getS())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform of ours has P-256", e);
    }
  }

  /// The key of a private JSON Web Key, as [#privateJwk] gives it.
  static SigningKey of(String privateJwk) {
    JsonObject jwk = new JsonObject(privateJwk);
    return new SigningKey(jwk.getString("kid"), jwk);
  }

  /// The tokens' `kid`.
  String id() {
    return id;
  }

  /// The whole key. To be encrypted before it goes anywhere.
  String privateJwk() {
    return jwk.encode();
  }

  /// The part that everyone may know.
  String publicJwk() {
    JsonObject open = jwk.copy();
    open.remove("d");
    return open.encode();
  }

  /// What admission needs of it.
  AccessMessage.SigningKey message() {
    return new AccessMessage.SigningKey(id, publicJwk());
  }

  /// Names the key and shows nothing of it.
  @Override
  public String toString() {
    return "signing key " + id;
  }

  private static String number(BigInteger number) {
    byte[] signed = number.toByteArray();
    byte[] fixed = new byte[NUMBER_BYTES];
    int length = Math.min(signed.length, NUMBER_BYTES);
    System.arraycopy(signed, signed.length - length, fixed, NUMBER_BYTES - length, length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(fixed);
  }
}
