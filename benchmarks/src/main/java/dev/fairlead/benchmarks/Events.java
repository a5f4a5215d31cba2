package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/// What an event costs a gateway from the socket to its acknowledgement, and how many it takes: 150
/// bytes of telemetry from 2,000 devices, over a broker, with registry and command service at work
/// on the same machine.
final class Events {

  private static final int DEVICES = 2_000;
  private static final int WARM_UP_SECONDS = 20;
  private static final int LENGTH_SECONDS = 30;
  private static final int[] RATES_PER_SECOND = {1_000, 10_000};
  private static final int IN_FLIGHT_OF_EACH = 4;

  private static final String NONE = "–";

  private Events() {}

  static Table run(Path directory) throws InterruptedException {
    Table table =
        new Table(
            "events",
            "load",
            "events/s",
            "gateway CPU ms/s",
            "gateway CPU µs/event",
            "p50 ms",
            "p99 ms");
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<String> tokens =
          cluster.devices("events-", DEVICES).stream().map(TestDevice::token).toList();
      measure(table, cluster, tokens, "none", devices -> {});
      for (int rate : RATES_PER_SECOND) {
        measure(table, cluster, tokens, rate + "/s", devices -> devices.sendAtRate(rate));
      }
      measure(
          table,
          cluster,
          tokens,
          IN_FLIGHT_OF_EACH + " in flight each",
          devices -> devices.keepInFlight(IN_FLIGHT_OF_EACH));
    }
    return table;
  }

  private static void measure(
      Table table,
      Cluster cluster,
      List<String> tokens,
      String load,
      Consumer<LoadDevices> beginning)
      throws InterruptedException {
    GatewayProcess gateway = new GatewayProcess(cluster.gatewayA());
    try (LoadDevices devices = LoadDevices.connect(cluster.gatewayA().httpPort(), tokens)) {
      beginning.accept(devices);
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      devices.times().take();
      Duration cpuBefore = gateway.cpuTime();
      TimeUnit.SECONDS.sleep(LENGTH_SECONDS);
      Duration cpu = gateway.cpuTime().minus(cpuBefore);
      Histogram times = devices.times().take();
      if (devices.times().lostDevices() > 0) {
        throw new IllegalStateException("devices were disconnected");
      }
      long events = times.getTotalCount();
      boolean any = events > 0;
      table.row(
          load,
          Long.toString(events / LENGTH_SECONDS),
          Long.toString(cpu.toMillis() / LENGTH_SECONDS),
          any ? String.format(Locale.ROOT, "%.1f", cpu.toNanos() / 1_000.0 / events) : NONE,
          any ? millis(times.getValueAtPercentile(50)) : NONE,
          any ? millis(times.getValueAtPercentile(99)) : NONE);
    }
  }

  private static String millis(long micros) {
    return String.format(Locale.ROOT, "%.1f", micros / 1_000.0);
  }
}
