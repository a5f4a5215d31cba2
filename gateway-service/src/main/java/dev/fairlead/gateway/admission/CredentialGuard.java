package dev.fairlead.gateway.admission;

import dev.fairlead.bus.access.Claims;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.abuse.Networks;
import dev.fairlead.runtime.abuse.RateBudget;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stands before the check of signatures, which is what an attacker would have us do all day.
/// Failures are counted by the address they come from and by the device they claim to be, and both
/// are banned when there are too many. Safe for all threads; remembers a bounded number of each.
///
/// A ban answers failures and locks nobody out:
/// - From an address that is not banned, every token and every certificate is checked.
/// - From a banned address one is checked that was good before, however many others come from
///   there. One that was not seen before is checked as long as the budget for such checks lasts,
///   which all banned addresses share; beyond it, it is refused unchecked, to come again soon.
/// - A banned device is one in whose name others fail. Its own good token is let in as ever. A
///   certificate is in nobody's name before it has turned out to be genuine.
///
/// What was bad a moment ago is not checked again, wherever it comes from. A certificate is the
/// same whatever other certificates are shown along with it.
public final class CredentialGuard {

  private static final Logger log = LoggerFactory.getLogger(CredentialGuard.class);

  private static final int KEYS_MAX = 16_384;
  private static final int REPORTS_PER_SECOND = 1;

  private final TokenVerifier tokens;
  private final CertificateVerifier certificates;
  private final FailureLimit addresses;
  private final FailureLimit devices;
  private final RateBudget budget;
  private final RateBudget reports;
  private final SeenCredentials seen;
  private final AtomicLong revision = new AtomicLong();

  /// @param nanoTime a clock that only ever goes forward, such as `System::nanoTime`
  public CredentialGuard(
      TokenVerifier tokens,
      CertificateVerifier certificates,
      HandshakeLimits limits,
      LongSupplier nanoTime,
      MeterRegistry meters) {
    this.tokens = tokens;
    this.certificates = certificates;
    this.addresses =
        new FailureLimit(
            new FailureLimit.Rule(limits.failuresPerAddress(), limits.ban(), KEYS_MAX),
            nanoTime,
            FailureLimit.reportTo(log, "address banned for failed handshakes"));
    this.devices =
        new FailureLimit(
            new FailureLimit.Rule(limits.failuresPerDevice(), limits.ban(), KEYS_MAX),
            nanoTime,
            (device, ban) -> {});
    this.budget = new RateBudget(limits.bannedVerificationsPerSecond(), nanoTime);
    this.reports = new RateBudget(REPORTS_PER_SECOND, nanoTime);
    this.seen = new SeenCredentials(nanoTime);
    gauge("address", addresses, meters);
    gauge("device", devices, meters);
  }

  private static void gauge(String kind, FailureLimit limit, MeterRegistry meters) {
    Gauge.builder("gateway.bans", limit, FailureLimit::bans).tag("kind", kind).register(meters);
  }

  /// What is to be said to somebody with a token or a certificate.
  sealed interface Verdict {

    /// It is good.
    record Good(DeviceCredential credential) implements Verdict {}

    /// There is none, or it is bad.
    record Bad() implements Verdict {}

    /// Too many failures from this address.
    record BannedAddress(Duration left) implements Verdict {}

    /// Too many failures in the name of this device.
    record BannedDevice(Duration left) implements Verdict {}

    /// Nobody looked at it: the address is banned, and the budget for its like is spent.
    record Unchecked() implements Verdict {}
  }

  /// Takes a change of what both are checked against in: what was bad before may be good now. To
  /// be called after the change is in force.
  public void changed(AccessMessage message) {
    if (!(message instanceof AccessMessage.ApiKey)) {
      revision.incrementAndGet();
    }
  }

  /// Looks at a token.
  ///
  /// @param address where it comes from
  Verdict ofToken(String address, String token) {
    String network = Networks.of(address);
    return token.length() > Claims.TOKEN_LENGTH_MAX
        ? failed(network, Optional.empty())
        : check(
            network,
            CredentialFingerprint.of(token),
            () -> tokens.verify(token),
            () -> claimed(token));
  }

  /// Looks at a chain of certificates. The first of them is what counts: its owner alone can have
  /// come with it, and is known by it.
  ///
  /// @param address where it comes from
  /// @param chain none, where nothing at all was shown
  Verdict ofCertificates(String address, Supplier<List<X509Certificate>> chain) {
    String network = Networks.of(address);
    List<X509Certificate> shown = attempt(() -> Optional.of(chain.get())).orElseGet(List::of);
    Optional<CredentialFingerprint> own = fingerprintOf(shown);
    return own.isEmpty()
        ? failed(network, Optional.empty())
        : check(network, own.get(), () -> certificates.verify(shown), Optional::empty);
  }

  private static Optional<CredentialFingerprint> fingerprintOf(List<X509Certificate> chain) {
    try {
      return chain.isEmpty()
          ? Optional.empty()
          : Optional.of(CredentialFingerprint.of(chain.getFirst()));
    } catch (CertificateEncodingException e) {
      return Optional.empty();
    }
  }

  private Verdict check(
      String network,
      CredentialFingerprint fingerprint,
      Supplier<Optional<DeviceCredential>> verification,
      Supplier<Optional<String>> claimed) {
    // Read before the check: a change during it makes the result old.
    long known = revision.get();
    Optional<SeenCredentials.Bad> bad = seen.bad(fingerprint, known);
    if (bad.isPresent()) {
      return failed(network, bad.get().identity());
    }
    boolean banned = addresses.banOf(network).isPresent();
    if (banned && !seen.wasGood(fingerprint) && !budget.tryTake()) {
      return new Verdict.Unchecked();
    }
    Optional<DeviceCredential> credential = attempt(verification);
    if (credential.isPresent()) {
      seen.isGood(fingerprint);
      return new Verdict.Good(credential.get());
    }
    return failed(network, seen.isBad(fingerprint, known, attempt(claimed)).identity());
  }

  /// What a check comes to. One that ends in a way that nobody foresaw has found nothing good, and
  /// counts as a failure like any other: else whoever finds such a way could go it for nothing.
  private <T> Optional<T> attempt(Supplier<Optional<T>> check) {
    try {
      return check.get();
    } catch (RuntimeException e) {
      if (reports.tryTake()) {
        log.atError().setCause(e).log("a check of a credential failed");
      }
      return Optional.empty();
    }
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
    try {
      return Claims.unverified(token)
          .map(claims -> DeviceKey.of(claims.text("ten"), claims.text("sub")).toString());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
