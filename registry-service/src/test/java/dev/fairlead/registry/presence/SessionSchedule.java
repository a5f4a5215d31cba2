package dev.fairlead.registry.presence;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.SessionMessage.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Devices that come and go over two gateways that freeze, die and wake, with a registry that is
/// told late and in parts, all by a seed. Says what is so in truth, which presence has to arrive
/// at.
final class SessionSchedule {

  private static final int GATEWAYS = 2;
  private static final String WIRE = "fairlead.v1.json";
  private static final String HERE = "192.0.2.1";

  /// Where the records go.
  interface Log {
    /// A session begins; answers the epoch that it has by that.
    Epoch opened(DeviceKey device, SessionId session, Place place, long millis);

    void resumed(DeviceKey device, SessionId session, Epoch epoch, Place place, long millis);

    void closed(DeviceKey device, SessionId session, Epoch epoch, String reason, long millis);
  }

  /// What the registry has made of them so far.
  interface View {
    Optional<LiveSession> live(DeviceKey device);

    /// Reads on, by so many records if it can choose.
    void readOn(int records);

    /// Reads all that there is.
    void readAll();

    /// Goes back by so many records, if it can.
    void goBack(int records);

    /// What it wants closed, once.
    List<Presence.Closing> takeMail();
  }

  private enum State {
    RUNNING,
    FROZEN,
    DEAD
  }

  /// A session as its gateway holds it.
  private record Held(DeviceKey device, SessionId session, Epoch epoch, Place place) {}

  private static final class Gateway {
    private final String name;
    private final Map<SessionId, Held> sessions = new LinkedHashMap<>();
    private final Deque<SessionId> mail = new ArrayDeque<>();
    private State state = State.RUNNING;
    private boolean toldLost;

    private Gateway(String name) {
      this.name = name;
    }
  }

  private final String stem;
  private final Random random;
  private final Log log;
  private final View view;
  private final List<DeviceKey> devices;
  private final List<Gateway> gateways = new ArrayList<>();
  private final List<Gateway> graves = new ArrayList<>();
  private final Map<DeviceKey, Held> sockets = new LinkedHashMap<>();

  /// What the registry's outbox has not published yet.
  private final Deque<Runnable> outbox = new ArrayDeque<>();

  private long millis = 1_000_000;
  private int names;
  private int sessions;

  SessionSchedule(long seed, List<DeviceKey> devices, Log log, View view) {
    // Mail of one schedule is none of another.
    this.stem = Long.toString(seed, Character.MAX_RADIX);
    this.random = new Random(seed);
    this.devices = devices;
    this.log = log;
    this.view = view;
    for (int i = 0; i < GATEWAYS; i++) {
      gateways.add(fresh());
    }
  }

  /// The session over which a device is connected in truth.
  Optional<SessionId> truth(DeviceKey device) {
    return Optional.ofNullable(sockets.get(device)).map(Held::session);
  }

  private Gateway fresh() {
    return new Gateway(stem + "-g" + names++);
  }

  private long now() {
    millis += 1 + random.nextInt(1_000);
    return millis;
  }

  private boolean sometimes(int of) {
    return random.nextInt(of) == 0;
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /// One thing happens.
  void step() {
    Gateway gateway = any(gateways);
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> connect(any(devices), gateway);
      case 3 -> drop(any(devices));
      case 4, 5 -> tick(gateway, false);
      case 6 -> freeze(gateway);
      case 7 -> thaw(gateway);
      case 8 -> kill(gateway);
      case 9 -> declareLost(gateway);
      case 10 -> publish();
      case 11 -> readOn();
      case 12 -> view.goBack(random.nextInt(12));
      default -> {
        if (!graves.isEmpty()) {
          declareLost(any(graves));
        }
      }
    }
    deliverMail();
  }

  /// Whatever froze wakes, whatever was to be said is said and read, and nothing new happens.
  void finish() {
    for (int round = 0; round < 6; round++) {
      gateways.forEach(this::thaw);
      while (!outbox.isEmpty()) {
        publish();
      }
      view.readAll();
      deliverMail();
      gateways.forEach(gateway -> tick(gateway, true));
      graves.forEach(this::declareLost);
    }
    view.readAll();
  }

