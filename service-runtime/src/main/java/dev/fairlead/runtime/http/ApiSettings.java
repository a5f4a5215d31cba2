package dev.fairlead.runtime.http;

import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// The bounds of an HTTP interface.
///
/// @param service the name under which the contract is served, `/api/v1/openapi/<service>.yaml`
/// @param bodyBytesMax the largest body of a request
/// @param requestsMax how many requests are served at once; one more is answered 503 at once
/// @param timeout how long one request may take before its thread is interrupted
public record ApiSettings(String service, long bodyBytesMax, int requestsMax, Duration timeout) {
  private static final long BODY_BYTES_MAX = 1 << 20;
  private static final int REQUESTS_MAX = 512;
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  public ApiSettings {
    if (bodyBytesMax < 1 || requestsMax < 1 || timeout.toMillis() < 1) {
      throw new IllegalArgumentException("every bound must be at least 1");
    }
  }

  /// The defaults.
  public static ApiSettings of(String service) {
    return new ApiSettings(service, BODY_BYTES_MAX, REQUESTS_MAX, TIMEOUT);
  }

  /// Reads `API_BODY_MAX`, `API_REQUESTS_MAX` and `API_TIMEOUT`.
  public static ApiSettings from(Settings settings, String service) {
    return new ApiSettings(
        service,
        settings.size(
            "API_BODY_MAX", BODY_BYTES_MAX, 1024, 64 << 20, "The largest body of an API request."),
        settings.integer(
            "API_REQUESTS_MAX",
            REQUESTS_MAX,
            1,
            100_000,
            "How many API requests a service works on at once; more are answered 503."),
        settings.duration(
            "API_TIMEOUT",
            TIMEOUT,
            Duration.ofSeconds(1),
            Duration.ofMinutes(10),
            "How long one API request may take before it is answered 503."));
  }
}
