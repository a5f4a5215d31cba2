package dev.fairlead.endtoend.harness;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// A certificate authority of a company, under the name of the one that the contract shows.
///
/// @param keys that it signs with
/// @param pem its certificate
public record Authority(KeyPair keys, String pem) {

  private static final X500Name NAME = new X500Name("O=Acme,CN=Acme devices");
  private static final Duration DAY = Duration.ofDays(1);

  /// A new one.
  public static Authority make() {
    KeyPair keys = newKeys();
    JcaX509v3CertificateBuilder builder = builder(NAME, keys);
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    } catch (CertIOException e) {
      throw new UncheckedIOException(e);
    }
    return new Authority(keys, text(signed(builder, keys)));
  }

  /// A certificate with a common name that it has signed.
  public String certificate(String commonName) {
    return text(signed(builder(new X500Name("CN=" + commonName), newKeys()), keys));
  }

  /// What a device sends to have a certificate issued.
  public static String signingRequest() {
    KeyPair keys = newKeys();
    return text(
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=pump-17"), keys.getPublic())
            .build(signer(keys)));
  }

  private static JcaX509v3CertificateBuilder builder(X500Name subject, KeyPair holder) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        NAME,
        BigInteger.valueOf(now.toEpochMilli()),
        Date.from(now.minus(DAY)),
        Date.from(now.plus(DAY)),
        subject,
        holder.getPublic());
  }

  private static X509CertificateHolder signed(JcaX509v3CertificateBuilder builder, KeyPair keys) {
    return builder.build(signer(keys));
  }

  private static ContentSigner signer(KeyPair keys) {
    try {
      return new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
