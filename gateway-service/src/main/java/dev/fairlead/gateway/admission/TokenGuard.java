package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.abuse.Networks;
import dev.fairlead.runtime.abuse.RateBudget;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Stands before the check of signatures, which is what an attacker would have us do all day.
/// Failures are counted by the address they come from and by the device they claim to be, and both
/// are banned when there are too many. Safe for all threads; remembers a bounded number of each.
///
/// A ban answers failures and locks nobody out:
/// - From an address that is not banned, every token is checked.
/// - From a banned address a token is checked that was good before, however many others come from
///   there. One that was not seen before is checked as long as the budget for such checks lasts,
///   which all banned addresses share; beyond it, it is refused unchecked, to come again soon.
/// - A banned device is one in whose name others fail. Its own good token is let in as ever.
///
/// A token that was bad a moment ago is not checked again, wherever it comes from.
public final class TokenGuard {

  private static final int KEYS_MAX = 16_384;
  private static final int TOKEN_LENGTH_MAX = 4096;

  private final TokenVerifier verifier;
  private final FailureLimit addresses;
  private final FailureLimit devices;
  private final RateBudget budget;
  private final SeenTokens seen;
  private final AtomicLong revision = new AtomicLong();

  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  public TokenGuard(
      TokenVerifier verifier, HandshakeLimits limits, LongSupplier nanoTime, MeterRegistry meters) {
    this.verifier = verifier;
    this.addresses =
        new FailureLimit(
            new FailureLimit.Rule(limits.failuresPerAddress(), limits.ban(), KEYS_MAX), nanoTime);
    this.devices =
        new FailureLimit(
            new FailureLimit.Rule(limits.failuresPerDevice(), limits.ban(), KEYS_MAX), nanoTime);
    this.budget = new RateBudget(limits.bannedVerificationsPerSecond(), nanoTime);
    this.seen = new SeenTokens(nanoTime);
    gauge("address", addresses, meters);
    gauge("device", devices, meters);
  }

  private static void gauge(String kind, FailureLimit limit, MeterRegistry meters) {
    Gauge.builder("gateway.bans", limit, FailureLimit::bans).tag("kind", kind).register(meters);
  }

  /// What is to be said to somebody with a token.
  sealed interface Verdict {

    /// The token is good.
    record Good(DeviceCredential credential) implements Verdict {}

    /// There is no token, or it is bad.
    record Bad() implements Verdict {}

    /// Too many failures from this address.
    record BannedAddress(Duration left) implements Verdict {}

    /// Too many failures in the name of this device.
    record BannedDevice(Duration left) implements Verdict {}

    /// Nobody looked at it: the address is banned, and the budget for its like is spent.
    record Unchecked() implements Verdict {}
  }

  /// Takes a change of what tokens are checked against in: what was bad before may be good now. To
  /// be called after the change is in force.
  public void changed(AccessMessage message) {
    if (!(message instanceof AccessMessage.ApiKey)) {
      revision.incrementAndGet();
    }
  }

  /// Looks at a token.
  ///
  /// @param address where it comes from
  Verdict check(String address, Optional<String> token) {
    String network = Networks.of(address);
    boolean banned = addresses.banOf(network).isPresent();
    Optional<String> readable = token.filter(text -> text.length() <= TOKEN_LENGTH_MAX);
    return readable.isPresent()
        ? check(network, banned, readable.get())
        : failed(network, Optional.empty());
  }

  private Verdict check(String network, boolean banned, String token) {
    TokenFingerprint fingerprint = TokenFingerprint.of(token);
    // Read before the check: a change during it makes the result old.
    long known = revision.get();
    Optional<SeenTokens.Bad> bad = seen.bad(fingerprint, known);
    if (bad.isPresent()) {
      return failed(network, bad.get().identity());
    }
    if (banned && !seen.wasGood(fingerprint) && !budget.tryTake()) {
      return new Verdict.Unchecked();
    }
    Optional<DeviceCredential> credential = verifier.verify(token);
    if (credential.isPresent()) {
      seen.isGood(fingerprint);
      return new Verdict.Good(credential.get());
    }
    return failed(network, seen.isBad(fingerprint, known, claimed(token)).identity());
  }

  private Verdict failed(String network, Optional<String> identity) {
    Optional<Duration> address = addresses.failed(network);
    Optional<Duration> device = identity.flatMap(devices::failed);
    if (address.isPresent()) {
      return new Verdict.BannedAddress(address.get());
    }
    return device.<Verdict>map(Verdict.BannedDevice::new).orElseGet(Verdict.Bad::new);
  }

  /// Who a bad token says it is for. Nothing but a count hangs on it.
  private static Optional<String> claimed(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    if (first < 0 || second < 0) {
      return Optional.empty();
    }
    try {
      JsonObject claims =
          new JsonObject(
              Buffer.buffer(Base64.getUrlDecoder().decode(token.substring(first + 1, second))));
      return Optional.of(
          DeviceKey.of(claims.getString("ten", ""), claims.getString("sub", "")).toString());
    } catch (IllegalArgumentException | ClassCastException | DecodeException e) {
      return Optional.empty();
    }
  }
}