  private void connect(DeviceKey device, Gateway gateway) {
    if (gateway.state != State.RUNNING) {
      return;
    }
    Optional<Held> before = Optional.ofNullable(sockets.remove(device));
    Optional<Held> here = before.filter(held -> gateway.sessions.containsKey(held.session()));
    boolean closedFirst = sometimes(2);
    if (closedFirst) {
      here.ifPresent(held -> close(gateway, held, CloseReason.REPLACED));
    }
    SessionId session = new SessionId(stem + "-s" + sessions++);
    Place place = new Place(new InboxAddress(0, gateway.name), WIRE, HERE);
    Epoch epoch = log.opened(device, session, place, now());
    Held held = new Held(device, session, epoch, place);
    gateway.sessions.put(session, held);
    sockets.put(device, held);
    if (!closedFirst) {
      here.ifPresent(older -> close(gateway, older, CloseReason.REPLACED));
    }
    if (here.isEmpty() && sometimes(2)) {
      // The device says which session it had.
      before.ifPresent(older -> mail(older.place().address().gateway(), older.session()));
    }
  }

  private void close(Gateway gateway, Held held, String reason) {
    gateway.sessions.remove(held.session());
    if (held.equals(sockets.get(held.device()))) {
      if (reason.equals(CloseReason.REPLACED)) {
        throw new AssertionError("the newest session was closed for a newer: " + held);
      }
      sockets.remove(held.device());
    }
    log.closed(held.device(), held.session(), held.epoch(), reason, now());
  }

  /// The device hangs up; a gateway that does not run sees that when it wakes.
  private void drop(DeviceKey device) {
    Held held = sockets.remove(device);
    if (held != null) {
      gateways.stream()
          .filter(gateway -> gateway.state == State.RUNNING)
          .filter(gateway -> gateway.sessions.containsKey(held.session()))
          .forEach(gateway -> close(gateway, held, CloseReason.CLOSED));
    }
  }

  /// A gateway looks after its sessions, and reads its mail.
  private void tick(Gateway gateway, boolean thoroughly) {
    if (gateway.state != State.RUNNING) {
      return;
    }
    if (gateway.toldLost) {
      gateway.toldLost = false;
      gateway
          .sessions
          .values()
          .forEach(
              held ->
                  log.resumed(held.device(), held.session(), held.epoch(), held.place(), now()));
    }
    while (!gateway.mail.isEmpty()) {
      Held held = gateway.sessions.get(gateway.mail.poll());
      if (held != null) {
        close(gateway, held, CloseReason.REPLACED);
      }
    }
    for (Held held : List.copyOf(gateway.sessions.values())) {
      if (!held.equals(sockets.get(held.device())) && (thoroughly || sometimes(2))) {
        close(gateway, held, CloseReason.TIMED_OUT);
      }
    }
  }

  private void freeze(Gateway gateway) {
    if (gateway.state == State.RUNNING) {
      gateway.state = State.FROZEN;
    }
  }

  private void thaw(Gateway gateway) {
    if (gateway.state == State.FROZEN) {
      gateway.state = State.RUNNING;
      tick(gateway, false);
    }
  }

  private void kill(Gateway gateway) {
    gateway.state = State.DEAD;
    gateway.sessions.values().forEach(held -> sockets.remove(held.device(), held));
    graves.add(gateway);
    gateways.set(gateways.indexOf(gateway), fresh());
  }

  /// By what the registry knows; what it says of it takes its time, and may be said twice.
  private void declareLost(Gateway gateway) {
    for (DeviceKey device : devices) {
      view.live(device)
          .filter(live -> live.place().address().gateway().equals(gateway.name))
          .ifPresent(
              live -> {
                long at = now();
                Runnable tombstone =
                    () -> log.closed(device, live.id(), live.epoch(), CloseReason.GATEWAY_LOST, at);
                outbox.add(tombstone);
                if (sometimes(8)) {
                  outbox.add(tombstone);
                }
              });
    }
    // Behind the last of them: a gateway that lives answers it.
    outbox.add(() -> gateway.toldLost = true);
  }

  private void publish() {
    if (!outbox.isEmpty()) {
      outbox.poll().run();
    }
  }

  private void readOn() {
    view.readOn(1 + random.nextInt(6));
  }

  private void deliverMail() {
    view.takeMail()
        .forEach(
            closing -> mail(closing.session().place().address().gateway(), closing.session().id()));
  }

  private void mail(String name, SessionId session) {
    gateways.stream()
        .filter(gateway -> gateway.name.equals(name))
        .forEach(gateway -> gateway.mail.add(session));
  }
}
