package dev.fairlead.bus.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The JDK signs, Bouncy Castle verifies.
class Es256KeyTest {

  private static final byte[] SIGNED = "header.claims".getBytes(StandardCharsets.US_ASCII);
  private static final int ROUNDS = 200;

  /// How many points the curve has (SEC 2 §2.4.2).
  private static final byte[] ORDER =
      HexFormat.of().parseHex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

  private final KeyPair pair = pair("secp256r1");
  private final Es256Key key = Es256Key.of(jwk(pair));

  private static KeyPair pair(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonObject jwk(KeyPair pair) {
    ECPublicKey key = (ECPublicKey) pair.getPublic();
    return new JsonObject()
        .put("kty", "EC")
        .put("crv", "P-256")
        .put("x", coordinate(key.getW().getAffineX()))
        .put("y", coordinate(key.getW().getAffineY()));
  }

  private static String coordinate(BigInteger value) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(value.toByteArray());
  }

  private static byte[] signature(KeyPair pair, byte[] signed) {
    try {
      Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(pair.getPrivate());
      signer.update(signed);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void takesWhatItsOwnerHasSigned() {
    for (int round = 0; round < ROUNDS; round++) {
      // Given
      byte[] signed = ("round " + round).getBytes(StandardCharsets.US_ASCII);

      // When
      byte[] signature = signature(pair, signed);

      // Then
      assertThat(key.hasSigned(signed, signature)).isTrue();
    }
  }

  @Test
  void refusesASignatureOfWhichAnyBitIsAnother() {
    byte[] signature = signature(pair, SIGNED);
    for (int bit = 0; bit < signature.length * Byte.SIZE; bit++) {
      // Given
      byte[] changed = signature.clone();
      changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);

      // When
      boolean taken = key.hasSigned(SIGNED, changed);

      // Then
      assertThat(taken).isFalse();
    }
  }

  @Test
  void refusesWhatSomebodyElseHasSignedAndAnythingElse() {
    assertThat(key.hasSigned(SIGNED, signature(pair("secp256r1"), SIGNED))).isFalse();
    assertThat(key.hasSigned(new byte[0], signature(pair, SIGNED))).isFalse();
  }

  @Test
  void refusesNumbersThatNoSignatureHas() {
    byte[] good = signature(pair, SIGNED);
    for (byte[] number : new byte[][] {new byte[ORDER.length], ORDER}) {
      // Given
      byte[] first = good.clone();
      byte[] second = good.clone();
      byte[] both = new byte[good.length];
      System.arraycopy(number, 0, first, 0, number.length);
      System.arraycopy(number, 0, second, number.length, number.length);
      System.arraycopy(number, 0, both, 0, number.length);
      System.arraycopy(number, 0, both, number.length, number.length);

      // When
      boolean taken =
          key.hasSigned(SIGNED, first)
              || key.hasSigned(SIGNED, second)
              || key.hasSigned(SIGNED, both);

      // Then
      assertThat(taken).isFalse();
    }
    assertThat(key.hasSigned(SIGNED, new byte[0])).isFalse();
    assertThat(key.hasSigned(SIGNED, new byte[good.length + 1])).isFalse();
  }

  @Test
  void refusesAKeyThatIsNotOnTheCurve() {
    JsonObject beside = jwk(pair).put("x", coordinate(BigInteger.TWO));
    JsonObject beyond = jwk(pair).put("x", coordinate(BigInteger.TWO.pow(256)));
    JsonObject origin =
        new JsonObject("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}");

    assertThatIllegalArgumentException().isThrownBy(() -> Es256Key.of(beside));
    assertThatIllegalArgumentException().isThrownBy(() -> Es256Key.of(beyond));
    assertThatIllegalArgumentException().isThrownBy(() -> Es256Key.of(origin));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Es256Key.of(jwk(pair("secp384r1")).put("crv", "P-384")));
  }
}
