package dev.fairlead.gateway.session;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.bus.producer.Position;
import dev.fairlead.gateway.admission.ConnectPace;
import dev.fairlead.gateway.admission.CredentialStanding;
import dev.fairlead.gateway.admission.DeviceCredential;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes sessions through their lives, and keeps the bus told of it: `opened` before the device is
/// heard, `closed` after it is gone.
public final class SessionLifecycle {

  private static final Logger log = LoggerFactory.getLogger(SessionLifecycle.class);

  private final SessionSettings settings;
  private final SessionRegistry registry;
  private final BusWriter writer;
  private final Tombstones tombstones;
  private final AccessView access;
  private final CredentialStanding standing;
  private final ConnectPace pace;
  private final DeviceSession.InputFactory inputs;
  private final InstantSource clock;
  private final MeterRegistry meters;
  private final Counter opened;

  private final DeviceSession.Shared shared;
  private final SecureRandom random = new SecureRandom();

  /// Those that are over and whose sockets are not gone yet.
  private final Set<DeviceSession> closing = ConcurrentHashMap.newKeySet();

  /// How often the bus has forgotten this gateway's sessions.
  private final AtomicLong forgotten = new AtomicLong();

  public SessionLifecycle(
      SessionSettings settings,
      SessionRegistry registry,
      BusWriter writer,
      Tombstones tombstones,
      AccessView access,
      CredentialStanding standing,
      ConnectPace pace,
      DeviceSession.InputFactory inputs,
      InstantSource clock,
      MeterRegistry meters) {
    this.settings = settings;
    this.registry = registry;
    this.writer = writer;
    this.tombstones = tombstones;
    this.access = access;
    this.standing = standing;
    this.pace = pace;
    this.inputs = inputs;
    this.clock = clock;
    this.meters = meters;
    this.opened = meters.counter("gateway.sessions.opened");
    this.shared = new DeviceSession.Shared(this::ended, settings.sendQueueBytesMax());
    Gauge.builder("gateway.sessions.active", registry, SessionRegistry::size)
        .description("Sessions that are not over")
        .register(meters);
  }

  /// Begins a session on a connection that is not read yet. To be called on the connection's
  /// context, where frames then go to [DeviceSession#received].
  ///
  /// @param last the session that the device says it had before
  public DeviceSession open(
      DeviceCredential credential,
      DeviceWire wire,
      DeviceSocket socket,
      Optional<LastSession> last) {
    long now = clock.millis();
    var session =
        new DeviceSession(
            random.nextLong(), random.nextInt(), credential, wire, socket, inputs, shared, now);
    registry.add(session).ifPresent(older -> older.execute(() -> older.close(Ending.REPLACED)));
    long forgottenBefore = forgotten.get();
    announce(session)
        .onSuccess(placed -> begin(session, last, forgottenBefore))
        .onFailure(cause -> session.close(Ending.BUS_AWAY));
    return session;
  }

  /// Says on the bus that a session is open, be it for the first time or under a new generation,
  /// and gives it the epoch that comes of it. To be called on the connection's context.
  public Future<Void> announce(DeviceSession session) {
    long generation = access.generation();
    return writer
        .send(
            SessionMessage.opened(
                session.device(), session.id(), generation, place(session), clock.millis()))
        .onSuccess(position -> placed(session, generation, position))
        .mapEmpty();
  }

  /// Says on the bus that a session lives on under the epoch that it has. To be called on the
  /// connection's context.
  public Future<Void> resume(DeviceSession session) {
    return writer
        .send(
            SessionMessage.resumed(
                session.device(), session.id(), session.epoch(), place(session), clock.millis()))
        .mapEmpty();
  }

  /// The bus has forgotten all sessions of this gateway. Those that live are to be resumed; one
  /// whose first record is under way sees to it itself, for that record may have come before. Any
  /// thread.
  public void forgotten() {
    forgotten.incrementAndGet();
  }

  /// Those that are over and whose sockets are not gone yet; a live view.
  Set<DeviceSession> closing() {
    return closing;
  }

  /// The socket of a session is gone. To be called on the connection's context.
  public void socketClosed(DeviceSession session) {
    session.socketClosed();
    closing.remove(session);
  }

  private void placed(DeviceSession session, long generation, Position position) {
    session.placed(new Epoch(generation, position.offset()));
    if (session.isClosed()) {
      // It ended before the bus had it; only now there is something to take back.
      bury(session);
    }
  }

  private void begin(DeviceSession session, Optional<LastSession> last, long forgottenBefore) {
    if (session.isClosed()) {
      return;
    }
    // A revocation that came before this session was in the table has cut nobody.
    if (!standing.isGood(session.credential())) {
      session.close(Ending.ofLostAccess(standing.reasonAgainst(session.credential())));
      return;
    }
    opened.increment();
    pace.connected(session.device());
    session.live(
        session
            .wire()
            .hello(session.id(), settings.address(), clock.instant(), settings.keepalive()),
        clock.millis());
    if (session.epoch().generation() < access.generation()) {
      announce(session).onFailure(cause -> session.close(Ending.BUS_AWAY));
    } else if (forgotten.get() != forgottenBefore) {
      resume(session).onFailure(cause -> session.close(Ending.BUS_AWAY));
    }
    last.ifPresent(before -> closeBefore(session, before));
  }

  private void closeBefore(DeviceSession session, LastSession last) {
    if (last.address().equals(settings.address())) {
      // One that is still here was replaced when this one came.
      return;
    }
    var close = new InboxMessage.Close(session.device(), last.session(), CloseReason.REPLACED);
    writer
        .send(close.toRecord(last.address()))
        // The registry will see to it where this does not arrive.
        .onFailure(cause -> log.atDebug().setCause(cause).log("last session not told"));
  }

  private void ended(DeviceSession session, Ending ending) {
    registry.remove(session);
    closing.add(session);
    if (ending.isOurs() && !session.isOpening()) {
      pace.forgive(session.device());
    }
    meters.counter("gateway.sessions.closed", "reason", ending.reason()).increment();
    log.atDebug()
        .addKeyValue("deviceId", session.device())
        .addKeyValue("sessionId", session::id)
        .addKeyValue("reason", ending.reason())
        .log("session closed");
    bury(session);
  }

  private void bury(DeviceSession session) {
    session
        .place()
        .ifPresent(
            epoch ->
                tombstones.put(
                    SessionMessage.closed(
                        session.device(),
                        session.id(),
                        epoch,
                        session.ending().reason(),
                        clock.millis())));
  }

  private SessionMessage.Place place(DeviceSession session) {
    return new SessionMessage.Place(
        settings.address(),
        session.wire().name(),
        session.remoteAddress(),
        session.credential().presented());
  }
}
