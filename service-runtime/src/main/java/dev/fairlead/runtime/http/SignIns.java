package dev.fairlead.runtime.http;

import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.abuse.Networks;
import dev.fairlead.runtime.abuse.RateBudget;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Counts those who try keys that are nobody's, by the address they come from.
///
/// A key is looked up by its fingerprint in memory, which costs less than a refusal: a good key is
/// taken also from a banned address, so that nobody is locked out by a neighbour. The signature of
/// a token costs more; from banned addresses so many are checked in a second and no more, all of
/// them together. Who fails from a banned address is answered 429. Safe for all threads.
final class SignIns {

  /// What a token has, and a key has not.
  private static final char TOKEN_PART = '.';

  private static final int BANNED_TOKENS_PER_SECOND = 50;

  private final FailureLimit addresses;
  private final RateBudget bannedTokens;
  private final MeterRegistry meters;

  /// @param service the interface that keeps this count, a tag of its gauge
  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  SignIns(String service, FailureLimit.Rule rule, LongSupplier nanoTime, MeterRegistry meters) {
    this.addresses = new FailureLimit(rule, nanoTime);
    this.bannedTokens = new RateBudget(BANNED_TOKENS_PER_SECOND, nanoTime);
    this.meters = meters;
    Gauge.builder("http.bans", addresses, FailureLimit::bans).tag("api", service).register(meters);
  }

  /// Whether there is time to find out whose a key is.
  ///
  /// @param address where it comes from
  boolean mayCheck(String key, String address) {
    return key.indexOf(TOKEN_PART) < 0
        || addresses.banOf(Networks.of(address)).isEmpty()
        || bannedTokens.tryTake();
  }

  /// Counts a key that is nobody's.
  ///
  /// @return what is to be said to it: `unauthorized`, or `too-many-requests`
  Problem failed(String address) {
    Optional<Problem> banned =
        addresses
            .failed(Networks.of(address))
            .map(
                left ->
                    Problem.of(
                            ProblemType.TOO_MANY_REQUESTS,
                            "Too many wrong keys came from this address.")
                        .retryAfter(left));
    meters
        .counter("http.keys.refused", "reason", banned.isPresent() ? "banned" : "wrong-key")
        .increment();
    return banned.orElseGet(Callers::unknown);
  }
}
