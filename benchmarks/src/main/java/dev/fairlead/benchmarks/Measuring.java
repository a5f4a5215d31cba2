package dev.fairlead.benchmarks;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/// Devices that measure in turn, written to the bus as a gateway would: so many records a second,
/// or as many as the bus takes.
final class Measuring implements AutoCloseable {

  private static final long BUDGET_BYTES = 64L << 20;
  private static final int ROUNDS_PER_SECOND = 20;
  private static final int AT_ONCE_MAX = 2_000;

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus;
  private final BusProducer producer;
  private final String stem;
  private final int perSecond;
  private final long[] lastSent;
  private final long begunMillis = System.currentTimeMillis();
  private final Thread thread;
  private volatile long sent;
  private volatile boolean ended;

  private Measuring(String bootstrapServers, String stem, int devices, int perSecond) {
    this.bus =
        new Bus(
            vertx,
            BusSettings.from(
                Settings.of(Map.of("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", bootstrapServers))),
            new SimpleMeterRegistry(),
            new Health());
    this.producer =
        bus.producer(ProducerProfile.BULK, BUDGET_BYTES, Set.of(Topic.TELEMETRY)).await();
    this.stem = stem;
    this.perSecond = perSecond;
    this.lastSent = new long[devices];
    this.thread = new Thread(this::send, "measuring");
  }

  /// Begins.
  ///
  /// @param stem how the ids of the devices begin
  /// @param perSecond records of all of them together
  static Measuring begin(String bootstrapServers, String stem, int devices, int perSecond) {
    Measuring measuring = new Measuring(bootstrapServers, stem, devices, perSecond);
    measuring.thread.start();
    return measuring;
  }

  private void send() {
    long begun = System.nanoTime();
    long number = 0;
    while (!ended) {
      long due = (long) ((System.nanoTime() - begun) / 1e9 * perSecond);
      List<Future<?>> batch = new ArrayList<>();
      for (; number < due && batch.size() < AT_ONCE_MAX; number++) {
        batch.add(producer.send(record((int) (number % lastSent.length), number).toRecord()));
      }
      Future.all(batch).await();
      sent = number;
      if (number >= due) {
        LockSupport.parkNanos(1_000_000_000L / ROUNDS_PER_SECOND);
      }
    }
  }

  private DeviceMessage record(int device, long number) {
    long now = System.currentTimeMillis();
    lastSent[device] = now;
    return new DeviceMessage(
        DeviceMessage.Type.TELEMETRY,
        DeviceKey.of("default", stem + device),
        new SessionId("s"),
        new Epoch(1, 1),
        now,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Headers.JSON,
        "{\"temperature\":%d.5,\"pressure\":%d,\"on\":true}"
            .formatted(number % 100, number)
            .getBytes(StandardCharsets.UTF_8));
  }

  long sent() {
    return sent;
  }

  /// Sends nothing more.
  void end() throws InterruptedException {
    ended = true;
    thread.join();
  }

  /// How far rows are behind, in order, of the devices that have measured.
  ///
  /// @param asOfMillis by the number of the device; zero where there is nothing yet
  double[] agesSeconds(long[] asOfMillis) {
    double[] ages = new double[lastSent.length];
    int known = 0;
    for (int i = 0; i < lastSent.length; i++) {
      if (lastSent[i] > 0) {
        long from = asOfMillis[i] > 0 ? asOfMillis[i] : begunMillis;
        ages[known++] = Math.max(0, lastSent[i] - from) / 1_000.0;
      }
    }
    double[] sorted = Arrays.copyOf(ages, known);
    Arrays.sort(sorted);
    return sorted;
  }

  @Override
  public void close() {
    ended = true;
    producer.close().await();
    bus.close().await();
    vertx.close().await();
  }
}
