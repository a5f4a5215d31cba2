package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// A gateway is killed (SIGKILL): how soon its devices are with the other one, and what those
/// notice that were there already.
final class ReconnectStorm {

  // All of them and the others fit into the file descriptors of one process.
  private static final int DEVICES = 19_000;
  private static final int OTHERS = 500;
  private static final int OTHERS_EVENTS_PER_SECOND = 500;
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
                seconds(away, 50),
                seconds(away, 99),
                all ? seconds(away, 100) : "more than " + PATIENCE_SECONDS,
                Long.toString(comeback.refused()),
                millis(before, 50),
                millis(before, 99),
                millis(storm, 50),
                millis(storm, 99),
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

  private static String seconds(Histogram millis, int percent) {
    return String.format(Locale.ROOT, "%.1f", millis.getValueAtPercentile(percent) / 1_000.0);
  }

  private static String millis(Histogram times, int percent) {
    return String.format(Locale.ROOT, "%.1f", times.getValueAtPercentile(percent) / 1_000.0);
  }
}
