package dev.fairlead.agent.connection;

import java.io.ByteArrayInputStream;
import java.io.IOException;
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
public record ClientCertificate(Path certificateFile, Path keyFile) implements CertificateSource {

  private static final int BYTES_MAX = 64 << 10;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  /// Makes sure that the files hold a certificate and a key.
  ///
  /// @throws IOException if they do not, or cannot be read
  public void check() throws IOException {
    Content _ = content();
  }

  /// Reads the files.
  ///
  /// @throws IOException if one holds something else, or cannot be read
  @Override
  public Content content() throws IOException {
    requireSmall(certificateFile);
    requireSmall(keyFile);
    return new Content(
        key(Files.readString(keyFile, StandardCharsets.US_ASCII), keyFile.toString()),
        chain(Files.readAllBytes(certificateFile), certificateFile.toString()));
  }

  /// The certificates in a text; what stands between them is passed over.
  ///
  /// @param where what to call the text
  /// @throws IOException if there are none
  static List<X509Certificate> chain(byte[] text, String where) throws IOException {
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(text))) {
        chain.add((X509Certificate) certificate);
      }
      if (chain.isEmpty()) {
        throw new IOException("no certificate in " + where);
      }
      return List.copyOf(chain);
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificates in " + where + ": " + e.getMessage(), e);
    }
  }

  /// The private key in a text.
  ///
  /// @param where what to call the text
  /// @throws IOException if there is none
  static PrivateKey key(String text, String where) throws IOException {
    Matcher found = KEY.matcher(text);
    if (!found.find()) {
      throw new IOException("no private key of PKCS #8 in " + where);
    }
    try {
      return key(Base64.getMimeDecoder().decode(found.group(1)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Without the cause, which may show a part of the key.
      throw new IOException("no private key of a known kind in " + where);
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
