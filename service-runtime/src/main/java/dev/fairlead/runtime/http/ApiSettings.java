package dev.fairlead.runtime.http;

import dev.fairlead.runtime.abuse.BanSettings;
import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.settings.Settings;
import java.time.Duration;

/// The bounds of an HTTP interface.
///
/// @param service the name under which the contract is served, `/api/v1/openapi/<service>.yaml`
/// @param bodyBytesMax the largest body of a request
/// @param requestsMax how many requests are served at once; one more is answered 503 at once
/// @param timeout how long one request may take before its thread is interrupted
/// @param signIns how many wrong keys may come from one address
/// @param openCallsPerMinute how many calls may come from one address of each service's operations
///     that take a secret of another kind instead of a key
/// @param proxies who may say where a request comes from
public record ApiSettings(
    String service,
    long bodyBytesMax,
    int requestsMax,
    Duration timeout,
    FailureLimit.Rule signIns,
    int openCallsPerMinute,
    ProxyAddresses proxies) {
  private static final long BODY_BYTES_MAX = 1 << 20;
  private static final int REQUESTS_MAX = 512;
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final int SIGN_IN_FAILURES = 30;
  private static final int OPEN_CALLS = 1_200;
  private static final int ADDRESSES_MAX = 16_384;

  public ApiSettings {
    if (bodyBytesMax < 1 || requestsMax < 1 || timeout.toMillis() < 1 || openCallsPerMinute < 1) {
      throw new IllegalArgumentException("every bound must be at least 1");
    }
  }

  /// These bounds, the defaults of what one address may, and no proxy.
  public ApiSettings(String service, long bodyBytesMax, int requestsMax, Duration timeout) {
    this(
        service,
        bodyBytesMax,
        requestsMax,
        timeout,
        new FailureLimit.Rule(SIGN_IN_FAILURES, BanSettings.BAN, ADDRESSES_MAX),
        OPEN_CALLS,
        ProxyAddresses.NONE);
  }

  /// The defaults.
  public static ApiSettings of(String service) {
    return new ApiSettings(service, BODY_BYTES_MAX, REQUESTS_MAX, TIMEOUT);
  }

  /// The same with another limit on wrong keys.
  public ApiSettings withSignIns(FailureLimit.Rule rule) {
    return new ApiSettings(
        service, bodyBytesMax, requestsMax, timeout, rule, openCallsPerMinute, proxies);
  }

  /// The same with another limit on calls without a key.
  public ApiSettings withOpenCalls(int perMinute) {
    return new ApiSettings(
        service, bodyBytesMax, requestsMax, timeout, signIns, perMinute, proxies);
  }

  /// The same with other bounds of requests.
  public ApiSettings withBounds(long bodyBytes, int requests, Duration longest) {
    return new ApiSettings(
        service, bodyBytes, requests, longest, signIns, openCallsPerMinute, proxies);
  }

  /// The same behind proxies.
  public ApiSettings behind(ProxyAddresses others) {
    return new ApiSettings(
        service, bodyBytesMax, requestsMax, timeout, signIns, openCallsPerMinute, others);
  }

  /// How many requests of one tenant are served at once; one more is answered 429.
  int requestsOfOneMax() {
    return Math.max(1, requestsMax / 2);
  }

  /// Reads `API_BODY_MAX`, `API_REQUESTS_MAX`, `API_TIMEOUT`, `SIGN_IN_FAILURES_PER_ADDRESS`,
  /// `BAN_DURATION`, `ENROLMENT_CALLS_PER_ADDRESS` and `PROXY_ADDRESSES`.
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
            "How many API requests a service works on at once, at most half of them of one tenant;"
                + " more are answered 503, and 429."),
        settings.duration(
            "API_TIMEOUT",
            TIMEOUT,
            Duration.ofSeconds(1),
            Duration.ofMinutes(10),
            "How long one API request may take before it is answered 503."),
        new FailureLimit.Rule(
            settings.integer(
                "SIGN_IN_FAILURES_PER_ADDRESS",
                SIGN_IN_FAILURES,
                1,
                BanSettings.FAILURES_MAX,
                "Wrong API keys from one address in a minute; one more bans it for wrong keys."),
            BanSettings.banFrom(settings),
            ADDRESSES_MAX),
        settings.integer(
            "ENROLMENT_CALLS_PER_ADDRESS",
            OPEN_CALLS,
            1,
            BanSettings.FAILURES_MAX,
            "Calls from one address in a minute that enrol, wait for it, sign in with a key or come"
                + " back from the identity provider; a tenth of them at once."),
        ProxyAddresses.from(settings));
  }
}
