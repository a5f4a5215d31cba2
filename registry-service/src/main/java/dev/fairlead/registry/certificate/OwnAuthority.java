package dev.fairlead.registry.certificate;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The product's authority for the devices of one tenant: EC on P-256, signs nothing but devices'
/// certificates.
final class OwnAuthority {

  /// How long an authority is good. A device's certificate ends before its authority does; another
  /// authority is made when that would cut one short.
  static final Duration LIFETIME = Duration.ofDays(7_300);

  private static final String DEVICE_URN = "urn:fairlead:device:";
  private static final String GENERATION_URN = "urn:fairlead:generation:";

  /// Devices' clocks are not ours. A certificate for a short time begins less long before it is
  /// made, so that two thirds of its time are not over at once.
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);

  private static final int SKEW_DIVISOR = 10;

  /// The longest common name (RFC 5280, ub-common-name).
  private static final int COMMON_NAME_MAX = 64;

  private static final int SERIAL_BITS = 120;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final PrivateKey key;
  private final X509Certificate certificate;

  private OwnAuthority(PrivateKey key, X509Certificate certificate) {
    this.key = key;
    this.certificate = certificate;
  }

  /// A new authority of a tenant.
  static OwnAuthority generate(TenantId tenant, Instant now) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      KeyPair pair = generator.generateKeyPair();
      BigInteger serial = serial();
      // The serial tells the authorities of a tenant apart, before a signature need be looked at.
      X500Name name =
          name(BCStyle.O, "Fairlead", BCStyle.OU, tenant.value(), BCStyle.CN, serial.toString(16));
      JcaX509v3CertificateBuilder builder =
          builder(name, serial, now, now.plus(LIFETIME), name, pair.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return new OwnAuthority(pair.getPrivate(), sign(builder, pair.getPrivate()));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("an authority could not be made", e);
    }
  }

  /// The authority with this key.
  ///
  /// @param privateKey as [#privateKey] gives it
  /// @param pem its certificate
  static OwnAuthority of(String privateKey, String pem) {
    try {
      PrivateKey key =
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(privateKey)));
      return new OwnAuthority(key, Pem.certificate(pem));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key of an authority cannot be read", e);
    }
  }

  X509Certificate certificate() {
    return certificate;
  }

  /// The private key, PKCS #8 in Base64. To be encrypted before it goes anywhere.
  String privateKey() {
    return Base64.getEncoder().encodeToString(key.getEncoded());
  }

  /// Issues a certificate to a device.
  ///
  /// @param generation of the device's credentials
  X509Certificate issue(
      PublicKey holder, DeviceKey device, long generation, Instant now, Instant until) {
    String id = device.device().value();
    try {
      JcaX509v3CertificateBuilder builder =
          builder(
              new X509CertificateHolder(certificate.getEncoded()).getSubject(),
              serial(),
              now,
              until,
              // Too long an id stands in the alternative name alone, which is what counts.
              name(BCStyle.CN, id.length() > COMMON_NAME_MAX ? "device" : id),
              holder);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(
              new GeneralName[] {uri(DEVICE_URN + id), uri(GENERATION_URN + generation)}));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
      return sign(builder, key);
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new IllegalStateException("a certificate could not be issued", e);
    }
  }

  private static GeneralName uri(String text) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, text);
  }

  /// A name of pairs of an attribute and its value.
  private static X500Name name(Object... pairs) {
    X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
    for (int i = 0; i < pairs.length; i += 2) {
      builder.addRDN((ASN1ObjectIdentifier) pairs[i], (String) pairs[i + 1]);
    }
    return builder.build();
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Name issuer,
      BigInteger serial,
      Instant now,
      Instant until,
      X500Name subject,
      PublicKey holder)
      throws GeneralSecurityException, IOException {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer, serial, Date.from(beginning(now, until)), Date.from(until), subject, holder);
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(holder));
    return builder;
  }

  private static Instant beginning(Instant now, Instant until) {
    Duration share = Duration.between(now, until).dividedBy(SKEW_DIVISOR);
    return now.minus(share.compareTo(CLOCK_SKEW) < 0 ? share : CLOCK_SKEW);
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey signer)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
  }

  private static BigInteger serial() {
    return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS);
  }
}
