package dev.fairlead.gateway.websocket;

import dev.fairlead.gateway.admission.Certificates;
import dev.fairlead.gateway.admission.ProxySettings;
import dev.fairlead.runtime.http.ProxyAddresses;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;

/// Finds out who makes a request: from where, and with which certificate. The word of a proxy
/// counts, that of anybody else does not.
///
/// A certificate header from elsewhere is passed over and counted as
/// `gateway.handshakes.header.ignored`.
final class Callers {

  private final ProxySettings proxies;
  private final Counter ignored;

  Callers(ProxySettings proxies, MeterRegistry meters) {
    this.proxies = proxies;
    this.ignored =
        Counter.builder("gateway.handshakes.header.ignored")
            .description("Certificate headers from addresses that are no proxy's")
            .register(meters);
  }

  /// Who makes a request.
  ///
  /// @param address where it comes from; behind a proxy, where the proxy says it comes from
  /// @param proxied whether a proxy speaks for it
  record Caller(String address, boolean proxied) {}

  Caller of(HttpServerRequest request) {
    String peer = ProxyAddresses.peerOf(request);
    boolean own = proxies.tlsPassedThrough() && request.isSSL();
    boolean proxied = !own && proxies.addresses().contains(peer);
    if (!proxied && request.headers().contains(proxies.certificateHeader())) {
      ignored.increment();
    }
    return new Caller(own ? peer : proxies.addresses().clientOf(request), proxied);
  }

  /// The certificates that the caller has shown and whose key it holds. Of a proxy it is the header
  /// that counts, not the certificate that the proxy itself may have.
  List<X509Certificate> certificatesOf(HttpServerRequest request, Caller caller) {
    if (caller.proxied()) {
      List<String> headers = request.headers().getAll(proxies.certificateHeader());
      return headers.size() == 1 ? Certificates.ofHeader(headers.getFirst()) : List.of();
    }
    return request.isSSL() ? peerCertificates(request) : List.of();
  }

  private static List<X509Certificate> peerCertificates(HttpServerRequest request) {
    try {
      return Certificates.ofPeer(request.connection().peerCertificates());
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }
}
