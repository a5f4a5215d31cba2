package dev.fairlead.registry.certificate;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;

/// Which public keys are strong enough, and not so large that checking them is a burden.
final class KeyStrength {

  private static final int EC_BITS_MIN = 256;
  private static final int EC_BITS_MAX = 521;
  private static final int RSA_BITS_MIN = 2_048;
  private static final int RSA_BITS_MAX = 8_192;

  private KeyStrength() {}

  /// Checks a key.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `bad-certificate`
  static void check(PublicKey key) {
    boolean strong =
        switch (key) {
          case ECPublicKey ec ->
              isWithin(
                  ec.getParams().getCurve().getField().getFieldSize(), EC_BITS_MIN, EC_BITS_MAX);
          case RSAPublicKey rsa ->
              isWithin(rsa.getModulus().bitLength(), RSA_BITS_MIN, RSA_BITS_MAX);
          case EdECPublicKey _ -> true;
          default -> false;
        };
    if (!strong) {
      throw Pem.bad(
          "The key must be EC of 256 to 521 bits, RSA of 2048 to 8192 bits, Ed25519 or Ed448.");
    }
  }

  private static boolean isWithin(int bits, int min, int max) {
    return bits >= min && bits <= max;
  }
}
