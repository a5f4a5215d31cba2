package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// What devices with their events cost one gateway, two, four and eight, be they as many for each
/// gateway or as many in all: the CPU time of all gateways that have some of them.
final class GatewayCount {

  private static final int DEVICES = 8_000;
  private static final int EVENTS_PER_SECOND = 8_000;
  private static final List<Integer> GATEWAYS = List.of(1, 2, 4, 8);
  private static final int MOST_GATEWAYS = 8;
  private static final int DEVICES_OF_WARM_UP = 500;
  private static final int WARM_UP_SECONDS = 20;
  private static final int SETTLE_SECONDS = 15;
  private static final int LENGTH_SECONDS = 30;

  private final Table table =
      new Table(
          "gateway-count",
          "load",
          "gateways",
          "devices",
          "events/s",
          "CPU ms/s of all",
          "CPU µs/s per device without events",
          "CPU µs/event",
          "against one gateway",
          "p50 ms",
          "p99 ms");
  private final Map<Load, Double> microsOfOne = new EnumMap<>(Load.class);

  private GatewayCount() {}

  /// How much there is for a number of gateways, as parts of all of it.
  private enum Load {
    /// As many devices and events for each gateway, however many there are.
    EACH("the same for each", "each-"),
    /// As many devices and events in all, over more and more gateways.
    ALL("the same in all", "all-");

    private final String title;
    private final String prefix;

    Load(String title, String prefix) {
      this.title = title;
      this.prefix = prefix;
    }

    int of(int whole, int gateways) {
      return this == ALL ? whole : whole / MOST_GATEWAYS * gateways;
    }
  }

  static Table run(Path directory, Arguments arguments) throws InterruptedException {
    GatewayCount benchmark = new GatewayCount();
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      Map<Load, List<String>> tokens = new EnumMap<>(Load.class);
      for (Load load : Load.values()) {
        tokens.put(load, tokens(cluster, load.prefix, arguments.size(DEVICES)));
      }
      List<String> others = tokens(cluster, "warm-", MOST_GATEWAYS * DEVICES_OF_WARM_UP);
      List<ServiceJar> gateways = new ArrayList<>();
      for (int count : GATEWAYS) {
        while (gateways.size() < count) {
          ServiceJar next = gatewayOf(cluster, gateways.size());
          warmUp(next, others, gateways.size());
          gateways.add(next);
        }
        for (Map.Entry<Load, List<String>> load : tokens.entrySet()) {
          benchmark.measure(load.getKey(), gateways, load.getValue());
        }
      }
    }
    return benchmark.table;
  }

  private static List<String> tokens(Cluster cluster, String prefix, int count) {
    return cluster.devices(prefix, count).stream().map(TestDevice::token).toList();
  }

  private static ServiceJar gatewayOf(Cluster cluster, int index) {
    return switch (index) {
      case 0 -> cluster.gatewayA();
      case 1 -> cluster.gatewayB();
      default -> cluster.startGateway("gateway-" + index);
    };
  }

  /// Has the code of a gateway compiled, with a load that it is not to have afterwards.
  private static void warmUp(ServiceJar gateway, List<String> tokens, int index)
      throws InterruptedException {
    List<String> own = tokens.subList(index * DEVICES_OF_WARM_UP, (index + 1) * DEVICES_OF_WARM_UP);
    try (LoadDevices devices = LoadDevices.connect(Endpoint.gateway(gateway.httpPort()), own)) {
      devices.sendAtRate(EVENTS_PER_SECOND);
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    }
  }

  private void measure(Load load, List<ServiceJar> gateways, List<String> tokens)
      throws InterruptedException {
    List<LoadDevices> all = new ArrayList<>();
    try {
      int each = load.of(tokens.size(), gateways.size()) / gateways.size();
      int events = load.of(EVENTS_PER_SECOND, gateways.size()) / gateways.size();
      for (int i = 0; i < gateways.size(); i++) {
        all.add(
            LoadDevices.connect(
                Endpoint.gateway(gateways.get(i).httpPort()),
                tokens.subList(i * each, (i + 1) * each)));
      }
      Duration idle = cpuWithin(gateways, all, new Histogram(3));
      all.forEach(devices -> devices.sendAtRate(events));
      Histogram times = new Histogram(3);
      Duration busy = cpuWithin(gateways, all, times);
      row(load, gateways.size(), each * gateways.size(), idle, busy, times);
    } finally {
      all.forEach(LoadDevices::close);
    }
  }

  private static Duration cpuWithin(
      List<ServiceJar> gateways, List<LoadDevices> all, Histogram times)
      throws InterruptedException {
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
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

  private void row(
      Load load, int gateways, int devices, Duration idle, Duration busy, Histogram times) {
    double micros = busy.toNanos() / 1e3 / times.getTotalCount();
    double ofOne = microsOfOne.computeIfAbsent(load, first -> micros);
    table.row(
        load.title,
        Integer.toString(gateways),
        Integer.toString(devices),
        Long.toString(times.getTotalCount() / LENGTH_SECONDS),
        Long.toString(busy.toMillis() / LENGTH_SECONDS),
        Figures.decimal(idle.toNanos() / 1e3 / LENGTH_SECONDS / devices),
        Figures.decimal(micros),
        String.format(Locale.ROOT, "%.2f", micros / ofOne),
        Figures.thousandths(times, 50),
        Figures.thousandths(times, 99));
  }
}
