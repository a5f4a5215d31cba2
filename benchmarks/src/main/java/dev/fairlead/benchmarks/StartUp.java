package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.FairleadUp;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// How long things take from their start until they are ready, once built: `./fairlead up` on a new
/// data directory, then on that same directory; a gateway that joins a running cluster, and one
/// that has 100,000 revocations to read first; that one also with what its JVM noted of an earlier
/// run (JEP 514).
final class StartUp {

  private static final int RUNS = 3;
  private static final int REVOCATIONS = 100_000;

  private StartUp() {}

  static Table run(Path directory) throws IOException {
    Table table =
        new Table(
            "start-up",
            "run",
            "up, new directory s",
            "up, same directory s",
            "gateway s",
            "gateway, 100,000 revocations s",
            "the same with an AOT cache s");
    String[] first = new String[RUNS];
    String[] again = new String[RUNS];
    for (int i = 0; i < RUNS; i++) {
      Path data = directory.resolve("start-" + i);
      first[i] = up(data);
      again[i] = up(data);
    }
    Path logs = Files.createDirectory(directory.resolve("cluster"));
    try (Cluster cluster = new Cluster(logs, Tuning.PRODUCTION)) {
      String[] gateway = new String[RUNS];
      for (int i = 0; i < RUNS; i++) {
        gateway[i] = gateway(cluster, "gateway-" + i, Map.of());
      }
      Path cache = directory.resolve("gateway.aot");
      gateway(cluster, "gateway-trained", options("-XX:AOTCacheOutput=" + cache));
      if (!Files.exists(cache)) {
        throw new IllegalStateException("the JVM wrote no AOT cache");
      }
      Revocations.write(cluster.kafka().bootstrapServers(), REVOCATIONS);
      for (int i = 0; i < RUNS; i++) {
        table.row(
            Integer.toString(i + 1),
            first[i],
            again[i],
            gateway[i],
            gateway(cluster, "gateway-late-" + i, Map.of()),
            gateway(cluster, "gateway-cached-" + i, options("-XX:AOTCache=" + cache)));
      }
    }
    return table;
  }

  private static Map<String, String> options(String option) {
    return Map.of("JAVA_TOOL_OPTIONS", option);
  }

  /// Starts a gateway and ends it again: one that stays would take its share of the machine from
  /// the next.
  private static String gateway(Cluster cluster, String name, Map<String, String> environment) {
    long begun = System.nanoTime();
    ServiceJar gateway = cluster.startGateway(name, environment);
    String taken = seconds(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    gateway.close();
    return taken;
  }

  private static String up(Path data) {
    try (FairleadUp up = FairleadUp.start(data, FairleadUp.freePort())) {
      return seconds(up.startMillis());
    }
  }

  private static String seconds(long millis) {
    return Figures.decimal(millis / 1_000.0);
  }
}
