package dev.fairlead.agent.connection;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;

/// A request for a certificate (PKCS #10, RFC 2986) with a new key on P-256. It names nobody, since
/// it is not for the holder to say what the certificate says.
///
/// @param keys the private one never leaves the device
/// @param pem the request
record CertificateRequest(KeyPair keys, String pem) {

  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int SEQUENCE = 0x30;

  /// Attributes, context-specific and constructed: there are none.
  private static final int ATTRIBUTES = 0xa0;

  /// 1.2.840.10045.4.3.2, ECDSA with SHA-256, as an object identifier (RFC 5758 §3.2).
  private static final byte[] ECDSA_WITH_SHA256 = HexFormat.of().parseHex("06082a8648ce3d040302");

  private static final int LONG_FORM = 0x80;
  private static final int BYTE_MASK = 0xff;
  private static final int LINE_LENGTH = 64;

  /// A request that nobody has made before.
  static CertificateRequest make() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      byte[] info =
          der(
              SEQUENCE,
              der(INTEGER, new byte[] {0}),
              der(SEQUENCE),
              keys.getPublic().getEncoded(),
              der(ATTRIBUTES));
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(info);
      byte[] request =
          der(
              SEQUENCE,
              info,
              der(SEQUENCE, ECDSA_WITH_SHA256),
              // No bits of the last byte are unused.
              der(BIT_STRING, new byte[] {0}, signature.sign()));
      return new CertificateRequest(keys, pem("CERTIFICATE REQUEST", request));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has ECDSA on P-256", e);
    }
  }

  /// Bytes as PEM (RFC 7468).
  static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            label,
            Base64.getMimeEncoder(LINE_LENGTH, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der),
            label);
  }

  /// A value of DER (X.690 §10.1) made of others.
  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.write(tag);
    int length = content.size();
    if (length < LONG_FORM) {
      value.write(length);
    } else if (length <= BYTE_MASK) {
      value.write(LONG_FORM | 1);
      value.write(length);
    } else {
      value.write(LONG_FORM | 2);
      value.write(length >> Byte.SIZE);
      value.write(length & BYTE_MASK);
    }
    value.writeBytes(content.toByteArray());
    return value.toByteArray();
  }

  /// Says nothing of the keys.
  @Override
  public String toString() {
    return "CertificateRequest[…]";
  }
}
