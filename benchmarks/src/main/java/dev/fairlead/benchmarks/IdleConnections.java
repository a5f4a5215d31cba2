package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// What a connected device costs a server while nobody says anything.
final class IdleConnections {

  /// So many that what connecting costs once, such as compiled code, is there before.
  private static final int WARM_UP = 5_000;

  private static final int CONNECTIONS = 15_000;

  /// Longer than a keepalive, so that each device was pinged and has answered, and than a gateway
  /// remembers of a device that it connected twice.
  private static final int SETTLE_SECONDS = 210;

  /// Longer than the kernel remembers connections that ended, and a gateway who connected.
  private static final int FORGET_SECONDS = 110;

  private static final String NONE = "–";

  private final int connections;
  private final Table table =
      new Table(
          "idle-connections",
          "server",
          "connections",
          "heap bytes each",
          "resident bytes each",
          "kernel bytes each",
          "resident and kernel");

  private IdleConnections(int connections) {
    this.connections = connections;
  }

  static Table run(Path directory, Arguments arguments) throws InterruptedException {
    IdleConnections benchmark = new IdleConnections(arguments.size(CONNECTIONS));
    if (arguments.names(Gateways.NAME)) {
      benchmark.gateways(directory);
    }
    List<String> ids =
        IntStream.range(0, benchmark.connections).mapToObj(i -> "idle-" + i).toList();
    for (Peer peer : arguments.peers()) {
      peer.measure(directory, benchmark.table, server -> benchmark.measure(server, ids));
    }
    return benchmark.table;
  }

  private void gateways(Path directory) throws InterruptedException {
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<String> tokens =
          cluster.devices("idle-", connections).stream().map(TestDevice::token).toList();
      measure(Gateways.plain(cluster.gatewayA()), tokens);
      measure(Gateways.withTls(cluster, directory), tokens);
    }
  }

  private void measure(Server server, List<String> credentials) throws InterruptedException {
    LoadDevices.connect(server.endpoint(), credentials.subList(0, Math.min(WARM_UP, connections)))
        .close();
    TimeUnit.SECONDS.sleep(FORGET_SECONDS);
    Use before = Use.of(server);
    try (LoadDevices devices = LoadDevices.connect(server.endpoint(), credentials)) {
      TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
      Use after = Use.of(server);
      if (devices.times().lostDevices() > 0) {
        throw new IllegalStateException(server.name() + " has disconnected devices");
      }
      long resident = (after.resident - before.resident) / connections;
      // Both ends of each connection are on this machine.
      long kernel = (after.kernel - before.kernel) / connections / 2;
      table.row(
          server.name(),
          Integer.toString(connections),
          server.jvm() ? Long.toString((after.heap - before.heap) / connections) : NONE,
          Long.toString(resident),
          Long.toString(kernel),
          Long.toString(resident + kernel));
    }
  }

  private record Use(long heap, long resident, long kernel) {

    static Use of(Server server) throws InterruptedException {
      long heap = server.jvm() ? server.process().liveHeapBytes() : 0;
      return new Use(heap, server.process().residentBytes(), KernelMemory.slabBytes());
    }
  }
}
