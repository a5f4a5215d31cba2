package dev.fairlead.endtoend.harness;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.X509ExtendedTrustManager;

/// TLS in front of a gateway, as HAProxy does it: asks for a client certificate, trusts any, and
/// names it in a header of the first request.
public final class TlsProxy implements AutoCloseable {

  private static final String END_OF_LINE = "\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final NetServer server;
  private final int backend;

  /// @param backend port of the gateway on the loopback
  /// @param certificate of the server, PEM
  /// @param key of the server, PEM
  public TlsProxy(int backend, Path certificate, Path key) {
    this.backend = backend;
    this.server =
        vertx
            .createNetServer(
                new NetServerOptions()
                    .setHost("127.0.0.1")
                    .setPort(0)
                    .setSsl(true)
                    .setClientAuth(ClientAuth.REQUEST)
                    .setTrustOptions(TrustOptions.wrap(new Anybody()))
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .setCertPath(certificate.toString())
                            .setKeyPath(key.toString())))
            .connectHandler(this::connected);
    NetServer _ = server.listen().await();
  }

  public int port() {
    return server.actualPort();
  }

  private void connected(NetSocket client) {
    client.pause();
    vertx
        .createNetClient()
        .connect(backend, "127.0.0.1")
        .onFailure(cause -> client.close())
        .onSuccess(gateway -> join(client, gateway));
  }

  private static void join(NetSocket client, NetSocket gateway) {
    client.closeHandler(nothing -> gateway.close());
    gateway.closeHandler(nothing -> client.close());
    gateway.handler(client::write);
    Buffer head = Buffer.buffer();
    client.handler(
        data -> {
          head.appendBuffer(data);
          String text = head.toString(StandardCharsets.ISO_8859_1);
          int line = text.indexOf(END_OF_LINE);
          if (line >= 0) {
            client.handler(gateway::write);
            int rest = line + END_OF_LINE.length();
            gateway.write(head.getBuffer(0, rest));
            gateway.write(header(client));
            gateway.write(head.getBuffer(rest, head.length()));
          }
        });
    client.resume();
  }

  private static Buffer header(NetSocket client) {
    try {
      byte[] shown = client.peerCertificates().getFirst().getEncoded();
      return Buffer.buffer(
          "X-Client-Certificate: " + Base64.getEncoder().encodeToString(shown) + END_OF_LINE);
    } catch (SSLPeerUnverifiedException e) {
      return Buffer.buffer();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    Void _ = vertx.close().await();
  }

  /// Lets every client through: whom to trust is for the gateway to decide.
  private static final class Anybody extends X509ExtendedTrustManager {

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
