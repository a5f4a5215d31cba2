package dev.fairlead.agent.connection;

import dev.fairlead.protocol.WireFormat;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// Where to connect and how.
///
/// @param urls of scheme `ws` or `wss`; where one cannot be reached, the next is tried
/// @param token asked for before every connect
/// @param wire offered as the only subprotocol
/// @param sslContext whom to trust and which certificate to show, if not whom the JDK trusts and
///     none
public record ConnectionSettings(
    List<URI> urls, TokenSource token, WireFormat wire, Optional<SSLContext> sslContext) {

  public ConnectionSettings {
    urls = List.copyOf(urls);
    if (urls.isEmpty()) {
      throw new IllegalArgumentException("there must be a URL");
    }
  }
}
