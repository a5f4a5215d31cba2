package dev.fairlead.gateway;

import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.http.HttpServers;
import dev.fairlead.runtime.server.FollowedCertificate;
import dev.fairlead.runtime.server.TlsFiles;
import dev.fairlead.runtime.settings.Settings;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.Optional;

/// Where devices are listened for whose TLS ends in the gateway itself.
///
/// @param port beside the one without TLS; 0 for a free one
/// @param files the server's certificate
/// @param proxied whether every connection begins with a header of the PROXY protocol, and is taken
///     from proxies alone
public record TlsDoor(int port, TlsFiles files, boolean proxied) {

  private static final int PORT = 8444;
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  /// Reads `TLS_CERTIFICATE_FILE`, `TLS_KEY_FILE`, `TLS_PORT` and `TLS_PROXY_PROTOCOL`.
  ///
  /// @return empty where TLS ends elsewhere
  static Optional<TlsDoor> from(Settings settings) {
    Optional<TlsFiles> files = TlsFiles.from(settings);
    int port =
        settings.integer(
            "TLS_PORT",
            PORT,
            0,
            65_535,
            "The port with TLS, beside the one without; 0 takes a free one.");
    boolean proxied =
        settings.flag(
            "TLS_PROXY_PROTOCOL",
            false,
            "Whether each connection to the port with TLS comes from PROXY_ADDRESSES and begins with"
                + " a header of the PROXY protocol.");
    return files.map(found -> new TlsDoor(port, found, proxied));
  }

  FollowedCertificate certificate() {
    return new FollowedCertificate(() -> files, INTERVAL);
  }

  HttpServerOptions options(HttpServerSettings http) {
    return HttpServers.options(http).setPort(port).setUseProxyProtocol(proxied);
  }
}
