package dev.fairlead.registry.certificate;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.jspecify.annotations.Nullable;

/// An authority that is not ours. Anybody can have its certificate; it counts for the tenant that
/// has shown that it holds the key.
///
/// @param certificate of an authority
record ForeignAuthority(X509Certificate certificate) {

  private static final int CHALLENGE_BYTES = 20;
  private static final int KEY_CERT_SIGN = 5;
  private static final int NO_AUTHORITY = -1;
  private static final SecureRandom RANDOM = new SecureRandom();

  /// Reads the certificate of an authority.
  ///
  /// @throws dev.fairlead.runtime.problem.ProblemException `bad-certificate` when it is none, is
  ///     not one of an authority, does not hold now, or has too weak a key
  static ForeignAuthority of(String pem, Instant now) {
    X509Certificate certificate = Pem.certificate(pem);
    boolean[] usage = usage(certificate);
    if (certificate.getBasicConstraints() == NO_AUTHORITY || !usage[KEY_CERT_SIGN]) {
      throw Pem.bad("The certificate is not one of an authority.");
    }
    if (!isValid(certificate, now)) {
      throw Pem.bad("The certificate has run out, or does not hold yet.");
    }
    KeyStrength.check(certificate.getPublicKey());
    return new ForeignAuthority(certificate);
  }

  /// What the key may be used for; without the extension, for everything (RFC 5280 §4.2.1.3).
  private static boolean[] usage(X509Certificate certificate) {
    boolean @Nullable [] usage = certificate.getKeyUsage();
    if (usage != null) {
      return usage;
    }
    boolean[] everything = new boolean[KEY_CERT_SIGN + 1];
    everything[KEY_CERT_SIGN] = true;
    return everything;
  }

  /// A new code for the common name of a certificate that proves possession of the key.
  static String newChallenge() {
    byte[] bytes = new byte[CHALLENGE_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /// Whether a certificate proves that whoever had it made holds the key: signed by the authority
  /// itself, with the code as its common name, and good now.
  ///
  /// @param pem the certificate
  /// @throws dev.fairlead.runtime.problem.ProblemException `bad-certificate` when it is no
  ///     certificate
  boolean isProvenBy(String pem, String challenge, Instant now) {
    X509Certificate proof = Pem.certificate(pem);
    try {
      proof.verify(certificate.getPublicKey());
      return isValid(proof, now)
          && MessageDigest.isEqual(bytes(commonName(proof)), bytes(challenge));
    } catch (GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  private static String commonName(X509Certificate certificate) throws CertificateException {
    X500Name subject = new JcaX509CertificateHolder(certificate).getSubject();
    RDN[] names = subject.getRDNs(BCStyle.CN);
    return names.length == 1 ? IETFUtils.valueToString(names[0].getFirst().getValue()) : "";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isValid(X509Certificate certificate, Instant now) {
    try {
      certificate.checkValidity(Date.from(now));
      return true;
    } catch (CertificateException e) {
      return false;
    }
  }
}
