package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What a connected device costs a gateway while nobody says anything, without TLS.
final class IdleConnections {

  private static final int WARM_UP = 500;
  private static final int CONNECTIONS = 15_000;
  // Longer than a keepalive: each device was pinged and has answered.
  private static final int SETTLE_SECONDS = 40;

  private IdleConnections() {}

  static Table run(Path directory) throws InterruptedException {
    Table table =
        new Table("idle-connections", "connections", "heap bytes each", "resident bytes each");
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<String> tokens =
          cluster.devices("idle-", CONNECTIONS).stream().map(TestDevice::token).toList();
      GatewayProcess gateway = new GatewayProcess(cluster.gatewayA());
      int port = cluster.gatewayA().httpPort();
      LoadDevices.connect(port, tokens.subList(0, WARM_UP)).close();
      TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
      long heapBefore = gateway.liveHeapBytes();
      long residentBefore = gateway.residentBytes();
      try (LoadDevices devices = LoadDevices.connect(port, tokens)) {
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        long heap = gateway.liveHeapBytes() - heapBefore;
        long resident = gateway.residentBytes() - residentBefore;
        if (devices.times().lostDevices() > 0) {
          throw new IllegalStateException("devices were disconnected");
        }
        table.row(
            Integer.toString(CONNECTIONS),
            Long.toString(heap / CONNECTIONS),
            Long.toString(resident / CONNECTIONS));
      }
    }
    return table;
  }
}
