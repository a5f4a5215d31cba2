package dev.fairlead.runtime.server;

import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

/// An HTTP server on several event loops: one on each, all on the same port.
public final class LoopServer {

  private final Vertx vertx;
  private final HttpServerOptions options;
  private final Handler<HttpConnection> connected;
  private final Handler<HttpServerRequest> handler;
  private final int loops;
  private final Optional<FollowedCertificate> certificate;

  /// One of them; to Vert.x all of them are one.
  private final AtomicReference<HttpServer> one = new AtomicReference<>();

  private Optional<String> deployment = Optional.empty();
  private Runnable following = () -> {};

  /// A server that does not listen yet.
  ///
  /// @param connected is told of each new connection
  /// @param certificate for TLS; empty for plain HTTP
  /// @param loops how many event loops
  public LoopServer(
      Vertx vertx,
      HttpServerOptions options,
      Handler<HttpConnection> connected,
      Handler<HttpServerRequest> handler,
      Optional<FollowedCertificate> certificate,
      int loops) {
    this.vertx = vertx;
    this.options = new HttpServerOptions(options);
    this.connected = connected;
    this.handler = handler;
    this.certificate = certificate;
    this.loops = loops;
    if (options.getPort() == 0) {
      // Vert.x shares one free port among servers that ask for the same negative number.
      this.options.setPort(ThreadLocalRandom.current().nextInt(Integer.MIN_VALUE, 0));
    }
  }

  /// Listens; fails when the port is taken, or when there is no certificate.
  public Future<Void> start() {
    Optional<FollowedCertificate.Following> watch = certificate.map(files -> files.secure(options));
    return vertx
        .deployVerticle(this::loop, new DeploymentOptions().setInstances(loops))
        .onSuccess(
            id -> {
              deployment = Optional.of(id);
              watch.ifPresent(
                  files -> following = files.begin(vertx, Objects.requireNonNull(one.get())));
            })
        .mapEmpty();
  }

  private Deployable loop() {
    return new VerticleBase() {
      @Override
      public Future<HttpServer> start() {
        return vertx
            .createHttpServer(options)
            .connectionHandler(connected)
            .requestHandler(handler)
            .listen()
            .onSuccess(one::set);
      }
    };
  }

  /// The port it listens on; 0 before it does.
  public int port() {
    HttpServer server = one.get();
    return server == null ? 0 : server.actualPort();
  }

  /// Listens no more; connections are closed.
  public Future<Void> stop() {
    following.run();
    Optional<String> running = deployment;
    deployment = Optional.empty();
    return running.map(vertx::undeploy).orElseGet(Future::succeededFuture);
  }
}
