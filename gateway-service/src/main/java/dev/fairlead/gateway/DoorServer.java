package dev.fairlead.gateway;

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
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// The gateway's own HTTP server: one on each of several event loops, all on the same port.
final class DoorServer {

  private final Vertx vertx;
  private final HttpServerOptions options;
  private final Handler<HttpConnection> connected;
  private final Handler<HttpServerRequest> handler;
  private final int loops;
  private final AtomicInteger port = new AtomicInteger();
  private Optional<String> deployment = Optional.empty();

  DoorServer(
      Vertx vertx,
      HttpServerOptions options,
      Handler<HttpConnection> connected,
      Handler<HttpServerRequest> handler,
      int loops) {
    this.vertx = vertx;
    this.options = new HttpServerOptions(options);
    this.connected = connected;
    this.handler = handler;
    this.loops = loops;
    if (options.getPort() == 0) {
      // Vert.x shares one free port among servers that ask for the same negative number.
      this.options.setPort(ThreadLocalRandom.current().nextInt(Integer.MIN_VALUE, 0));
    }
  }

  Future<Void> start() {
    return vertx
        .deployVerticle(() -> loop(), new DeploymentOptions().setInstances(loops))
        .onSuccess(id -> deployment = Optional.of(id))
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
            .onSuccess(server -> port.set(server.actualPort()));
      }
    };
  }

  /// The port it listens on.
  int port() {
    return port.get();
  }

  Future<Void> stop() {
    Optional<String> running = deployment;
    deployment = Optional.empty();
    return running.map(vertx::undeploy).orElseGet(Future::succeededFuture);
  }
}
