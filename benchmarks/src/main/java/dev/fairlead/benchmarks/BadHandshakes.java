package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// How long good devices take to connect while others present bad tokens: from the moment a connect
/// is due to the gateway's `hello`. Times with and without the flood alternate in one run, so that
/// whatever else the machine does falls on both.
final class BadHandshakes {

  private static final int FLOOD_PER_SECOND = 5_000;
  private static final int CONNECTS_PER_SECOND = 25;
  private static final Duration WARM_UP = Duration.ofSeconds(30);
  private static final Duration STAGE = Duration.ofSeconds(20);
  private static final Duration BEGINNING = Duration.ofSeconds(3);
  private static final int ROUNDS = 3;
  private static final int DEVICES = 500;
  private static final int PERCENT = 99;

  private final List<TestDevice> devices;
  private final AtomicInteger next = new AtomicInteger();

  private BadHandshakes(List<TestDevice> devices) {
    this.devices = devices;
  }

  static Table run(Path directory) throws InterruptedException {
    Table table =
        new Table(
            "bad-handshakes",
            "limits",
            "flood",
            "bad handshakes/s",
            "connects",
            "failed",
            "p50 ms",
            "p99 ms",
            "p99 to that without",
            "CPU µs a bad handshake");
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      BadHandshakes benchmark = new BadHandshakes(cluster.devices("good-", DEVICES));
      benchmark.measure("as by default", cluster.gatewayA(), table);
      cluster.gatewayA().kill();
      benchmark.measure(
          "none",
          cluster.startGateway(
              "gateway-c",
              Map.of(
                  "FAIRLEAD_HANDSHAKE_FAILURES_PER_ADDRESS", "1000000",
                  "FAIRLEAD_HANDSHAKE_FAILURES_PER_DEVICE", "1000000")),
          table);
    }
    return table;
  }

  /// What one kind of stage came to, over all rounds.
  private static final class Sum {
    private final Histogram times = new ConcurrentHistogram(3);
    private final AtomicInteger failed = new AtomicInteger();
    private double cpuSeconds;
    private double seconds;
    private long bad;

    double p99() {
      return times.getValueAtPercentile(PERCENT) / 1_000.0;
    }
  }

  private void measure(String limits, ServiceJar gateway, Table table) throws InterruptedException {
    Sum warmUp = new Sum();
    stage(gateway, WARM_UP, warmUp, Optional.empty());
    Sum quiet = new Sum();
    Sum flooded = new Sum();
    for (int round = 0; round < ROUNDS; round++) {
      stage(gateway, STAGE, quiet, Optional.empty());
      try (HandshakeFlood flood =
          HandshakeFlood.begin(gateway.httpPort(), devices.getFirst().token(), FLOOD_PER_SECOND)) {
        TimeUnit.NANOSECONDS.sleep(BEGINNING.toNanos());
        stage(gateway, STAGE, flooded, Optional.of(flood));
        if (flood.other() > 0) {
          throw new IllegalStateException("a bad token was not refused");
        }
      }
    }
    double idleCpu = quiet.cpuSeconds / quiet.seconds;
    double each = (flooded.cpuSeconds - idleCpu * flooded.seconds) / flooded.bad;
    row(table, limits, "no", quiet, "1.00", "");
    row(
        table,
        limits,
        "yes",
        flooded,
        decimal("%.2f", flooded.p99() / quiet.p99()),
        decimal("%.0f", each * TimeUnit.SECONDS.toMicros(1)));
  }

  private static void row(
      Table table, String limits, String flood, Sum sum, String ratio, String cpu) {
    table.row(
        limits,
        flood,
        decimal("%.0f", sum.bad / sum.seconds),
        Long.toString(sum.times.getTotalCount()),
        sum.failed.toString(),
        decimal("%.1f", sum.times.getValueAtPercentile(50) / 1_000.0),
        decimal("%.1f", sum.p99()),
        ratio,
        cpu);
  }

  private static String decimal(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }

  private void stage(ServiceJar gateway, Duration length, Sum sum, Optional<HandshakeFlood> flood)
      throws InterruptedException {
    ServerProcess process = new ServerProcess(gateway.pid());
    Duration cpuBefore = process.cpuTime();
    long badBefore = flood.map(HandshakeFlood::refused).orElse(0L);
    long begun = System.nanoTime();
    connect(gateway.httpPort(), length, sum);
    sum.seconds += (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
    sum.bad += flood.map(HandshakeFlood::refused).orElse(0L) - badBefore;
    sum.cpuSeconds +=
        process.cpuTime().minus(cpuBefore).toNanos() / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private void connect(int port, Duration length, Sum sum) throws InterruptedException {
    int count = Math.toIntExact(length.toSeconds() * CONNECTS_PER_SECOND);
    CountDownLatch left = new CountDownLatch(count);
    long begun = System.nanoTime();
    try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
      for (int i = 0; i < count; i++) {
        long dueNanos = TimeUnit.SECONDS.toNanos(1) * i / CONNECTS_PER_SECOND;
        var _ =
            clock.schedule(
                () -> connectOne(port, begun + dueNanos, sum, left),
                dueNanos - (System.nanoTime() - begun),
                TimeUnit.NANOSECONDS);
      }
      left.await();
    }
  }

  private void connectOne(int port, long dueNanos, Sum sum, CountDownLatch left) {
    TestDevice device =
        devices.get(Math.floorMod(next.getAndIncrement(), devices.size())).withoutMemory();
    var _ =
        device
            .connect(port)
            .whenComplete(
                (hello, failure) -> {
                  if (failure != null) {
                    sum.failed.incrementAndGet();
                  }
                  sum.times.recordValue((System.nanoTime() - dueNanos) / 1_000);
                  device.cut();
                  left.countDown();
                });
  }
}
