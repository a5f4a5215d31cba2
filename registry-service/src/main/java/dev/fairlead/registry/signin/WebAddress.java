package dev.fairlead.registry.signin;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;

/// Addresses that may be trusted with tokens and codes: encrypted, or of this machine itself.
final class WebAddress {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private WebAddress() {}

  /// The address in a text; empty when it is none, or cannot be trusted.
  static Optional<URI> of(String text) {
    try {
      return Optional.of(new URI(text)).filter(WebAddress::isTrusted);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /// Whether what is said there stays between the two.
  static boolean isTrusted(URI address) {
    String host = address.getHost();
    return host != null
        && address.getRawUserInfo() == null
        && address.getRawFragment() == null
        && ("https".equals(address.getScheme())
            || ("http".equals(address.getScheme()) && LOOPBACK.contains(host)));
  }
}
