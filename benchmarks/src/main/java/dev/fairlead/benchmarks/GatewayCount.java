package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// What the same devices with the same events cost one gateway, two, four and eight: the CPU
/// time of all gateways that have some of them.
final class GatewayCount {

  private static final int DEVICES = 8_000;
  private static final int EVENTS_PER_SECOND = 8_000;
  private static final List<Integer> GATEWAYS = List.of(1, 2, 4, 8);
  private static final int WARM_UP_SECONDS = 30;
  private static final int LENGTH_SECONDS = 30;

  private final Table table =
      new Table(
          "gateway-count",
          "gateways",
          "devices",
          "events/s",
          "CPU ms/s of all",
          "CPU µs/s per device without events",
          "CPU µs/event",
          "against one gateway",
          "p50 ms",
          "p99 ms");
  private double microsOfOne;

  private GatewayCount() {}

  static Table run(Path directory, Arguments arguments) throws InterruptedException {
    GatewayCount benchmark = new GatewayCount();
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<String> tokens =
          cluster.devices("count-", arguments.size(DEVICES)).stream()
              .map(TestDevice::token)
              .toList();
      List<ServiceJar> gateways = new ArrayList<>(List.of(cluster.gatewayA(), cluster.gatewayB()));
      for (int count : GATEWAYS) {
        while (gateways.size() < count) {
          gateways.add(cluster.startGateway("gateway-" + gateways.size()));
        }
        benchmark.measure(gateways.subList(0, count), tokens);
      }
    }
    return benchmark.table;
  }

  private void measure(List<ServiceJar> gateways, List<String> tokens) throws InterruptedException {
    List<LoadDevices> all = new ArrayList<>();
    try {
      int each = tokens.size() / gateways.size();
      for (int i = 0; i < gateways.size(); i++) {
        all.add(
            LoadDevices.connect(
                Endpoint.gateway(gateways.get(i).httpPort()),
                tokens.subList(i * each, (i + 1) * each)));
      }
      Duration idle = cpuWithin(gateways, all, new Histogram(3));
      all.forEach(devices -> devices.sendAtRate(EVENTS_PER_SECOND / gateways.size()));
      Histogram times = new Histogram(3);
      Duration busy = cpuWithin(gateways, all, times);
      row(gateways.size(), each * gateways.size(), idle, busy, times);
    } finally {
      all.forEach(LoadDevices::close);
    }
  }

  private static Duration cpuWithin(
      List<ServiceJar> gateways, List<LoadDevices> all, Histogram times)
      throws InterruptedException {
    TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    all.forEach(devices -> devices.times().take());
    Duration before = cpu(gateways);
    TimeUnit.SECONDS.sleep(LENGTH_SECONDS);
    Duration used = cpu(gateways).minus(before);
    for (LoadDevices devices : all) {
      times.add(devices.times().take());
      if (devices.times().lostDevices() > 0) {
        throw new IllegalStateException("devices were disconnected");
      }
    }
    return used;
  }

  private static Duration cpu(List<ServiceJar> gateways) {
    return gateways.stream()
        .map(gateway -> new ServerProcess(gateway.pid()).cpuTime())
        .reduce(Duration.ZERO, Duration::plus);
  }

  private void row(int gateways, int devices, Duration idle, Duration busy, Histogram times) {
    double micros = busy.toNanos() / 1e3 / times.getTotalCount();
    if (gateways == 1) {
      microsOfOne = micros;
    }
    table.row(
        Integer.toString(gateways),
        Integer.toString(devices),
        Long.toString(times.getTotalCount() / LENGTH_SECONDS),
        Long.toString(busy.toMillis() / LENGTH_SECONDS),
        Figures.decimal(idle.toNanos() / 1e3 / LENGTH_SECONDS / devices),
        Figures.decimal(micros),
        String.format(Locale.ROOT, "%.2f", micros / microsOfOne),
        Figures.thousandths(times, 50),
        Figures.thousandths(times, 99));
  }
}
