package dev.fairlead.runtime.http;

import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.abuse.Networks;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Finds out whose key a request carries, and counts those who try keys that are nobody's.
///
/// A key is looked up by its fingerprint in memory, which costs less than a refusal: a good key is
/// taken also from a banned address, so that nobody is locked out by a neighbour. A wrong one from
/// there is answered 429. Safe for all threads.
final class SignIns {

  private static final String BEARER = "bearer ";
  private static final String API_KEY = "X-API-Key";

  private final Authenticator authenticator;
  private final FailureLimit addresses;
  private final MeterRegistry meters;

  /// @param service the interface that keeps this count, a tag of its gauge
  SignIns(
      String service,
      Authenticator authenticator,
      FailureLimit.Rule rule,
      LongSupplier nanoTime,
      MeterRegistry meters) {
    this.authenticator = authenticator;
    this.addresses = new FailureLimit(rule, nanoTime);
    this.meters = meters;
    Gauge.builder("http.bans", addresses, FailureLimit::bans).tag("api", service).register(meters);
  }

  /// Whose key a request carries. The key is taken out of the headers: nothing that comes later has
  /// a use for it, and what is not there is not logged.
  ///
  /// @param address where the request comes from
  /// @throws dev.fairlead.runtime.problem.ProblemException `unauthorized`, or `too-many-requests`
  ///     when there were too many wrong keys from there
  Principal principalOf(MultiMap headers, String address) {
    Optional<String> key = keyIn(headers);
    headers.remove(HttpHeaders.AUTHORIZATION);
    headers.remove(API_KEY);
    if (key.isEmpty()) {
      throw unauthorized().exception();
    }
    return authenticator
        .authenticate(key.get())
        .orElseThrow(() -> failed(Networks.of(address)).exception());
  }

  private static Optional<String> keyIn(MultiMap headers) {
    @Nullable String authorization = headers.get(HttpHeaders.AUTHORIZATION);
    @Nullable String key =
        authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
            ? authorization.substring(BEARER.length()).strip()
            : headers.get(API_KEY);
    return Optional.ofNullable(key).filter(text -> !text.isEmpty());
  }

  private Problem failed(String network) {
    Optional<Problem> banned =
        addresses
            .failed(network)
            .map(
                left ->
                    Problem.of(
                            ProblemType.TOO_MANY_REQUESTS,
                            "Too many wrong keys came from this address.")
                        .retryAfter(left));
    meters
        .counter("http.sign-ins.refused", "reason", banned.isPresent() ? "banned" : "wrong-key")
        .increment();
    return banned.orElseGet(SignIns::unauthorized);
  }

  private static Problem unauthorized() {
    return Problem.of(ProblemType.UNAUTHORIZED, "The request carries no valid key.");
  }
}
