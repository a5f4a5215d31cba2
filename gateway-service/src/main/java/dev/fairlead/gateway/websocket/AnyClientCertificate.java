package dev.fairlead.gateway.websocket;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Lets every client certificate through the TLS handshake, which proves that the client holds the
/// key and nothing more. Whether the certificate counts is decided at the door, where the
/// authorities are known; a client that shows one for another door is not kept out of this server.
///
/// For servers alone: as a client it trusts nobody.
public final class AnyClientCertificate extends X509ExtendedTrustManager {

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String keyType) {
    // At the door.
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String keyType, Socket socket) {
    // At the door.
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String keyType, SSLEngine engine) {
    // At the door.
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String keyType)
      throws CertificateException {
    throw noServer();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String keyType, Socket socket)
      throws CertificateException {
    throw noServer();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
      throws CertificateException {
    throw noServer();
  }

  private static CertificateException noServer() {
    return new CertificateException("trusts no server");
  }

  /// None by name: the client is to show what it has.
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
