package dev.fairlead.gateway.admission;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// By what certificates name keys (RFC 5280 §4.2.1.1, §4.2.1.2), in lower-case hexadecimal. Hints
/// as to which key may have signed, and no proof of it.
final class KeyIdentifiers {

  private static final String SUBJECT_KEY = "2.5.29.14";
  private static final String AUTHORITY_KEY = "2.5.29.35";

  private static final int OCTET_STRING = 0x04;
  private static final int BIT_STRING = 0x03;
  private static final int SEQUENCE = 0x30;
  private static final int KEY_IDENTIFIER = 0x80;

  private static final int LONG_FORM = 0x80;
  private static final int LENGTH_BYTES_MAX = 3;

  private KeyIdentifiers() {}

  /// The key that a certificate says it was signed with; empty where it does not say it so.
  static Optional<String> ofIssuer(X509Certificate certificate) {
    return extension(certificate, AUTHORITY_KEY)
        .flatMap(value -> next(value, SEQUENCE))
        .flatMap(members -> next(members, KEY_IDENTIFIER))
        .map(KeyIdentifiers::hex);
  }

  /// What a certificate calls its own key, which may be anything; empty where it has no name for
  /// it.
  static Optional<String> declared(X509Certificate certificate) {
    return extension(certificate, SUBJECT_KEY)
        .flatMap(value -> next(value, OCTET_STRING))
        .map(KeyIdentifiers::hex);
  }

  /// What a key is usually called: by the SHA-1 of its bits (RFC 5280 §4.2.1.2, method 1). Nobody
  /// else can make a key that is called the same.
  static Optional<String> usual(PublicKey key) {
    byte @Nullable [] encoded = key.getEncoded();
    return Optional.ofNullable(encoded)
        .flatMap(der -> next(ByteBuffer.wrap(der), SEQUENCE))
        .flatMap(members -> next(members, SEQUENCE).flatMap(_ -> next(members, BIT_STRING)))
        .filter(ByteBuffer::hasRemaining)
        // The first byte says how many bits of the last one are unused.
        .map(bits -> hex(sha1(bits.position(1).slice())));
  }

  private static Optional<ByteBuffer> extension(X509Certificate certificate, String id) {
    byte @Nullable [] value = certificate.getExtensionValue(id);
    return Optional.ofNullable(value).flatMap(der -> next(ByteBuffer.wrap(der), OCTET_STRING));
  }

  /// The contents of the next element of DER, where it has that tag (X.690 §8.1).
  private static Optional<ByteBuffer> next(ByteBuffer der, int tag) {
    if (der.remaining() < 2 || (der.get() & 0xff) != tag) {
      return Optional.empty();
    }
    int length = der.get() & 0xff;
    if (length >= LONG_FORM) {
      int bytes = length - LONG_FORM;
      if (bytes > LENGTH_BYTES_MAX || bytes > der.remaining()) {
        return Optional.empty();
      }
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = length << Byte.SIZE | (der.get() & 0xff);
      }
    }
    if (length > der.remaining()) {
      return Optional.empty();
    }
    ByteBuffer contents = der.slice(der.position(), length);
    der.position(der.position() + length);
    return Optional.of(contents);
  }

  private static ByteBuffer sha1(ByteBuffer bits) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(bits);
      return ByteBuffer.wrap(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  private static String hex(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return HexFormat.of().formatHex(copy);
  }
}
