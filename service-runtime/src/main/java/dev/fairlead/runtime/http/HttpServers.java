package dev.fairlead.runtime.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;

/// Opens HTTP servers for interfaces of people and programs.
public final class HttpServers {
  private static final int CONCURRENT_STREAMS_MAX = 100;

  private HttpServers() {}

  /// The options that go with the settings, for a server that needs more than [#listen] gives.
  public static HttpServerOptions options(HttpServerSettings settings) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(settings.host())
            .setPort(settings.port())
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setIdleTimeout(Math.toIntExact(settings.idleTimeout().toMillis()))
            .setMaxHeaderSize(settings.headerBytesMax())
            .setMaxInitialLineLength(settings.headerBytesMax() / 2)
            .setTcpKeepAlive(true);
    options
        .getInitialSettings()
        // A header table keeps what a client sent, its key included, as long as it is connected.
        .setHeaderTableSize(0)
        .setMaxConcurrentStreams(CONCURRENT_STREAMS_MAX)
        .setMaxHeaderListSize(settings.headerBytesMax());
    return options;
  }

  /// Listens, and hands every request to `handler` on an event loop. Fails when the address is
  /// taken. The handler must not throw.
  public static Future<HttpServer> listen(
      Vertx vertx, HttpServerSettings settings, Handler<HttpServerRequest> handler) {
    return vertx.createHttpServer(options(settings)).requestHandler(handler).listen();
  }
}
