package dev.fairlead.agent.connection;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The files by which the device proves who it is with a client certificate. They are read anew
/// before every handshake, so that new ones are taken up.
///
/// @param certificateFile PEM: the device's certificate, then those that lead to its authority
/// @param keyFile PEM: its private key, PKCS #8 and not encrypted
public record ClientCertificate(Path certificateFile, Path keyFile) {

  private static final int BYTES_MAX = 64 << 10;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  /// What the files hold.
  record Content(PrivateKey key, List<X509Certificate> chain) {}

  /// Makes sure that the files hold a certificate and a key.
  ///
  /// @throws IOException if they do not, or cannot be read
  public void check() throws IOException {
    Content _ = content();
  }

  /// Reads the files.
  ///
  /// @throws IOException if one holds something else, or cannot be read
  Content content() throws IOException {
    return new Content(key(), chain());
  }

  private List<X509Certificate> chain() throws IOException {
    requireSmall(certificateFile);
    try (InputStream in = Files.newInputStream(certificateFile)) {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        chain.add((X509Certificate) certificate);
      }
      if (chain.isEmpty()) {
        throw new IOException("no certificate in " + certificateFile);
      }
      return List.copyOf(chain);
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificates in " + certificateFile + ": " + e.getMessage(), e);
    }
  }

  private PrivateKey key() throws IOException {
    requireSmall(keyFile);
    Matcher text = KEY.matcher(Files.readString(keyFile, StandardCharsets.US_ASCII));
    if (!text.find()) {
      throw new IOException("no private key of PKCS #8 in " + keyFile);
    }
    try {
      return key(Base64.getMimeDecoder().decode(text.group(1)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Without the cause, which may show a part of the key.
      throw new IOException("no private key of a known kind in " + keyFile);
    }
  }

  private static PrivateKey key(byte[] encoded) throws GeneralSecurityException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (InvalidKeySpecException _) {
        // Of another kind.
      }
    }
    throw new InvalidKeySpecException("none of " + ALGORITHMS);
  }

  private static void requireSmall(Path file) throws IOException {
    if (Files.size(file) > BYTES_MAX) {
      throw new IOException(file + " is too large");
    }
  }
}
