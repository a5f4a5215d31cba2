package dev.fairlead.gateway.admission;

import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/// Decides who may come in, before anything is promised to them: the cheapest refusal comes first.
/// Refusals are counted as `gateway.handshakes.refused` by reason. Safe for all threads.
public final class Admission {

  private static final int RETRY_SECONDS_MIN = 2;
  private static final int RETRY_SECONDS_MAX = 15;

  private final Health health;
  private final BusContact contact;
  private final BooleanSupplier overloaded;
  private final ConnectionCounts counts;
  private final TokenGuard guard;
  private final CertificateVerifier certificates;
  private final MeterRegistry meters;

  /// @param overloaded whether the bus takes nothing more at the moment
  public Admission(
      Health health,
      BusContact contact,
      BooleanSupplier overloaded,
      ConnectionCounts counts,
      TokenGuard guard,
      CertificateVerifier certificates,
      MeterRegistry meters) {
    this.health = health;
    this.contact = contact;
    this.overloaded = overloaded;
    this.counts = counts;
    this.guard = guard;
    this.certificates = certificates;
    this.meters = meters;
  }

  /// What became of somebody who wants to come in.
  public sealed interface Decision {

    /// May come in; the place is released when the connection is gone.
    record Admitted(DeviceCredential credential, ConnectionCounts.Place place)
        implements Decision {}

    /// May not, and is told this.
    record Refused(Problem problem) implements Decision {}
  }

  /// Decides.
  ///
  /// @param address where the device comes from
  /// @param presented what it shows, if anything
  public Decision decide(String address, Presented presented) {
    return closedDoor().orElseGet(() -> place(address, presented));
  }

  /// Refuses for a reason that only the door itself can see, and counts it.
  public Problem refuse(String reason, Problem problem) {
    meters.counter("gateway.handshakes.refused", "reason", reason).increment();
    return problem;
  }

  private Optional<Decision> closedDoor() {
    if (health.state() == Health.State.DRAINING) {
      return Optional.of(
          later("draining", ProblemType.DRAINING, "This gateway is going away; try another one."));
    }
    if (health.state() == Health.State.STARTING) {
      return Optional.of(later("starting", ProblemType.STARTING, "This gateway is not ready yet."));
    }
    if (contact.isLost()) {
      return Optional.of(
          later("bus-away", ProblemType.UNAVAILABLE, "The bus cannot be reached at the moment."));
    }
    if (overloaded.getAsBoolean()) {
      return Optional.of(
          later("bus-full", ProblemType.UNAVAILABLE, "The bus takes no more at the moment."));
    }
    return Optional.empty();
  }

  private Decision place(String address, Presented presented) {
    return switch (counts.take(address)) {
      case ConnectionCounts.Answer.GatewayFull _ ->
          later("gateway-full", ProblemType.UNAVAILABLE, "This gateway holds all it can.");
      case ConnectionCounts.Answer.AddressFull _ ->
          later(
              "address-full",
              ProblemType.TOO_MANY_REQUESTS,
              "There are too many connections from this address.");
      case ConnectionCounts.Answer.Taken taken -> verified(address, presented, taken.place());
    };
  }

  private Decision verified(String address, Presented presented, ConnectionCounts.Place place) {
    TokenGuard.Verdict verdict = verdict(address, presented);
    if (verdict instanceof TokenGuard.Verdict.Good good) {
      return new Decision.Admitted(good.credential(), place);
    }
    place.release();
    return turnedAway(verdict);
  }

  /// A certificate whose key was proven costs its owner a handshake of TLS: it is always looked at.
  /// One that is not good is a failure like that of a token.
  private TokenGuard.Verdict verdict(String address, Presented presented) {
    if (presented.token().isPresent()) {
      return guard.check(address, presented.token());
    }
    return certificates
        .verify(presented.certificates().get())
        .<TokenGuard.Verdict>map(TokenGuard.Verdict.Good::new)
        .orElseGet(() -> guard.check(address, Optional.empty()));
  }

  private Decision turnedAway(TokenGuard.Verdict verdict) {
    return switch (verdict) {
      case TokenGuard.Verdict.Good _ -> throw new IllegalStateException("it was let in");
      case TokenGuard.Verdict.Bad _ ->
          refused(
              "unauthorized",
              Problem.of(
                  ProblemType.UNAUTHORIZED, "The request carries no valid token or certificate."));
      case TokenGuard.Verdict.BannedAddress banned ->
          banned("address-banned", "Too many handshakes failed from this address.", banned.left());
      case TokenGuard.Verdict.BannedDevice banned ->
          banned(
              "device-banned", "Too many handshakes failed in this device's name.", banned.left());
      case TokenGuard.Verdict.Unchecked _ ->
          later(
              "unchecked",
              ProblemType.TOO_MANY_REQUESTS,
              "Too many handshakes failed from this address; this one was not looked at.");
    };
  }

  private Decision banned(String reason, String detail, Duration left) {
    return refused(reason, Problem.of(ProblemType.TOO_MANY_REQUESTS, detail).retryAfter(left));
  }

  /// Spread out, so that those who were refused together do not come back together.
  private Decision later(String reason, ProblemType type, String detail) {
    long seconds = ThreadLocalRandom.current().nextLong(RETRY_SECONDS_MIN, RETRY_SECONDS_MAX + 1L);
    return refused(reason, Problem.of(type, detail).retryAfter(Duration.ofSeconds(seconds)));
  }

  private Decision refused(String reason, Problem problem) {
    return new Decision.Refused(refuse(reason, problem));
  }
}
