package dev.fairlead.bus.access;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/// A public key of ES256 (RFC 7518 §3.4). Safe for all threads.
///
/// Bouncy Castle's arithmetic, not the JDK's, which takes six times as long: a gateway checks a
/// signature each time a device connects.
final class Es256Key {

  private static final ECDomainParameters P_256 =
      new ECDomainParameters(CustomNamedCurves.getByName("P-256"));
  private static final int NUMBER_BYTES = 32;

  private final ECPublicKeyParameters key;

  private Es256Key(ECPublicKeyParameters key) {
    this.key = key;
  }

  /// A P-256 key of a JSON Web Key (RFC 7518 §6.2).
  ///
  /// @throws IllegalArgumentException if it is none
  static Es256Key of(JsonObject jwk) {
    if (!"EC".equals(jwk.getString("kty")) || !"P-256".equals(jwk.getString("crv"))) {
      throw new IllegalArgumentException("not a key on P-256");
    }
    // Both check that the point is on the curve.
    return new Es256Key(
        new ECPublicKeyParameters(
            P_256.getCurve().validatePoint(coordinate(jwk, "x"), coordinate(jwk, "y")), P_256));
  }

  private static BigInteger coordinate(JsonObject jwk, String name) {
    if (jwk.getValue(name) instanceof String text) {
      return new BigInteger(1, Base64.getUrlDecoder().decode(text));
    }
    throw new IllegalArgumentException("no coordinate: " + name);
  }

  /// Whether the owner of the key has signed this.
  ///
  /// @param signature the two numbers of it, each in 32 bytes; what is longer or shorter is none
  boolean hasSigned(byte[] signed, byte[] signature) {
    if (signature.length != 2 * NUMBER_BYTES) {
      return false;
    }
    ECDSASigner verifier = new ECDSASigner();
    verifier.init(false, key);
    return verifier.verifySignature(
        sha256(signed),
        new BigInteger(1, Arrays.copyOf(signature, NUMBER_BYTES)),
        new BigInteger(1, Arrays.copyOfRange(signature, NUMBER_BYTES, signature.length)));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      // Every JDK has it.
      throw new IllegalStateException(e);
    }
  }
}
