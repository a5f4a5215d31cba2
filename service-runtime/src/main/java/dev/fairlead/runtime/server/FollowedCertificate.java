package dev.fairlead.runtime.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server's certificate, taken anew when its files change: it counts for the connections that
/// come later, and those that are open go on. One that is of no use is told once, and the last good
/// one stays.
public final class FollowedCertificate {

  private static final Logger log = LoggerFactory.getLogger(FollowedCertificate.class);

  private static final Future<Void> NOTHING = Future.succeededFuture();

  private final Supplier<TlsFiles> files;
  private final Duration interval;

  /// Files, and what was in them.
  private record Look(TlsFiles files, String content) {
    Look(TlsFiles files) {
      this(files, files.content());
    }

    boolean isNew(AtomicReference<String> seen) {
      return !content.equals(seen.get());
    }
  }

  /// @param files may take their time, and are asked for once in every interval
  public FollowedCertificate(Supplier<TlsFiles> files, Duration interval) {
    this.files = files;
    this.interval = interval;
  }

  /// Has a server that is made with these options speak TLS 1.2 and 1.3. Uses BoringSSL where it is
  /// on the class path, and the JDK elsewhere. The options are changed.
  ///
  /// @return what is to be called with the server once it listens, and then stops following
  Following secure(HttpServerOptions options) {
    Look first = new Look(files.get());
    options
        .setSsl(true)
        .setUseAlpn(true)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
        .setKeyCertOptions(pem(first.files()));
    if (OpenSSLEngineOptions.isAvailable()) {
      options.setSslEngineOptions(new OpenSSLEngineOptions());
    }
    ServerSSLOptions tls = options.getSslOptions();
    AtomicReference<String> seen = new AtomicReference<>(first.content());
    return (vertx, server) -> {
      long timer =
          vertx.setPeriodic(
              interval.toMillis(),
              _ ->
                  vertx
                      .executeBlocking(() -> new Look(files.get()))
                      .compose(look -> look.isNew(seen) ? use(server, tls, look, seen) : NOTHING)
                      .onFailure(e -> log.atError().setCause(e).log("certificate not taken")));
      return () -> vertx.cancelTimer(timer);
    };
  }

  /// Begins to follow the files for a server that listens.
  interface Following {
    /// Looks at the files from now on.
    ///
    /// @return ends it
    Runnable begin(Vertx vertx, HttpServer server);
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

  private static PemKeyCertOptions pem(TlsFiles files) {
    return new PemKeyCertOptions()
        .setCertPaths(List.of(files.chain().toString()))
        .setKeyPaths(List.of(files.key().toString()));
  }
}
