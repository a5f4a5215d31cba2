package dev.fairlead.gateway.session;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.gateway.TestTokens;
import dev.fairlead.gateway.admission.ConnectPace;
import dev.fairlead.gateway.admission.CredentialStanding;
import dev.fairlead.gateway.admission.DeviceCredential;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Sessions without a network: sockets, wire, bus and clock are fakes.
public final class SessionBench {

  /// How often devices are pinged here.
  public static final Duration KEEPALIVE = Duration.ofSeconds(10);

  static final long QUEUE_BYTES_MAX = 10_000;
  private static final Duration OPENED_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(1);
  private static final int TOMBSTONES_MAX = 3;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final FakeBus bus = new FakeBus();
  private final SessionRegistry registry = new SessionRegistry();
  private final AccessView access;
  private final SessionLifecycle lifecycle;
  private final Tombstones tombstones;
  private final LivenessSweep sweep;
  private final ConnectPace pace;
  private long nowMillis = 1_000_000;

  /// With inputs that take no notice of anything.
  public SessionBench() {
    this(session -> new DeafInput());
  }

  /// With those inputs.
  public SessionBench(DeviceSession.InputFactory inputs) {
    InstantSource clock = () -> Instant.ofEpochMilli(nowMillis);
    access = new AccessView(clock);
    access(TestTokens.withKey("key").published());
    pace =
        new ConnectPace(
            FlappingSettings.DEFAULT, 100, () -> TimeUnit.MILLISECONDS.toNanos(nowMillis));
    tombstones = new Tombstones(bus, TOMBSTONES_MAX, meters);
    var settings =
        new SessionSettings(
            new InboxAddress(1, "gw-here"), KEEPALIVE, OPENED_TIMEOUT, QUEUE_BYTES_MAX);
    lifecycle =
        new SessionLifecycle(
            settings,
            registry,
            bus,
            tombstones,
            access,
            new CredentialStanding(access, clock),
            pace,
            inputs,
            clock,
            meters);
    sweep = new LivenessSweep(registry, lifecycle, settings, SWEEP_INTERVAL, clock);
  }

  private static final class DeafInput implements SessionInput {
    @Override
    public void accept(byte[] frame) {
      // Deaf.
    }

    @Override
    public void end() {
      // Nothing to end.
    }
  }

  /// Begins a session of a device.
  public DeviceSession open(String device, FakeSocket socket) {
    return open(
        new DeviceCredential.Token(DeviceKey.of("default", device), 1, "key", Long.MAX_VALUE),
        socket);
  }

  /// Begins a session of a device that came in with this.
  public DeviceSession open(DeviceCredential credential, FakeSocket socket) {
    return lifecycle.open(credential, new FakeWire(), socket, Optional.empty());
  }

  /// Begins a session and lets the bus have it.
  public DeviceSession live(String device, FakeSocket socket) {
    DeviceSession session = open(device, socket);
    bus.acknowledge();
    return session;
  }

  /// Begins a session of a device that came in with this and lets the bus have it.
  public DeviceSession live(DeviceCredential credential, FakeSocket socket) {
    DeviceSession session = open(credential, socket);
    bus.acknowledge();
    return session;
  }

  /// Says something on `fairlead.access`. A tombstone's value is null, which NullAway does not see
  /// of an array from another module.
  @SuppressWarnings("NullAway")
  void access(AccessMessage message) {
    var record = message.toRecord();
    access.accept(
        new ReceivedRecord(
            Topic.ACCESS, 0, 0, nowMillis, record.key(), record.headers(), record.value()));
  }

  /// Lets time go by in steps of the sweep, sweeping.
  void pass(Duration time, FakeSocket... sockets) {
    for (long left = time.toMillis(); left > 0; left -= SWEEP_INTERVAL.toMillis()) {
      nowMillis += Math.min(left, SWEEP_INTERVAL.toMillis());
      sweep.run();
      for (FakeSocket socket : sockets) {
        socket.runTasks();
      }
    }
  }

  /// Sets the clock back.
  void setBack(Duration time) {
    nowMillis -= time.toMillis();
  }

  /// Lets time go by while nothing runs.
  void standStill(Duration time) {
    nowMillis += time.toMillis();
  }

  void sweep() {
    sweep.run();
  }

  public long nowMillis() {
    return nowMillis;
  }

  public FakeBus bus() {
    return bus;
  }

  public SessionRegistry registry() {
    return registry;
  }

  public SimpleMeterRegistry meters() {
    return meters;
  }

  SessionLifecycle lifecycle() {
    return lifecycle;
  }

  Tombstones tombstones() {
    return tombstones;
  }
}
