package dev.fairlead.registry;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// What people outside make with OpenSSL: keys, signing requests, authorities and certificates.
public final class TestPki {

  private static final long DAY_SECONDS = 86_400;

  private TestPki() {}

  /// An authority.
  public record Authority(KeyPair keys, X500Name name, X509Certificate certificate) {

    public String pem() {
      return TestPki.pem(certificate);
    }

    /// A certificate with a common name, signed with its key, good for a day from `from` on.
    public String certificate(String commonName, Instant from) {
      return TestPki.pem(
          sign(
              builder(
                  name,
                  new X500Name("CN=" + commonName),
                  keyPair(),
                  from,
                  from.plusSeconds(DAY_SECONDS)),
              keys.getPrivate()));
    }

    /// Another certificate of the same key.
    public Authority renewed() {
      return authority(name.toString(), keys, Instant.now().plusSeconds(2 * DAY_SECONDS));
    }
  }

  /// A new authority.
  public static Authority authority(String name) {
    return authority("CN=" + name, keyPair(), Instant.now().plusSeconds(DAY_SECONDS));
  }

  /// An authority with a key, good until a time.
  public static Authority authority(String subject, KeyPair keys, Instant until) {
    X500Name name = new X500Name(subject);
    var builder = builder(name, name, keys, until.minusSeconds(3 * DAY_SECONDS), until);
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    } catch (CertIOException e) {
      throw new UncheckedIOException(e);
    }
    return new Authority(keys, name, sign(builder, keys.getPrivate()));
  }

  /// A signing request for a key.
  public static String request(KeyPair keys) {
    return request(keys, keys.getPrivate());
  }

  /// A signing request for a key, signed with another one.
  public static String request(KeyPair keys, PrivateKey signer) {
    String algorithm = signer.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    try {
      return pem(
          new JcaPKCS10CertificationRequestBuilder(
                  new X500Name("O=other,CN=other"), keys.getPublic())
              .build(new JcaContentSignerBuilder(algorithm).build(signer)));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A new key on P-256.
  public static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A new RSA key.
  public static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Name issuer, X500Name subject, KeyPair keys, Instant from, Instant until) {
    return new JcaX509v3CertificateBuilder(
        issuer,
        BigInteger.valueOf(System.nanoTime()),
        Date.from(from),
        Date.from(until),
        subject,
        keys.getPublic());
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey signer) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
