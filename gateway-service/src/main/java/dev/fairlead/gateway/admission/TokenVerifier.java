package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/// Checks device tokens: JWTs signed with ES256 and nothing else (RFC 7515, RFC 7518 §3.4). Asks
/// nobody; what it needs came on `fairlead.access`. Safe for all threads.
///
/// What is cheap is looked at first, the signature last. Why a token is refused is nobody's
/// business but ours, and not even ours by name.
public final class TokenVerifier {

  private static final int TOKEN_LENGTH_MAX = 4096;
  private static final int SIGNATURE_BYTES = 64;
  private static final String ALGORITHM = "ES256";
  private static final String ISSUER = "fairlead";

  private final SigningKeys keys;
  private final CredentialStanding standing;
  private final InstantSource clock;

  public TokenVerifier(SigningKeys keys, CredentialStanding standing, InstantSource clock) {
    this.keys = keys;
    this.standing = standing;
    this.clock = clock;
  }

  /// Who the token was made for; empty when it is not good for whatever reason.
  public Optional<DeviceCredential> verify(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (token.length() > TOKEN_LENGTH_MAX
        || first <= 0
        || second < 0
        || token.indexOf('.', second + 1) >= 0) {
      return Optional.empty();
    }
    try {
      JsonObject header = json(token.substring(0, first));
      Optional<PublicKey> key = keyOf(header);
      Optional<DeviceCredential> claimed =
          claimed(json(token.substring(first + 1, second)), header.getString("kid", ""));
      if (key.isEmpty() || claimed.isEmpty()) {
        return Optional.empty();
      }
      byte[] signature = Base64.getUrlDecoder().decode(token.substring(second + 1));
      return isSigned(key.get(), token.substring(0, second), signature)
          ? claimed
          : Optional.empty();
    } catch (IllegalArgumentException | ClassCastException | DecodeException e) {
      return Optional.empty();
    }
  }

  private Optional<PublicKey> keyOf(JsonObject header) {
    String keyId = header.getString("kid", "");
    // An extension that must be understood (RFC 7515 §4.1.11) is one that we do not understand.
    return ALGORITHM.equals(header.getString("alg")) && !header.containsKey("crit")
        ? keys.key(keyId)
        : Optional.empty();
  }

  private Optional<DeviceCredential> claimed(JsonObject claims, String keyId) {
    String device = claims.getString("sub", "");
    Long expires = claims.getLong("exp", 0L);
    Long generation = claims.getLong("gen", 0L);
    if (!ISSUER.equals(claims.getString("iss"))
        || expires <= clock.instant().getEpochSecond()
        || generation < 1
        || !DeviceId.isValid(device)) {
      return Optional.empty();
    }
    var credential =
        new DeviceCredential(
            DeviceKey.of(claims.getString("ten", ""), device),
            generation,
            new DeviceCredential.Token(keyId, expires));
    return Optional.of(credential).filter(standing::isGood);
  }

  private static boolean isSigned(PublicKey key, String signed, byte[] signature) {
    if (signature.length != SIGNATURE_BYTES) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
      verifier.initVerify(key);
      verifier.update(signed.getBytes(StandardCharsets.US_ASCII));
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static JsonObject json(String part) {
    return new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(part)));
  }
}
