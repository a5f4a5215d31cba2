package dev.fairlead.gateway;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.allowance.Allowances;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.admission.Admission;
import dev.fairlead.gateway.admission.Authorities;
import dev.fairlead.gateway.admission.BusContact;
import dev.fairlead.gateway.admission.CertificateVerifier;
import dev.fairlead.gateway.admission.ConnectPace;
import dev.fairlead.gateway.admission.ConnectionCounts;
import dev.fairlead.gateway.admission.CredentialGuard;
import dev.fairlead.gateway.admission.CredentialStanding;
import dev.fairlead.gateway.admission.TokenVerifier;
import dev.fairlead.gateway.downlink.InboxReader;
import dev.fairlead.gateway.downlink.RevocationCut;
import dev.fairlead.gateway.limit.LimitCounters;
import dev.fairlead.gateway.limit.LimitKeeper;
import dev.fairlead.gateway.limit.LimitedInputs;
import dev.fairlead.gateway.limit.TenantGates;
import dev.fairlead.gateway.membership.Announcer;
import dev.fairlead.gateway.membership.Heartbeat;
import dev.fairlead.gateway.session.Drain;
import dev.fairlead.gateway.session.LivenessSweep;
import dev.fairlead.gateway.session.SessionLifecycle;
import dev.fairlead.gateway.session.SessionRegistry;
import dev.fairlead.gateway.session.SessionSettings;
import dev.fairlead.gateway.session.Tombstones;
import dev.fairlead.gateway.uplink.CertificateRequests;
import dev.fairlead.gateway.uplink.Uplink;
import dev.fairlead.gateway.websocket.ConnectDoor;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.problem.Problems;
import dev.fairlead.runtime.tracing.Tracing;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a gateway is made of once it knows its address: the objects, in order of dependence. Made
/// and swept on the service's context.
final class GatewayCore {

  private static final Logger log = LoggerFactory.getLogger(GatewayCore.class);

  private static final long SWEEPS_PER_KEEPALIVE = 10;
  private static final long SWEEP_MILLIS_MAX = 1_000;

  /// Of how many devices it is remembered when they came, for each that may be here.
  private static final int PACED_PER_CONNECTION = 4;

  private final BusContact contact;
  private final Health.Component busHealth;
  private final Uplink uplink;
  private final Tombstones tombstones;
  private final LivenessSweep liveness;
  private final Duration sweepInterval;
  private final InboxAddress address;
  private final CredentialGuard guard;
  private final ConnectDoor door;
  private final InboxReader inbox;
  private final RevocationCut revocations;
  private final Announcer announcer;
  private final Heartbeat heartbeat;
  private final Drain drain;
  private final LimitKeeper limits;
  private final ConnectPace pace;

