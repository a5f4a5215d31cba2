package dev.fairlead.launcher.web;

import dev.fairlead.runtime.server.FollowedCertificate;
import dev.fairlead.runtime.server.LoopServer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/// The public ports: plain HTTP for this machine alone, TLS for everyone. Both hand each request to
/// the service that owns its path, in process; a device's socket ends in the gateway's own handler.
public final class PublicServers {

  private static final String LOOPBACK = "127.0.0.1";
  private static final String EVERYWHERE = "0.0.0.0";

  private final Vertx vertx;
  private final HttpServerOptions options;
  private final Handler<HttpConnection> connected;
  private final Handler<HttpServerRequest> handler;
  private final int instances;

  /// @param options the gateway's options for servers that devices connect to
  /// @param connected the gateway's, is told of each new connection
  /// @param instances how many event loops share the ports
  public PublicServers(
      Vertx vertx,
      HttpServerOptions options,
      Handler<HttpConnection> connected,
      Handler<HttpServerRequest> handler,
      int instances) {
    this.vertx = vertx;
    this.options = options;
    this.connected = connected;
    this.handler = handler;
    this.instances = instances;
  }

  /// Listens for plain HTTP on the loopback address; fails when the port is taken.
  public Future<Void> listenPlain(int port) {
    return listen(LOOPBACK, port, Optional.empty());
  }

  /// Listens for TLS on all addresses; fails when the port is taken.
  public Future<Void> listenTls(int port, FollowedCertificate certificate) {
    return listen(EVERYWHERE, port, Optional.of(certificate));
  }

  private Future<Void> listen(String host, int port, Optional<FollowedCertificate> certificate) {
    return new LoopServer(
            vertx,
            new HttpServerOptions(options).setHost(host).setPort(port),
            connected,
            handler,
            certificate,
            instances)
        .start();
  }
}
