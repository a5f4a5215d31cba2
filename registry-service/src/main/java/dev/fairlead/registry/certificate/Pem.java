package dev.fairlead.registry.certificate;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMParser;
import org.jspecify.annotations.Nullable;

/// Certificates as text (RFC 7468), and their fingerprints.
final class Pem {

  private static final int LINE_LENGTH = 64;
  private static final Base64.Encoder ENCODER =
      Base64.getMimeEncoder(LINE_LENGTH, new byte[] {'\n'});

  private Pem() {}

  /// The one thing in a text.
  ///
  /// @param type what it must be
  /// @param name what to call it
  /// @throws ProblemException `bad-certificate` for anything else
  static <T> T read(String text, Class<T> type, String name) {
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      @Nullable Object only = parser.readObject();
      if (type.isInstance(only) && parser.readObject() == null) {
        return type.cast(only);
      }
    } catch (IOException | RuntimeException e) {
      // The parser has an exception of its own for each thing that can be wrong with a text.
      throw bad("The text is not %s in PEM form.".formatted(name));
    }
    throw bad("The text is not %s in PEM form, and nothing else.".formatted(name));
  }

  /// The one certificate in a text.
  ///
  /// @throws ProblemException `bad-certificate` for anything else
  static X509Certificate certificate(String text) {
    X509CertificateHolder holder = read(text, X509CertificateHolder.class, "a certificate");
    try {
      return new JcaX509CertificateConverter().getCertificate(holder);
    } catch (CertificateException | RuntimeException e) {
      throw bad("The certificate cannot be read.");
    }
  }

  /// A certificate as text.
  static String of(X509Certificate certificate) {
    return "-----BEGIN CERTIFICATE-----\n"
        + new String(ENCODER.encode(der(certificate)), StandardCharsets.US_ASCII)
        + "\n-----END CERTIFICATE-----\n";
  }

  /// SHA-256 of a certificate's DER form, in lower-case hexadecimal.
  static String fingerprint(X509Certificate certificate) {
    return sha256(der(certificate));
  }

  /// SHA-256 in lower-case hexadecimal.
  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static ProblemException bad(String detail) {
    return Problem.of(ProblemType.BAD_CERTIFICATE, detail).exception();
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate without a form", e);
    }
  }
}
