package dev.fairlead.agent.connection;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// The client certificate that the device shows, asked for before every handshake.
@FunctionalInterface
public interface CertificateSource {

  /// A certificate with its key.
  ///
  /// @param chain the device's certificate, then those that lead to its authority
  record Content(PrivateKey key, List<X509Certificate> chain) {

    public Content {
      chain = List.copyOf(chain);
    }

    /// The device's own certificate.
    X509Certificate own() {
      return chain.getFirst();
    }

    /// Says nothing of the key.
    @Override
    public String toString() {
      return "Content[" + own().getSubjectX500Principal() + "]";
    }
  }

  /// The certificate as it is now.
  ///
  /// @throws IOException if it cannot be read
  Content content() throws IOException;
}
