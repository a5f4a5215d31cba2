package dev.fairlead.runtime.http;

import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.abuse.Networks;
import dev.fairlead.runtime.abuse.RateBudget;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts those who try keys that are nobody's, by the address they come from.
///
/// A key is looked up by its fingerprint in memory, which costs less than a refusal: a good key is
/// taken also from a banned address, so that nobody is locked out by a neighbour. The signature of
/// a token costs more, and so does looking up a session in the database; from banned addresses so
/// many of these are done in a second and no more, all of them together. Who fails from a banned
/// address is answered 429. Safe for all threads.
final class SignIns {

  private static final Logger log = LoggerFactory.getLogger(SignIns.class);

  /// What a token has, and a key has not.
  private static final char TOKEN_PART = '.';

  private static final int BANNED_LOOKS_PER_SECOND = 50;

  private final FailureLimit addresses;
  private final RateBudget bannedLooks;
  private final MeterRegistry meters;

  /// @param service the interface that keeps this count, a tag of its gauge
  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  SignIns(String service, FailureLimit.Rule rule, LongSupplier nanoTime, MeterRegistry meters) {
    this.addresses =
        new FailureLimit(
            rule, nanoTime, FailureLimit.reportTo(log, "address banned for wrong keys"));
    this.bannedLooks = new RateBudget(BANNED_LOOKS_PER_SECOND, nanoTime);
    this.meters = meters;
    Gauge.builder("http.bans", addresses, FailureLimit::bans).tag("api", service).register(meters);
  }

  /// Whether there is time to find out whose a key is.
  ///
  /// @param address where it comes from
  boolean mayCheck(String key, String address) {
    return !isToken(key) || mayLookUp(address);
  }

  /// Whether a key looks like a token; one that the operator has set may, and is none.
  static boolean isToken(String key) {
    return key.indexOf(TOKEN_PART) >= 0;
  }

  /// Whether there is time to look up a secret of an address where that costs something.
  boolean mayLookUp(String address) {
    return addresses.banOf(Networks.of(address)).isEmpty() || bannedLooks.tryTake();
  }

  /// What an address is told while it is banned; empty when it is not.
  Optional<Problem> banOf(String address) {
    return addresses.banOf(Networks.of(address)).map(SignIns::banned);
  }

  /// Counts a key that is nobody's.
  ///
  /// @return what is to be said to it: `unauthorized`, or `too-many-requests`
  Problem failed(String address) {
    return counted(address).orElseGet(Callers::unknown);
  }

  /// Counts a key, a session or another secret that opens nothing.
  ///
  /// @return `too-many-requests` where there were too many; empty where there were not
  Optional<Problem> counted(String address) {
    Optional<Problem> banned = addresses.failed(Networks.of(address)).map(SignIns::banned);
    meters
        .counter("http.keys.refused", "reason", banned.isPresent() ? "banned" : "wrong-key")
        .increment();
    return banned;
  }

  private static Problem banned(Duration left) {
    return Problem.of(ProblemType.TOO_MANY_REQUESTS, "Too many wrong keys came from this address.")
        .retryAfter(left);
  }
}
