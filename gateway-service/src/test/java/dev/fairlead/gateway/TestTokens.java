package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.bus.message.AccessMessage;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A signer of device tokens, good and bad.
public final class TestTokens {

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final int COORDINATE_BYTES = 32;
  private static final long YEAR_SECONDS = 31_536_000;

  private final String keyId;
  private final KeyPair keys;

  private TestTokens(String keyId, KeyPair keys) {
    this.keyId = keyId;
    this.keys = keys;
  }

  /// A signer with a new key.
  public static TestTokens withKey(String keyId) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return new TestTokens(keyId, generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What makes its tokens known to gateways.
  public AccessMessage.SigningKey published() {
    return new AccessMessage.SigningKey(keyId, jwk());
  }

  private String jwk() {
    ECPublicKey key = (ECPublicKey) keys.getPublic();
    return new JsonObject()
        .put("kty", "EC")
        .put("crv", "P-256")
        .put("kid", keyId)
        .put("x", coordinate(key.getW().getAffineX()))
        .put("y", coordinate(key.getW().getAffineY()))
        .encode();
  }

  private static String coordinate(BigInteger value) {
    byte[] bytes = value.toByteArray();
    byte[] padded = new byte[COORDINATE_BYTES];
    int length = Math.min(bytes.length, COORDINATE_BYTES);
    System.arraycopy(bytes, bytes.length - length, padded, COORDINATE_BYTES - length, length);
    return BASE64.encodeToString(padded);
  }

  /// A good token.
  public String token(String device, long generation) {
    return token(claims(device).put("gen", generation));
  }

  /// The claims of a good token of generation 1.
  public JsonObject claims(String device) {
    long now = Instant.now().getEpochSecond();
    return new JsonObject()
        .put("iss", "fairlead")
        .put("sub", device)
        .put("ten", "default")
        .put("gen", 1)
        .put("iat", now)
        .put("exp", now + YEAR_SECONDS);
  }

  /// The header of a good token.
  public JsonObject header() {
    return new JsonObject().put("alg", "ES256").put("typ", "JWT").put("kid", keyId);
  }

  /// A token with these claims.
  public String token(JsonObject claims) {
    return token(header(), claims);
  }

  /// A token with this header and these claims, signed with ES256 whatever the header says.
  public String token(JsonObject header, JsonObject claims) {
    String signed = part(header) + '.' + part(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(keys.getPrivate());
      signature.update(signed.getBytes(US_ASCII));
      return signed + '.' + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A token without a signature.
  public String unsigned(String device) {
    return part(header().put("alg", "none")) + '.' + part(claims(device)) + '.';
  }

  /// A token whose "secret" is the public key, which everybody may know.
  public String signedWithPublicKey(String device) {
    String signed = part(header().put("alg", "HS256")) + '.' + part(claims(device));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(jwk().getBytes(UTF_8), "HmacSHA256"));
      byte[] digest = Arrays.copyOf(mac.doFinal(signed.getBytes(US_ASCII)), 64);
      return signed + '.' + BASE64.encodeToString(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String part(JsonObject json) {
    return BASE64.encodeToString(json.encode().getBytes(UTF_8));
  }
}
