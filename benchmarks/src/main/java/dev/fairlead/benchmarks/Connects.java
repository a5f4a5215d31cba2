package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// How fast devices connect to one gateway until they are greeted, and what one costs.
final class Connects {

  private static final int DEVICES_OF_A_ROUND = 2_000;
  private static final int WARM_UP_ROUNDS = 3;
  private static final int ROUNDS = 4;
  private static final long PAUSE_MILLIS = 100;

  private final Table table =
      new Table("connects", "devices", "connects/s", "CPU µs of the gateway for a connect");
  private final ServiceJar gateway;
  private final Endpoint endpoint;
  private final ServerProcess process;

  private Connects(ServiceJar gateway) {
    this.gateway = gateway;
    this.endpoint = Endpoint.gateway(gateway.httpPort());
    this.process = new ServerProcess(gateway.pid());
  }

  static Table run(Path directory) throws InterruptedException {
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<String> tokens =
          cluster.devices("connects-", (WARM_UP_ROUNDS + ROUNDS) * DEVICES_OF_A_ROUND).stream()
              .map(TestDevice::token)
              .toList();
      Connects benchmark = new Connects(cluster.gatewayA());
      int warm = WARM_UP_ROUNDS * DEVICES_OF_A_ROUND;
      benchmark.connect(tokens.subList(0, warm));
      benchmark.row(benchmark.connect(tokens.subList(warm, tokens.size())));
      return benchmark.table;
    }
  }

  /// What some connects took.
  private record Cost(int connects, Duration time, Duration cpu) {
    Cost plus(Cost other) {
      return new Cost(connects + other.connects, time.plus(other.time), cpu.plus(other.cpu));
    }
  }

  /// One round after the other, each of which is gone before the next comes.
  private Cost connect(List<String> tokens) throws InterruptedException {
    Cost all = new Cost(0, Duration.ZERO, Duration.ZERO);
    for (int i = 0; i < tokens.size(); i += DEVICES_OF_A_ROUND) {
      while (Meters.sum(gateway, "gateway_sessions_active", "") > 0) {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
      Duration cpu = process.cpuTime();
      long begun = System.nanoTime();
      try (LoadDevices devices =
          LoadDevices.connect(endpoint, tokens.subList(i, i + DEVICES_OF_A_ROUND))) {
        Duration time = Duration.ofNanos(System.nanoTime() - begun);
        all = all.plus(new Cost(DEVICES_OF_A_ROUND, time, process.cpuTime().minus(cpu)));
        if (devices.times().lostDevices() > 0) {
          throw new IllegalStateException("devices were disconnected");
        }
      }
    }
    return all;
  }

  private void row(Cost cost) {
    table.row(
        Integer.toString(cost.connects()),
        Figures.whole(cost.connects() / (cost.time().toNanos() / 1e9)),
        Figures.whole(cost.cpu().toNanos() / 1e3 / cost.connects()));
  }
}
