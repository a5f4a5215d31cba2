package dev.fairlead.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.allowance.Allowances;
import dev.fairlead.bus.limit.Limit;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.limit.Limits;
import dev.fairlead.gateway.session.DeviceSession;
import dev.fairlead.gateway.session.FakeSocket;
import dev.fairlead.gateway.session.SessionBench;
import dev.fairlead.gateway.session.SessionInput;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitedInputTest {

  private static final Duration EXCESS_MAX = Duration.ofSeconds(20);
  private static final int RATE = 10;

  private record Timer(long dueNanos, Runnable task) {}

  private long nanos;
  private int taken;
  private final List<Timer> timers = new ArrayList<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final LimitCounters counters = new LimitCounters(meters);
  private final TenantGates gates =
      new TenantGates(
          new Allowances(
              "gw-a",
              new LimitSettings(
                  Limits.defaults()
                      .with(
                          Map.of(
                              Limit.DEVICE_MESSAGES,
                              (long) RATE,
                              Limit.DEVICE_BYTES,
                              1_000L,
                              Limit.MESSAGES,
                              2L * RATE)),
                  Duration.ofSeconds(10)),
              new AccessView(InstantSource.system()),
              () -> nanos),
          counters,
          () -> nanos);
  private final SessionBench bench =
      new SessionBench(
          new LimitedInputs(
              session -> new Counting(),
              gates,
              counters,
              EXCESS_MAX,
              (millis, task) ->
                  timers.add(new Timer(nanos + TimeUnit.MILLISECONDS.toNanos(millis), task)),
              () -> nanos,
              InstantSource.system()));
  private final FakeSocket socket = new FakeSocket();
  private final DeviceSession device = bench.live("lamp", socket);

  private final class Counting implements SessionInput {
    @Override
    public void accept(byte[] frame) {
      taken++;
    }

    @Override
    public void end() {
      // Nothing to end.
    }
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
    gates.settle();
    List<Timer> due = timers.stream().filter(timer -> timer.dueNanos() <= nanos).toList();
    timers.removeAll(due);
    due.forEach(timer -> timer.task().run());
    socket.runTasks();
  }

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      device.received(new byte[1], 0);
    }
  }

  private double hits(String limit, String scope) {
    return meters.counter("gateway.limits.hit", "limit", limit, "scope", scope).count();
  }

  @Test
  void readsOnUpToTheRateAndWaitsPastIt() {
    // When
    send(RATE);

    // Then
    assertThat(socket.isReading()).isTrue();

    // When
    send(1);

    // Then
    assertThat(socket.isReading()).isFalse();
    assertThat(taken).isEqualTo(RATE + 1);
    assertThat(hits("messages", "device")).isEqualTo(1);

    // When
    pass(Duration.ofMillis(150));

    // Then
    assertThat(socket.isReading()).isTrue();
  }

  /// Also where the lower bits of the milliseconds begin anew meanwhile.
  @ParameterizedTest
  @ValueSource(longs = {0, 2_147_483_000L, 4_294_967_000L, -3_000})
  void letsThroughAtOnceWhatASilentDeviceMayHave(long connectedMillis) {
    // Given
    nanos = TimeUnit.MILLISECONDS.toNanos(connectedMillis);
    var itsSocket = new FakeSocket();
    DeviceSession silent = bench.live("silent", itsSocket);
    pass(Duration.ofSeconds(4));

    // When
    for (int i = 0; i < 5 * RATE; i++) {
      silent.received(new byte[1], 0);
    }

    // Then
    assertThat(itsSocket.isReading()).isTrue();

    // When
    silent.received(new byte[1], 0);

    // Then
    assertThat(itsSocket.isReading()).isFalse();
  }

  @Test
  void takesWhatTheSocketHadAlreadyReadAndWaitsForItToo() {
    // Given
    send(RATE + 10);

    // When
    pass(Duration.ofMillis(500));

    // Then
    assertThat(taken).isEqualTo(RATE + 10);
    assertThat(socket.isReading()).isFalse();

    // When
    pass(Duration.ofMillis(600));

    // Then
    assertThat(socket.isReading()).isTrue();
    assertThat(hits("messages", "device")).isEqualTo(1);
  }

  @Test
  void countsBytes() {
    // When
    device.received(new byte[1_500], 0);

    // Then
    assertThat(socket.isReading()).isFalse();
    assertThat(hits("bytes", "device")).isEqualTo(1);
  }

  @Test
  void staysHeldWhileTheBusDoesNotTakeWhatItBrought() {
    // Given
    send(RATE + 1);
    device.hold(DeviceSession.Hold.BUS);

    // When
    pass(Duration.ofMillis(200));

    // Then
    assertThat(socket.isReading()).isFalse();

    // When
    device.release(DeviceSession.Hold.BUS, 0);

    // Then
    assertThat(socket.isReading()).isTrue();
  }

  @Test
  void closesDeviceThatGoesOnBeingTooFast() {
    // When
    for (int tenths = 0; tenths <= 200; tenths++) {
      if (socket.isReading()) {
        send(RATE);
      }
      pass(Duration.ofMillis(100));
    }
    boolean openAtTheBound = socket.closeCode().isEmpty();
    for (int tenths = 0; tenths < 30 && socket.closeCode().isEmpty(); tenths++) {
      if (socket.isReading()) {
        send(RATE);
      }
      pass(Duration.ofMillis(100));
    }

    // Then
    assertThat(openAtTheBound).isTrue();
    assertThat(socket.closeCode()).contains(4003);
  }

  @Test
  void forgivesExcessAfterARest() {
    // When
    for (int round = 0; round < 10; round++) {
      send(RATE * 6);
      pass(Duration.ofSeconds(9));
      send(1);
    }

    // Then
    assertThat(socket.closeCode()).isEmpty();
  }

  @Test
  void closesDeviceThatWouldHaveToWaitForTooLong() {
    // When
    device.received(new byte[1_000 + 1_000 * 21], 0);

    // Then
    assertThat(socket.closeCode()).contains(4003);
  }

  @Test
  void waitsForItsTenant() {
    // Given
    FakeSocket other = new FakeSocket();
    bench.live("other", other);
    for (int i = 0; i < 4 * RATE; i++) {
      gates.of(device.device().tenant()).count(1);
    }
    gates.settle();

    // When
    send(1);

    // Then
    assertThat(socket.isReading()).isFalse();
    assertThat(hits("messages", "tenant")).isEqualTo(1);

    // When
    pass(Duration.ofMillis(1_200));

    // Then
    assertThat(socket.isReading()).isTrue();
    assertThat(other.isReading()).isTrue();
  }
}
