package dev.fairlead.runtime.http;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// Where an HTTP server listens, and its bounds.
///
/// @param host the address to listen on
/// @param port the port, 0 for a free one
/// @param idleTimeout how long a connection may be silent
/// @param headerBytesMax the largest header of a request
public record HttpServerSettings(String host, int port, Duration idleTimeout, int headerBytesMax) {
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);
  private static final int HEADER_BYTES_MAX = 16 * 1024;

  /// The default bounds.
  public static HttpServerSettings of(String host, int port) {
    return new HttpServerSettings(host, port, IDLE_TIMEOUT, HEADER_BYTES_MAX);
  }

  /// Reads `HTTP_HOST`, `HTTP_PORT`, `HTTP_IDLE_TIMEOUT` and `HTTP_HEADER_MAX`.
  ///
  /// @param portDefault another for each service, so that all of them run on one machine
  public static HttpServerSettings from(Settings settings, int portDefault) {
    return new HttpServerSettings(
        settings.text("HTTP_HOST", "0.0.0.0", "The address that the HTTP server listens on."),
        settings.integer(
            "HTTP_PORT",
            portDefault,
            0,
            65_535,
            "The port of the HTTP server; 0 takes a free one."),
        settings.duration(
            "HTTP_IDLE_TIMEOUT",
            IDLE_TIMEOUT,
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            "How long an HTTP connection may be silent; longer than a proxy in front waits."),
        (int)
            settings.size(
                "HTTP_HEADER_MAX",
                HEADER_BYTES_MAX,
                4096,
                1 << 20,
                "The largest header of an HTTP request."));
  }
}
