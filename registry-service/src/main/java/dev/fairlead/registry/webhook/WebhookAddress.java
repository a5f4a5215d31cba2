package dev.fairlead.registry.webhook;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Where a webhook leads: an absolute `https` URL without a name and password and without a
/// fragment; `http` for the loopback, where that is allowed.
///
/// @param host without the brackets of an IPv6 address
/// @param target path and query
record WebhookAddress(boolean encrypted, String host, int port, String target) {

  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;
  private static final int PORT_MAX = 65_535;

  /// @param loopback whether `http` is allowed there
  /// @throws ProblemException `validation-failed` for anything else
  static WebhookAddress of(String url, boolean loopback) {
    URI uri;
    try {
      uri = new URI(url).parseServerAuthority();
    } catch (URISyntaxException e) {
      throw refused("is no URL");
    }
    String host = Optional.ofNullable(uri.getHost()).orElseThrow(() -> refused("names no host"));
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw refused("must have no user, password or fragment");
    }
    if (uri.getPort() == 0 || uri.getPort() > PORT_MAX) {
      throw refused("names a port that cannot be");
    }
    boolean encrypted =
        switch (String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT)) {
          case "https" -> true;
          case "http" -> {
            if (!loopback || !isLoopback(host)) {
              throw refused("must begin with https");
            }
            yield false;
          }
          default -> throw refused("must begin with https");
        };
    String path = Objects.requireNonNullElse(uri.getRawPath(), "");
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new WebhookAddress(
        encrypted,
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        uri.getPort() < 0 ? (encrypted ? HTTPS_PORT : HTTP_PORT) : uri.getPort(),
        (path.isEmpty() ? "/" : path) + query);
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  /// What is wrong with a URL.
  static ProblemException refused(String why) {
    return Problem.of(ProblemType.VALIDATION_FAILED, "'url' " + why + ".")
        .with("errors", List.of(Map.of("pointer", "/url", "message", why)))
        .exception();
  }
}
