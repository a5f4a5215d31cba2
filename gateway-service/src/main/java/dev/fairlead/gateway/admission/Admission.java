package dev.fairlead.gateway.admission;

import dev.fairlead.bus.identity.DeviceKey;
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

  /// By which part of its wait a device may be told to wait longer.
  private static final int SPREAD = 4;

  private final Health health;
  private final BusContact contact;
  private final BooleanSupplier overloaded;
  private final ConnectionCounts counts;
  private final CredentialGuard guard;
  private final ConnectPace pace;
  private final TenantPlaces tenants;
  private final MeterRegistry meters;

  /// The places that tenants have for connections.
  @FunctionalInterface
  public interface TenantPlaces {
    /// A place for a device.
    ///
    /// @return what gives it back, to be run once; empty where its tenant has none left
    Optional<Runnable> take(DeviceKey device);
  }

  /// @param overloaded whether the bus takes nothing more at the moment
  public Admission(
      Health health,
      BusContact contact,
      BooleanSupplier overloaded,
      ConnectionCounts counts,
      CredentialGuard guard,
      ConnectPace pace,
      TenantPlaces tenants,
      MeterRegistry meters) {
    this.health = health;
    this.contact = contact;
    this.overloaded = overloaded;
    this.counts = counts;
    this.guard = guard;
    this.pace = pace;
    this.tenants = tenants;
    this.meters = meters;
  }

  /// What became of somebody who wants to come in.
  public sealed interface Decision {

    /// May come in; the place is released when the connection is gone.
    record Admitted(DeviceCredential credential, ConnectionCounts.Place place)
        implements Decision {}

    /// May not, and is told this.
    ///
    /// @param last whether nothing more is to be heard on the same connection of HTTP: whatever
    ///     came along with a certificate that was refused would come along with the same one again
    record Refused(Problem problem, boolean last) implements Decision {}
  }

  /// Whether somebody may knock: the place is theirs from now on.
  public sealed interface Entry {

    /// May, and is to be decided on or to give the place back.
    record Entered(ConnectionCounts.Place place) implements Entry {}

    /// May not, and is told this.
    record Shut(Problem problem) implements Entry {}
  }

  /// Looks at what needs no look at who it is.
  ///
  /// @param address where the device comes from
  public Entry enter(String address) {
    Optional<Problem> closed = closed();
    if (closed.isPresent()) {
      return new Entry.Shut(closed.get());
    }
    return switch (counts.take(address)) {
      case ConnectionCounts.Answer.GatewayFull _ ->
          new Entry.Shut(
              shut("gateway-full", ProblemType.UNAVAILABLE, "This gateway holds all it can."));
      case ConnectionCounts.Answer.AddressFull _ ->
          new Entry.Shut(
              shut(
                  "address-full",
                  ProblemType.TOO_MANY_REQUESTS,
                  "There are too many connections from this address."));
      case ConnectionCounts.Answer.Taken taken -> new Entry.Entered(taken.place());
    };
  }

  /// Decides. Whatever becomes of it, the place of somebody who does not come in is free again.
  ///
  /// @param address where the device comes from
  /// @param presented what it shows, if anything
  /// @param place what it got when it [entered][#enter]
  public Decision decide(String address, Presented presented, ConnectionCounts.Place place) {
    boolean isIn = false;
    try {
      Decision decision =
          closed()
              .<Decision>map(problem -> new Decision.Refused(problem, false))
              .orElseGet(() -> verified(address, presented, place));
      isIn = decision instanceof Decision.Admitted;
      return decision;
    } finally {
      if (!isIn) {
        place.release();
      }
    }
  }

  /// Refuses because more want to come in at once than can be looked at, and counts it.
  ///
  /// @param appointment when to come back, from now; told in seconds, and not sooner
  public Problem busy(Duration appointment) {
    return refuse(
        "busy",
        Problem.of(ProblemType.UNAVAILABLE, "More devices connect at once than can be looked at.")
            .retryAfter(wholeSeconds(appointment.toMillis())));
  }

  /// Refuses for a reason that only the door itself can see, and counts it.
  public Problem refuse(String reason, Problem problem) {
    meters.counter("gateway.handshakes.refused", "reason", reason).increment();
    return problem;
  }

  private Optional<Problem> closed() {
    if (health.state() == Health.State.DRAINING) {
      return Optional.of(
          shut("draining", ProblemType.DRAINING, "This gateway is going away; try another one."));
    }
    if (health.state() == Health.State.STARTING) {
      return Optional.of(shut("starting", ProblemType.STARTING, "This gateway is not ready yet."));
    }
    if (contact.isLost()) {
      return Optional.of(
          shut("bus-away", ProblemType.UNAVAILABLE, "The bus cannot be reached at the moment."));
    }
    if (overloaded.getAsBoolean()) {
      return Optional.of(
          shut("bus-full", ProblemType.UNAVAILABLE, "The bus takes no more at the moment."));
    }
    return Optional.empty();
  }

  private Decision verified(String address, Presented presented, ConnectionCounts.Place place) {
    Optional<String> token = presented.token();
    CredentialGuard.Verdict verdict =
        token.isPresent()
            ? guard.ofToken(address, token.get())
            : guard.ofCertificates(address, presented.certificates());
    return verdict instanceof CredentialGuard.Verdict.Good good
        ? ofDevice(good.credential(), place)
        : new Decision.Refused(turnedAway(verdict), token.isEmpty());
  }

  private Problem turnedAway(CredentialGuard.Verdict verdict) {
    return switch (verdict) {
      case CredentialGuard.Verdict.Good _ -> throw new IllegalStateException("it was let in");
      case CredentialGuard.Verdict.Bad _ ->
          refuse(
              "unauthorized",
              Problem.of(
                  ProblemType.UNAUTHORIZED, "The request carries no valid token or certificate."));
      case CredentialGuard.Verdict.BannedAddress banned ->
          banned("address-banned", "Too many handshakes failed from this address.", banned.left());
      case CredentialGuard.Verdict.BannedDevice banned ->
          banned(
              "device-banned", "Too many handshakes failed in this device's name.", banned.left());
      case CredentialGuard.Verdict.Unchecked _ ->
          refuse(
              "unchecked",
              soon(
                  ProblemType.TOO_MANY_REQUESTS,
                  "Too many handshakes failed from this address; this one was not looked at."));
    };
  }

  private Problem banned(String reason, String detail, Duration left) {
    return refuse(reason, Problem.of(ProblemType.TOO_MANY_REQUESTS, detail).retryAfter(left));
  }

  /// Whose credential is good is told to wait; nobody else can use its sessions up.
  private Decision ofDevice(DeviceCredential credential, ConnectionCounts.Place place) {
    Optional<Duration> wait = pace.waitOf(credential.device());
    return wait.isPresent()
        ? new Decision.Refused(
            refuse(
                "flapping",
                Problem.of(
                        ProblemType.TOO_MANY_REQUESTS,
                        "The device connects too often; it is let in again after a while.")
                    .retryAfter(spread(wait.get()))),
            false)
        : ofTenant(credential, place);
  }

  /// Never sooner, so that it is let in when it comes; a whole number of seconds.
  private static Duration spread(Duration wait) {
    long millis = wait.toMillis();
    long spread = ThreadLocalRandom.current().nextLong(millis / SPREAD + 1);
    return wholeSeconds(millis + spread);
  }

  private static Duration wholeSeconds(long millis) {
    return Duration.ofSeconds(Math.ceilDiv(millis, 1_000L));
  }

  private Decision ofTenant(DeviceCredential credential, ConnectionCounts.Place place) {
    Optional<Runnable> taken = tenants.take(credential.device());
    if (taken.isEmpty()) {
      return later(
          "tenant-full",
          ProblemType.TOO_MANY_REQUESTS,
          "The tenant has as many connections as it may.");
    }
    place.withPlace(taken.get());
    return new Decision.Admitted(credential, place);
  }

  private Decision later(String reason, ProblemType type, String detail) {
    return new Decision.Refused(shut(reason, type, detail), false);
  }

  private Problem shut(String reason, ProblemType type, String detail) {
    return refuse(reason, soon(type, detail));
  }

  /// Spread out, so that those who were refused together do not come back together.
  private static Problem soon(ProblemType type, String detail) {
    long seconds = ThreadLocalRandom.current().nextLong(RETRY_SECONDS_MIN, RETRY_SECONDS_MAX + 1L);
    return Problem.of(type, detail).retryAfter(Duration.ofSeconds(seconds));
  }
}
