package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// How fast devices connect to one gateway until they are greeted, and what one costs: those that
/// it has never seen, whose tokens have to be verified, and those whose tokens it knows.
final class Connects {

  private static final int DEVICES_OF_A_ROUND = 2_000;
  private static final int WARM_UP_ROUNDS = 3;
  private static final int ROUNDS = 4;

  private final Table table =
      new Table(
          "connects", "devices", "connects", "connects/s", "CPU µs of the gateway for a connect");
  private final Endpoint endpoint;
  private final ServerProcess process;

  private Connects(Endpoint endpoint, ServerProcess process) {
    this.endpoint = endpoint;
    this.process = process;
  }

  static Table run(Path directory) throws InterruptedException {
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<String> tokens =
          cluster.devices("connects-", (WARM_UP_ROUNDS + ROUNDS) * DEVICES_OF_A_ROUND).stream()
              .map(TestDevice::token)
              .toList();
      Connects benchmark =
          new Connects(
              Endpoint.gateway(cluster.gatewayA().httpPort()),
              new ServerProcess(cluster.gatewayA().pid()));
      int warm = WARM_UP_ROUNDS * DEVICES_OF_A_ROUND;
      benchmark.connect(tokens.subList(0, warm));
      List<String> measured = tokens.subList(warm, tokens.size());
      benchmark.row("new to the gateway", benchmark.connect(measured));
      benchmark.row("known to it", benchmark.connect(measured));
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

  private void row(String devices, Cost cost) {
    table.row(
        devices,
        Integer.toString(cost.connects()),
        Figures.whole(cost.connects() / (cost.time().toNanos() / 1e9)),
        Figures.whole(cost.cpu().toNanos() / 1e3 / cost.connects()));
  }
}
