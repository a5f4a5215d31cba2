package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// The same gateway with other options of its JVM: what it holds and needs with devices that are
/// silent and then all speak. Each begins anew; the first of all has no row, since the machine and
/// the broker are cold.
final class GatewayJvm {

  private static final int DEVICES = 4_000;
  private static final int EVENTS_PER_SECOND = 10_000;
  private static final int SETTLE_SECONDS = 20;
  // Longer than a collector waits until it collects for silence alone.
  private static final int SILENT_SECONDS = 75;
  private static final int LENGTH_SECONDS = 30;
  private static final String USUAL = "-XX:+UseSerialGC";

  /// A JVM that is told of two collectors does not start.
  private static final String NOT_USUAL = "-XX:-UseSerialGC ";

  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseG1GC",
          "-XX:+UseG1GC -XX:MinHeapFreeRatio=40 -XX:MaxHeapFreeRatio=70 -XX:G1PeriodicGCInterval=0",
          USUAL,
          "-XX:+UseParallelGC",
          "-XX:+UseShenandoahGC",
          "-XX:+UseZGC");

  private final Table table =
      new Table(
          "gateway-jvm",
          "options",
          "resident MB without devices",
          "with " + DEVICES + " silent",
          "under load",
          "events/s",
          "CPU µs/event",
          "p50 ms",
          "p99 ms",
          "at most ms");
  private final Cluster cluster;
  private final List<String> tokens;

  private GatewayJvm(Cluster cluster, List<String> tokens) {
    this.cluster = cluster;
    this.tokens = tokens;
  }

  static Table run(Path directory) throws InterruptedException {
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<String> tokens =
          cluster.devices("jvm-", DEVICES).stream().map(TestDevice::token).toList();
      new GatewayJvm(cluster, tokens).measure(USUAL, "warming-up");
      GatewayJvm benchmark = new GatewayJvm(cluster, tokens);
      for (int i = 0; i < OPTIONS.size(); i++) {
        benchmark.measure(OPTIONS.get(i), "gateway-jvm-" + i);
      }
      return benchmark.table;
    }
  }

  private void measure(String options, String name) throws InterruptedException {
    // What stands there comes after the command line.
    String own = options.equals(USUAL) ? options : NOT_USUAL + options;
    try (ServiceJar gateway = cluster.startGateway(name, Map.of("_JAVA_OPTIONS", own))) {
      ServerProcess process = new ServerProcess(gateway.pid());
      TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
      long without = process.residentBytes();
      try (LoadDevices devices =
          LoadDevices.connect(Endpoint.gateway(gateway.httpPort()), tokens)) {
        TimeUnit.SECONDS.sleep(SILENT_SECONDS);
        long silent = process.residentBytes();
        devices.sendAtRate(EVENTS_PER_SECOND);
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        devices.times().take();
        Duration before = process.cpuTime();
        TimeUnit.SECONDS.sleep(LENGTH_SECONDS);
        Duration used = process.cpuTime().minus(before);
        Histogram times = devices.times().take();
        if (devices.times().lostDevices() > 0) {
          throw new IllegalStateException("devices were disconnected");
        }
        table.row(
            options,
            Figures.mebi(without),
            Figures.mebi(silent),
            Figures.mebi(process.residentBytes()),
            Long.toString(times.getTotalCount() / LENGTH_SECONDS),
            Figures.decimal(used.toNanos() / 1e3 / times.getTotalCount()),
            Figures.thousandths(times, 50),
            Figures.thousandths(times, 99),
            Figures.decimal(times.getMaxValue() / 1e3));
      }
    }
  }
}
