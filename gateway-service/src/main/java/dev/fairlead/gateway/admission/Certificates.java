package dev.fairlead.gateway.admission;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// Reads certificates and paths of certificates (RFC 5280) with what the JDK has for it.
public final class Certificates {

  /// The most certificates that a device may show: its own and three between it and an authority.
  public static final int CHAIN_MAX = 4;

  /// The largest certificate, in bytes of its DER form.
  static final int CERTIFICATE_BYTES_MAX = 8 * 1024;

  private static final int CHAIN_TEXT_MAX = CHAIN_MAX * CERTIFICATE_BYTES_MAX * 4 / 3;

  private Certificates() {}

  /// The certificate in a PEM text.
  static X509Certificate ofPem(String pem) throws CertificateException {
    var in = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    return x509(factory().generateCertificate(in));
  }

  /// The chain in a header that a proxy has set: certificates in DER form, the device's first, one
  /// after the other, as a whole in Base64. Empty for anything else.
  public static List<X509Certificate> ofHeader(String text) {
    if (text.length() > CHAIN_TEXT_MAX) {
      return List.of();
    }
    try {
      var in = new ByteArrayInputStream(Base64.getDecoder().decode(text));
      CertificateFactory factory = factory();
      List<X509Certificate> chain = new ArrayList<>();
      while (in.available() > 0 && chain.size() <= CHAIN_MAX) {
        chain.add(x509(factory.generateCertificate(in)));
      }
      return List.copyOf(chain);
    } catch (IllegalArgumentException | CertificateException e) {
      return List.of();
    }
  }

  /// The chain that the TLS layer has seen; empty where one of them is no X.509 certificate.
  public static List<X509Certificate> ofPeer(List<Certificate> peer) {
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate certificate : peer) {
        chain.add(x509(certificate));
      }
      return List.copyOf(chain);
    } catch (CertificateException e) {
      return List.of();
    }
  }

  /// Whether the certificates lead to the authority now, each signed by the next, the last by the
  /// authority, each allowed to do so.
  static boolean isPath(List<X509Certificate> path, X509Certificate authority, Instant now) {
    try {
      Date date = Date.from(now);
      // What PKIX takes for granted of an anchor is checked here (RFC 5280 §6.1.1 d).
      authority.checkValidity(date);
      if (authority.getBasicConstraints() < path.size() - 1) {
        return false;
      }
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
      // What is revoked stands on `fairlead.access`; nobody else is asked.
      parameters.setRevocationEnabled(false);
      parameters.setDate(date);
      CertPath certPath = factory().generateCertPath(path);
      CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /// SHA-256 of a certificate's DER form, in lower-case hexadecimal.
  static String fingerprint(X509Certificate certificate) throws CertificateException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static X509Certificate x509(Certificate certificate) throws CertificateException {
    if (certificate instanceof X509Certificate x509
        && x509.getEncoded().length <= CERTIFICATE_BYTES_MAX) {
      return x509;
    }
    throw new CertificateException("no X.509 certificate of a usual size");
  }

  private static CertificateFactory factory() throws CertificateException {
    return CertificateFactory.getInstance("X.509");
  }
}
