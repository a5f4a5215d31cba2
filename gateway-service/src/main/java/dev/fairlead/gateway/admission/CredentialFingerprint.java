package dev.fairlead.gateway.admission;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/// The SHA-256 of a token or of a certificate: tells them apart without keeping them.
record CredentialFingerprint(long first, long second, long third, long fourth) {

  static CredentialFingerprint of(String token) {
    return of(token.getBytes(StandardCharsets.UTF_8));
  }

  static CredentialFingerprint of(X509Certificate certificate) throws CertificateEncodingException {
    return of(certificate.getEncoded());
  }

  private static CredentialFingerprint of(byte[] bytes) {
    try {
      ByteBuffer digest = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
      return new CredentialFingerprint(
          digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
