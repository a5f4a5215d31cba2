package dev.fairlead.launcher.web;

import dev.fairlead.launcher.tls.TlsFiles;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The public ports: plain HTTP for this machine alone, TLS for everyone. Both hand each request to
/// the service that owns its path, in process; a device's socket ends in the gateway's own handler.
public final class PublicServers {

  private static final Logger log = LoggerFactory.getLogger(PublicServers.class);

  private static final String LOOPBACK = "127.0.0.1";
  private static final String EVERYWHERE = "0.0.0.0";

  private static final Future<Void> NOTHING = Future.succeededFuture();

  private final Vertx vertx;
  private final HttpServerOptions options;
  private final Handler<HttpConnection> connected;
  private final Handler<HttpServerRequest> handler;
  private final int instances;

  /// Files, and what was in them.
  private record Look(TlsFiles files, String content) {
    Look(TlsFiles files) {
      this(files, files.content());
    }

    boolean isNew(AtomicReference<String> seen) {
      return !content.equals(seen.get());
    }
  }

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
    return listen(new HttpServerOptions(options).setHost(LOOPBACK).setPort(port)).mapEmpty();
  }

  /// Listens for TLS on all addresses; fails when the port is taken. Files that change while it
  /// listens count for the connections that come later; those that are open go on.
  ///
  /// @param files may take their time, and are asked for once in every interval
  public Future<Void> listenTls(int port, Supplier<TlsFiles> files, Duration interval) {
    Look first = new Look(files.get());
    HttpServerOptions secured =
        new HttpServerOptions(options)
            .setHost(EVERYWHERE)
            .setPort(port)
            .setSsl(true)
            .setUseAlpn(true)
            .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
            .setKeyCertOptions(pem(first.files()));
    return listen(secured)
        .onSuccess(
            server -> follow(server, secured.getSslOptions(), files, first.content(), interval))
        .mapEmpty();
  }

  private static PemKeyCertOptions pem(TlsFiles files) {
    return new PemKeyCertOptions()
        .setCertPaths(List.of(files.chain().toString()))
        .setKeyPaths(List.of(files.key().toString()));
  }

  private void follow(
      HttpServer server,
      ServerSSLOptions tls,
      Supplier<TlsFiles> files,
      String content,
      Duration interval) {
    AtomicReference<String> seen = new AtomicReference<>(content);
    vertx.setPeriodic(
        interval.toMillis(),
        _ ->
            vertx
                .executeBlocking(() -> new Look(files.get()))
                .compose(look -> look.isNew(seen) ? use(server, tls, look, seen) : NOTHING)
                .onFailure(e -> log.atError().setCause(e).log("certificate not taken")));
  }

  private static Future<Void> use(
      HttpServer server, ServerSSLOptions tls, Look look, AtomicReference<String> seen) {
    // Remembered also where it is of no use, so that it is told once.
    seen.set(look.content());
    return server
        .updateSSLOptions(tls.copy().setKeyCertOptions(pem(look.files())), true)
        .onSuccess(_ -> log.atInfo().log("new certificate"))
        .mapEmpty();
  }

  /// All instances are one server, on the port that they share.
  private Future<HttpServer> listen(HttpServerOptions own) {
    AtomicReference<HttpServer> one = new AtomicReference<>();
    return vertx
        .deployVerticle(
            () ->
                new VerticleBase() {
                  @Override
                  public Future<?> start() {
                    return vertx
                        .createHttpServer(own)
                        .connectionHandler(connected)
                        .requestHandler(handler)
                        .listen()
                        .onSuccess(one::set);
                  }
                },
            new DeploymentOptions().setInstances(instances))
        .map(_ -> Objects.requireNonNull(one.get()));
  }
}