  GatewayCore(
      Vertx vertx,
      GatewayConfig config,
      InboxAddress address,
      GatewayProducers producers,
      AccessView access,
      Allowances allowances,
      Authorities authorities,
      Tracing tracing,
      Health health,
      MeterRegistry meters) {
    Clock clock = Clock.systemUTC();
    this.address = address;
    var registry = new SessionRegistry();
    var settings =
        new SessionSettings(
            address, config.keepalive(), config.openedTimeout(), config.sendQueueBytesMax());
    var standing = new CredentialStanding(access, clock);
    this.contact = new BusContact(config.accessContactMax(), config.openedTimeout());
    this.busHealth = health.component("bus-contact");
    this.uplink =
        new Uplink(
            producers.bulk()::send,
            producers.replies()::send,
            new CertificateRequests(address, clock),
            config.heldBytesMax(),
            tracing,
            clock,
            meters);
    producers.bulk().onRoom(uplink::bulkHasRoom);
    producers.replies().onRoom(uplink::repliesHaveRoom);
    this.tombstones =
        new Tombstones(producers.control()::send, 2 * config.connections().all(), meters);
    var limitCounters = new LimitCounters(meters);
    var gates = new TenantGates(allowances, limitCounters, System::nanoTime);
    var inputs =
        new LimitedInputs(
            uplink::inputOf,
            gates,
            limitCounters,
            config.rateExcessMax(),
            (millis, task) -> vertx.setTimer(millis, id -> task.run()),
            System::nanoTime,
            clock);
    this.limits =
        new LimitKeeper(
            vertx, producers.control()::send, address.gateway(), config.limits(), gates);
    this.pace =
        new ConnectPace(
            config.flapping(), PACED_PER_CONNECTION * config.connections().all(), System::nanoTime);
    var lifecycle =
        new SessionLifecycle(
            settings,
            registry,
            producers.control()::send,
            tombstones,
            access,
            standing,
            pace,
            inputs,
            clock,
            meters);
    this.sweepInterval =
        Duration.ofMillis(
            Math.min(SWEEP_MILLIS_MAX, config.keepalive().toMillis() / SWEEPS_PER_KEEPALIVE));
    this.liveness = new LivenessSweep(registry, lifecycle, settings, sweepInterval, clock);
    this.guard =
        new CredentialGuard(
            new TokenVerifier(access, standing),
            new CertificateVerifier(authorities, standing, clock),
            config.handshakes(),
            System::nanoTime,
            meters);
    var admission =
        new Admission(
            health,
            contact,
            uplink::isCongested,
            new ConnectionCounts(config.connections()),
            guard,
            pace,
            device -> gates.connect(device.tenant(), registry.newestOf(device).isPresent()),
            meters);
    this.door =
        new ConnectDoor(
            ProtocolLimits.DEFAULT.withMessageBytesMax(config.messageBytesMax()),
            tracing.isOn(),
            config.proxies(),
            admission,
            lifecycle,
            new Problems(meters),
            meters,
            clock);
    var deadLetters = new DeadLetters(producers.control(), meters);
    this.inbox =
        new InboxReader(
            address.gateway(),
            registry,
            pace,
            access,
            (record, reason) ->
                deadLetters
                    .put(record, "gateway-inbox", reason)
                    .onFailure(
                        cause -> log.atError().setCause(cause).log("dead letter not written")),
            tracing,
            clock,
            meters);
    this.revocations = new RevocationCut(registry, standing);
    this.announcer = new Announcer(vertx, registry, lifecycle, meters);
    this.heartbeat =
        new Heartbeat(
            vertx, producers.control()::send, address, config.beatInterval(), registry::size);
    this.drain = new Drain(vertx, registry, config.drainRate());
  }

  /// Where this gateway gets its mail.
  InboxAddress address() {
    return address;
  }

  /// How often [#sweep] is to be called.
  Duration sweepInterval() {
    return sweepInterval;
  }

  /// Looks after everything that nothing else calls for.
  ///
  /// @param sinceAccess how long ago the broker last answered the reader of `fairlead.access`
  void sweep(Duration sinceAccess) {
    contact.observe(sinceAccess, heartbeat.waiting());
    if (contact.isLost()) {
      busHealth.down("the bus does not answer; newcomers are refused");
    } else {
      busHealth.up();
    }
    liveness.run();
    tombstones.retry();
    pace.sweep();
    uplink.bulkHasRoom();
    uplink.repliesHaveRoom();
  }

  /// Takes a change of `fairlead.access` in.
  void accessChanged(AccessMessage message) {
    guard.changed(message);
    revocations.changed(message);
    if (message.key().startsWith(AccessMessage.LIMITS)) {
      limits.changed();
    }
    if (message instanceof AccessMessage.Generation generation) {
      announcer.reopenOlderThan(generation.number());
    }
  }

  ConnectDoor door() {
    return door;
  }

  InboxReader inbox() {
    return inbox;
  }

  Announcer announcer() {
    return announcer;
  }

  Heartbeat heartbeat() {
    return heartbeat;
  }

  LimitKeeper limits() {
    return limits;
  }

  Drain drain() {
    return drain;
  }

  Tombstones tombstones() {
    return tombstones;
  }
}
