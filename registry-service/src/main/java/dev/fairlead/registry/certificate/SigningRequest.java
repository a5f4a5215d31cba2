package dev.fairlead.registry.certificate;

import java.io.IOException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// A certificate signing request (PKCS #10, RFC 2986). Only its key counts: what the certificate
/// will say of its holder is not for the holder to choose.
///
/// @param key whose private half signed the request
/// @param sha256 of its DER form, in lower-case hexadecimal
record SigningRequest(PublicKey key, String sha256) {

  /// Reads a request and checks that whoever made it holds the key.
  ///
  /// @param pem the request
  /// @throws dev.fairlead.runtime.problem.ProblemException `bad-certificate` when it is no request,
  ///     its signature is not that of its key, or the key is too weak
  static SigningRequest of(String pem) {
    PKCS10CertificationRequest request =
        Pem.read(pem, PKCS10CertificationRequest.class, "a certificate signing request");
    PublicKey key = keyOf(request);
    KeyStrength.check(key);
    if (!isSigned(request, key)) {
      throw Pem.bad("The request is not signed with its key.");
    }
    return new SigningRequest(key, sha256(request));
  }

  private static String sha256(PKCS10CertificationRequest request) {
    try {
      return Pem.sha256(request.getEncoded());
    } catch (IOException e) {
      throw new IllegalStateException("a request without a form", e);
    }
  }

  private static PublicKey keyOf(PKCS10CertificationRequest request) {
    try {
      return new JcaPKCS10CertificationRequest(request).getPublicKey();
    } catch (InvalidKeyException | NoSuchAlgorithmException | RuntimeException e) {
      throw Pem.bad("The key of the request cannot be read.");
    }
  }

  private static boolean isSigned(PKCS10CertificationRequest request, PublicKey key) {
    try {
      return request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
    } catch (OperatorCreationException | PKCSException | RuntimeException e) {
      return false;
    }
  }
}
