package dev.fairlead.benchmarks;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/// Devices without a gateway, which connect to one of some: first after a random time below one
/// second, and after each refusal after a random time below twice that of before, up to a minute,
/// as the agent does, counted from when the gateway says. One that is disconnected begins anew.
///
/// The gateway is chosen as HAProxy's `random(2)` does: of any two the one with fewer connections,
/// among those that did answer lately.
final class Comeback implements AutoCloseable {

  private static final long FIRST_MILLIS = 1_000;
  private static final long MOST_MILLIS = 60_000;
  private static final long PAUSE_MILLIS = 50;
  private static final long DEAD_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// In a millisecond, so that the thread gets to what servers answer.
  private static final int CONNECTS_AT_ONCE = 16;

  private final LoadDevices devices = new LoadDevices();
  private final List<Endpoint> endpoints;
  private final List<String> credentials;
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicLong refused = new AtomicLong();
  private Histogram awayMillis = new Histogram(3);

  // By credential, and of the devices' thread alone.
  private final List<Optional<LoadDevice>> present;
  private final long[] awaySince;

  // By gateway, and of the devices' thread alone.
  private final int[] connections;
  private final long[] deadUntil;
  private final Queue<Runnable> due = new ArrayDeque<>();
  private int turn;

  private Comeback(List<Endpoint> endpoints, List<String> credentials) {
    this.endpoints = List.copyOf(endpoints);
    this.credentials = List.copyOf(credentials);
    this.present = new ArrayList<>(Collections.nCopies(credentials.size(), Optional.empty()));
    this.awaySince = new long[credentials.size()];
    this.connections = new int[endpoints.size()];
    this.deadUntil = new long[endpoints.size()];
    Arrays.fill(awaySince, System.nanoTime());
    Arrays.fill(deadUntil, System.nanoTime());
  }

  /// Begins.
  static Comeback begin(List<Endpoint> endpoints, List<String> credentials) {
    Comeback comeback = new Comeback(endpoints, credentials);
    for (int i = 0; i < credentials.size(); i++) {
      comeback.later(i, FIRST_MILLIS);
    }
    comeback.devices.everyMilli(comeback::connectThoseDue);
    return comeback;
  }

  private void later(int device, long belowMillis) {
    after(ThreadLocalRandom.current().nextLong(belowMillis), device, belowMillis);
  }

  private void after(long millis, int device, long belowMillis) {
    devices.after(millis, () -> due.add(() -> connect(device, belowMillis)));
  }

  private void connectThoseDue() {
    for (int i = 0; i < CONNECTS_AT_ONCE && !due.isEmpty(); i++) {
      due.remove().run();
    }
  }

  private void connect(int device, long belowMillis) {
    int gateway = choose();
    connections[gateway]++;
    var _ =
        devices
            .open(endpoints.get(gateway), credentials.get(device))
            .whenComplete(
                (ready, failure) -> {
                  if (failure == null) {
                    back(device, gateway, ready);
                  } else {
                    connections[gateway]--;
                    if (failure instanceof ConnectException) {
                      deadUntil[gateway] = System.nanoTime() + DEAD_NANOS;
                    }
                    refused.incrementAndGet();
                    again(device, failure, Math.min(MOST_MILLIS, belowMillis * 2));
                  }
                });
  }

  private int choose() {
    long now = System.nanoTime();
    int[] alive =
        IntStream.range(0, deadUntil.length).filter(i -> deadUntil[i] - now < 0).toArray();
    int[] known = alive.length == 0 ? IntStream.range(0, deadUntil.length).toArray() : alive;
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int one = known[random.nextInt(known.length)];
    int other = known[random.nextInt(known.length)];
    return connections[one] <= connections[other] ? one : other;
  }

  private void back(int device, int gateway, LoadDevice ready) {
    present.set(device, Optional.of(ready));
    record(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - awaySince[device]));
    connected.incrementAndGet();
    var _ = ready.whenGone().thenRun(() -> gone(device, gateway));
  }

  private void gone(int device, int gateway) {
    connections[gateway]--;
    present.set(device, Optional.empty());
    awaySince[device] = System.nanoTime();
    connected.decrementAndGet();
    later(device, FIRST_MILLIS);
  }

  private void again(int device, Throwable failure, long belowMillis) {
    long toldMillis = TimeUnit.SECONDS.toMillis(retryAfterSeconds(failure).orElse(0));
    after(toldMillis + ThreadLocalRandom.current().nextLong(belowMillis), device, belowMillis);
  }

  private static Optional<Integer> retryAfterSeconds(Throwable failure) {
    // There is no response where the handshake took too long.
    return failure instanceof WebSocketClientHandshakeException refusal
        ? Optional.ofNullable(refusal.response())
            .map(response -> response.headers().getInt(HttpHeaderNames.RETRY_AFTER))
        : Optional.empty();
  }

  private synchronized void record(long millis) {
    awayMillis.recordValue(millis);
  }

  /// How long devices were away that have come back since the last call, in milliseconds.
  synchronized Histogram takeAwayMillis() {
    Histogram taken = awayMillis;
    awayMillis = new Histogram(3);
    return taken;
  }

  /// Waits until all are connected.
  ///
  /// @return whether they are
  boolean await(int seconds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (connected() < credentials.size()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
    return true;
  }

  /// Sends events at a rate, from one device after the other; those that are away are passed over.
  void sendAtRate(int eventsPerSecond) {
    devices.sendAtRate(eventsPerSecond, this::next);
  }

  private Optional<LoadDevice> next() {
    for (int i = 0; i < present.size(); i++) {
      turn = (turn + 1) % present.size();
      Optional<LoadDevice> device = present.get(turn);
      if (device.isPresent()) {
        return device;
      }
    }
    return Optional.empty();
  }

  /// How many attempts did not end with a greeting.
  long refused() {
    return refused.get();
  }

  int connected() {
    return connected.get();
  }

  AckTimes times() {
    return devices.times();
  }

  @Override
  public void close() {
    devices.close();
  }
}
