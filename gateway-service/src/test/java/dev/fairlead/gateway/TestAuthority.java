package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage.CertificateAuthority;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// An authority that signs certificates, good and bad.
public final class TestAuthority {

  private static final AtomicLong SERIAL = new AtomicLong(1);
  private static final Base64.Encoder PEM = Base64.getMimeEncoder(64, new byte[] {'\n'});
  private static final long DAY_SECONDS = 86_400;

  private final X500Name name;
  private final PrivateKey key;
  private final X509Certificate certificate;

  private TestAuthority(X500Name name, PrivateKey key, X509Certificate certificate) {
    this.name = name;
    this.key = key;
    this.certificate = certificate;
  }

  /// A key with its certificate and those that lead towards an authority.
  public record Issued(PrivateKey key, List<X509Certificate> chain) {

    public X509Certificate certificate() {
      return chain.getFirst();
    }

    /// The certificate's fingerprint.
    public String fingerprint() {
      return TestAuthority.fingerprint(certificate());
    }

    public String keyPem() {
      return pem("PRIVATE KEY", key.getEncoded());
    }

    public String chainPem() {
      StringBuilder text = new StringBuilder();
      chain.forEach(one -> text.append(pem("CERTIFICATE", der(one))));
      return text.toString();
    }

    /// As a proxy says it in a header.
    public String header() {
      var all = new ByteArrayOutputStream();
      chain.forEach(one -> all.writeBytes(der(one)));
      return Base64.getEncoder().encodeToString(all.toByteArray());
    }
  }

  /// What a certificate is to say; each setter returns the request itself.
  public static final class Request {
    private final List<GeneralName> alternatives = new ArrayList<>();
    private X500Name subject = new X500Name("CN=nobody");
    private Instant from = Instant.now().minusSeconds(DAY_SECONDS);
    private Instant until = Instant.now().plusSeconds(DAY_SECONDS);
    private List<KeyPurposeId> purposes = List.of(KeyPurposeId.id_kp_clientAuth);
    private int usage = KeyUsage.digitalSignature;
    private int pathLength = NO_AUTHORITY;
    private Optional<byte[]> keyId = Optional.empty();
    private Optional<byte[]> authorityKeyId = Optional.empty();

    private static final int NO_AUTHORITY = -1;

    public Request subject(String text) {
      subject = new X500Name(text);
      return this;
    }

    public Request uri(String text) {
      alternatives.add(new GeneralName(GeneralName.uniformResourceIdentifier, text));
      return this;
    }

    public Request dns(String text) {
      alternatives.add(new GeneralName(GeneralName.dNSName, text));
      return this;
    }

    public Request address(String text) {
      alternatives.add(new GeneralName(GeneralName.iPAddress, text));
      return this;
    }

    public Request from(Instant instant) {
      from = instant;
      return this;
    }

    public Request until(Instant instant) {
      until = instant;
      return this;
    }

    public Request purposes(KeyPurposeId... ids) {
      purposes = List.of(ids);
      return this;
    }

    public Request usage(int bits) {
      usage = bits;
      return this;
    }

    /// What it calls its own key.
    public Request keyId(byte[] id) {
      keyId = Optional.of(id);
      return this;
    }

    /// What it calls the key that signs it.
    public Request authorityKeyId(byte[] id) {
      authorityKeyId = Optional.of(id);
      return this;
    }

    public Request authority(int intermediatesMax) {
      pathLength = intermediatesMax;
      usage = KeyUsage.keyCertSign;
      purposes = List.of();
      return this;
    }
  }

  /// A new authority that has signed itself.
  public static TestAuthority named(String text) {
    return named(text, new Request());
  }

  /// A new authority that has signed itself, valid as long as the request says.
  public static TestAuthority named(String text, Request request) {
    X500Name name = new X500Name("CN=" + text);
    KeyPair pair = keyPair();
    request.subject = name;
    return new TestAuthority(
        name, pair.getPrivate(), sign(name, pair.getPrivate(), pair, request.authority(2)));
  }

  /// An authority that this one has signed.
  public TestAuthority under(String text) {
    X500Name subject = new X500Name("CN=" + text);
    KeyPair pair = keyPair();
    Request request = new Request().authority(0);
    request.subject = subject;
    return new TestAuthority(subject, pair.getPrivate(), sign(name, key, pair, request));
  }

  /// A device that signs others as if it were an authority.
  public static TestAuthority playedBy(Issued device) {
    return new TestAuthority(
        new X500Name(device.certificate().getSubjectX500Principal().getName()),
        device.key(),
        device.certificate());
  }

  /// A certificate for a new key.
  ///
  /// @param between the authorities to be shown along with it
  public Issued issue(Request request, TestAuthority... between) {
    KeyPair pair = keyPair();
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(sign(name, key, pair, request));
    for (TestAuthority one : between) {
      chain.add(one.certificate);
    }
    return new Issued(pair.getPrivate(), List.copyOf(chain));
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public String fingerprint() {
    return fingerprint(certificate);
  }

  /// What its key is called where nobody chooses another name for it.
  public byte[] usualKeyId() {
    try {
      return new JcaX509ExtensionUtils()
          .createSubjectKeyIdentifier(certificate.getPublicKey())
          .getKeyIdentifier();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What makes it known to gateways.
  public CertificateAuthority published(String tenant, CertificateAuthority.Kind kind) {
    return new CertificateAuthority(
        new TenantId(tenant), fingerprint(), pem("CERTIFICATE", der(certificate)), kind);
  }

  private static X509Certificate sign(
      X500Name issuer, PrivateKey signer, KeyPair subject, Request request) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(request.from),
              Date.from(request.until),
              request.subject,
              subject.getPublic());
      if (request.pathLength != Request.NO_AUTHORITY) {
        builder.addExtension(
            Extension.basicConstraints, true, new BasicConstraints(request.pathLength));
      }
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(request.usage));
      if (!request.purposes.isEmpty()) {
        builder.addExtension(
            Extension.extendedKeyUsage,
            true,
            new ExtendedKeyUsage(request.purposes.toArray(KeyPurposeId[]::new)));
      }
      if (!request.alternatives.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(request.alternatives.toArray(GeneralName[]::new)));
      }
      if (request.keyId.isPresent()) {
        builder.addExtension(
            Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(request.keyId.get()));
      }
      if (request.authorityKeyId.isPresent()) {
        builder.addExtension(
            Extension.authorityKeyIdentifier,
            false,
            new AuthorityKeyIdentifier(request.authorityKeyId.get()));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
    } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(der(certificate)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(what, new String(PEM.encode(der), US_ASCII), what);
  }
}
