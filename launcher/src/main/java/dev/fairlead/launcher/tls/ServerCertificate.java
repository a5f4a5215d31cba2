package dev.fairlead.launcher.tls;

import dev.fairlead.launcher.data.DataDirectory;
import dev.fairlead.runtime.server.TlsFiles;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
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
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The certificate of this server, signed by a certificate authority that is made at the first
/// start and kept. Devices and browsers trust the one file `ca.pem`; the server's own certificate
/// may then be made anew whenever its names change or it runs out.
///
/// @param authority the file `ca.pem`, to be given to devices and browsers
/// @param files the server's certificate with its authority's, and its key
public record ServerCertificate(Path authority, TlsFiles files) {

  private static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3_650);
  private static final Duration LIFETIME = Duration.ofDays(397);
  private static final Duration RENEWED_BEFORE = Duration.ofDays(30);
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);
  private static final int SERIAL_BITS = 120;
  private static final SecureRandom RANDOM = new SecureRandom();

  /// A key with the certificate that names it.
  private record Identity(PrivateKey key, X509Certificate certificate) {}

  /// Finds or makes the authority and the certificate.
  ///
  /// @param directory where the files are kept
  /// @param names host names and addresses that the server is reached by
  public static ServerCertificate in(Path directory, Collection<String> names, Instant now) {
    try {
      Files.createDirectories(directory);
      ServerCertificate certificate =
          new ServerCertificate(
              directory.resolve("ca.pem"),
              new TlsFiles(directory.resolve("server.pem"), directory.resolve("server-key.pem")));
      Identity authority = authority(certificate.authority(), directory.resolve("ca-key.pem"), now);
      if (!certificate.isGoodFor(names, now)) {
        certificate.make(authority, names, now);
      }
      return certificate;
    } catch (IOException e) {
      throw new UncheckedIOException(directory + " cannot keep certificates: " + e, e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("a certificate could not be made", e);
    }
  }

  private static Identity authority(Path certificateFile, Path keyFile, Instant now)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    if (Files.exists(certificateFile) && Files.exists(keyFile)) {
      return new Identity(readKey(keyFile), readCertificate(certificateFile));
    }
    KeyPair pair = newKeyPair();
    X500Name name = new X500Name("CN=Fairlead local authority");
    JcaX509v3CertificateBuilder builder = builder(name, now, AUTHORITY_LIFETIME, name, pair);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
    builder.addExtension(
        Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    Identity made = sign(builder, pair.getPrivate(), pair.getPrivate());
    DataDirectory.write(keyFile, pem(made.key()));
    DataDirectory.write(certificateFile, pem(made.certificate()));
    return made;
  }

  private boolean isGoodFor(Collection<String> names, Instant now)
      throws IOException, GeneralSecurityException {
    if (!Files.exists(files.chain()) || !Files.exists(files.key())) {
      return false;
    }
    X509Certificate certificate = readCertificate(files.chain());
    Set<String> covered = new HashSet<>();
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives != null) {
      alternatives.forEach(alternative -> covered.add(String.valueOf(alternative.get(1))));
    }
    return certificate.getNotAfter().toInstant().isAfter(now.plus(RENEWED_BEFORE))
        && covered.containsAll(names);
  }

  private void make(Identity authority, Collection<String> names, Instant now)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    KeyPair pair = newKeyPair();
    X500Name issuer = new X509CertificateHolder(authority.certificate().getEncoded()).getSubject();
    JcaX509v3CertificateBuilder builder =
        builder(issuer, now, LIFETIME, new X500Name("CN=Fairlead"), pair);
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    builder.addExtension(
        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    builder.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
    JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
    builder.addExtension(
        Extension.authorityKeyIdentifier,
        false,
        extensions.createAuthorityKeyIdentifier(authority.certificate()));
    Identity made = sign(builder, authority.key(), pair.getPrivate());
    DataDirectory.write(files.key(), pem(made.key()));
    DataDirectory.write(files.chain(), pem(made.certificate()) + pem(authority.certificate()));
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Name issuer, Instant now, Duration lifetime, X500Name subject, KeyPair pair)
      throws IOException, GeneralSecurityException {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS),
            Date.from(now.minus(CLOCK_SKEW)),
            Date.from(now.plus(lifetime)),
            subject,
            pair.getPublic());
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    return builder;
  }

  private static GeneralNames alternatives(Collection<String> names) {
    return new GeneralNames(
        names.stream()
            .map(
                name ->
                    new GeneralName(
                        isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name))
            .toArray(GeneralName[]::new));
  }

  private static boolean isAddress(String name) {
    return name.indexOf(':') >= 0 || name.chars().allMatch(c -> c == '.' || Character.isDigit(c));
  }

  private static Identity sign(
      JcaX509v3CertificateBuilder builder, PrivateKey signer, PrivateKey own)
      throws GeneralSecurityException, OperatorCreationException {
    X509CertificateHolder signed =
        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer));
    return new Identity(own, new JcaX509CertificateConverter().getCertificate(signed));
  }

  private static KeyPair newKeyPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
    return generator.generateKeyPair();
  }

  private static String pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      // PKCS #8: the older notation for EC keys is not what servers read.
      writer.writeObject(
          object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
    }
    return text.toString();
  }

  private static X509Certificate readCertificate(Path file)
      throws IOException, GeneralSecurityException {
    try (PEMParser parser = new PEMParser(new StringReader(DataDirectory.read(file)))) {
      if (parser.readObject() instanceof X509CertificateHolder holder) {
        return new JcaX509CertificateConverter().getCertificate(holder);
      }
      throw new IOException(file + " holds no certificate");
    }
  }

  private static PrivateKey readKey(Path file) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(DataDirectory.read(file)))) {
      if (parser.readObject() instanceof PrivateKeyInfo info) {
        return new JcaPEMKeyConverter().getPrivateKey(info);
      }
      throw new IOException(file + " holds no private key");
    }
  }
}
