package dev.fairlead.agent.connection;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Whom to trust, and with which certificate to be trusted: contexts for TLS.
public final class TrustedCertificates {

  private TrustedCertificates() {}

  /// Makes sure that a file holds certificates.
  ///
  /// @throws IOException if it does not, or cannot be read
  public static void check(Path file) throws IOException {
    KeyStore _ = store(file);
  }

  /// A context that trusts the certificates (PEM or DER) of a file and no others.
  ///
  /// @throws IOException if the file holds none, or cannot be read
  public static SSLContext sslContext(Path file) throws IOException {
    return sslContext(Optional.of(file), Optional.empty());
  }

  /// A context that trusts the certificates (PEM or DER) of a file and no others; without a file,
  /// those that the JDK trusts. It shows the client certificate to servers that ask for one.
  ///
  /// @throws IOException if the file holds none, or cannot be read
  public static SSLContext sslContext(
      Optional<Path> file, Optional<? extends CertificateSource> own) throws IOException {
    TrustManager @Nullable [] trusted = file.isPresent() ? trustManagers(store(file.get())) : null;
    KeyManager @Nullable [] keys =
        own.map(certificate -> new KeyManager[] {new ClientKeys(certificate)}).orElse(null);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("no TLS: " + e.getMessage(), e);
    }
  }

  private static KeyStore store(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new IOException("no certificate in " + file);
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : certificates) {
        store.setCertificateEntry("ca-" + number++, certificate);
      }
      return store;
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificates in " + file + ": " + e.getMessage(), e);
    }
  }

  private static TrustManager[] trustManagers(KeyStore store) throws IOException {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException("no trust in these certificates: " + e.getMessage(), e);
    }
  }
}
