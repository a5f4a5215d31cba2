package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// A gateway is killed (SIGKILL): how soon its devices are with the other one, and what those
/// notice that were there already.
final class ReconnectStorm {

  // All of them and the others fit into the file descriptors of one process.
  private static final int DEVICES = 19_000;
  private static final int OTHERS = 500;
  private static final int OTHERS_EVENTS_PER_SECOND = 100;
  private static final int WARM_UP_PART = 4;
  private static final int QUIET_SECONDS = 30;
  private static final int PATIENCE_SECONDS = 120;

  private ReconnectStorm() {}

  static Table run(Path directory, Arguments arguments) throws InterruptedException {
    int count = arguments.size(DEVICES);
    Table table =
        new Table(
            "reconnect-storm",
            "devices",
            "back",
            "half back after s",
            "99 % after s",
            "all after s",
            "attempts refused",
            "others' p50 ms before",
            "p99 before",
            "p50 in the storm",
            "p99 in the storm",
            "others disconnected");
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<String> tokens = tokens(cluster, "storm-", count);
      List<String> otherTokens = tokens(cluster, "other-", OTHERS);
      Endpoint dying = Endpoint.gateway(cluster.gatewayA().httpPort());
      Endpoint staying = Endpoint.gateway(cluster.gatewayB().httpPort());
      // A gateway that has had many before: its code is compiled.
      LoadDevices.connect(staying, tokens.subList(0, count / WARM_UP_PART)).close();
      try (LoadDevices others = LoadDevices.connect(staying, otherTokens)) {
        others.sendAtRate(OTHERS_EVENTS_PER_SECOND);
        try (LoadDevices devices = LoadDevices.connect(dying, tokens)) {
          TimeUnit.SECONDS.sleep(QUIET_SECONDS);
          if (devices.times().lostDevices() > 0) {
            throw new IllegalStateException("devices were disconnected before the storm");
          }
          others.times().take();
          TimeUnit.SECONDS.sleep(QUIET_SECONDS);
          Histogram before = others.times().take();
          cluster.gatewayA().kill();
          try (Comeback comeback = Comeback.begin(List.of(staying), tokens)) {
            boolean all = comeback.await(PATIENCE_SECONDS);
            Histogram away = comeback.takeAwayMillis();
            Histogram storm = others.times().take();
            table.row(
                Integer.toString(count),
                Integer.toString(comeback.connected()),
                Figures.thousandths(away, 50),
                Figures.thousandths(away, 99),
                all ? Figures.thousandths(away, 100) : "more than " + PATIENCE_SECONDS,
                Long.toString(comeback.refused()),
                Figures.thousandths(before, 50),
                Figures.thousandths(before, 99),
                Figures.thousandths(storm, 50),
                Figures.thousandths(storm, 99),
                Integer.toString(others.times().lostDevices()));
          }
        }
      }
    }
    return table;
  }

  private static List<String> tokens(Cluster cluster, String stem, int count) {
    return cluster.devices(stem, count).stream().map(TestDevice::token).toList();
  }
}
