package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.FairleadUp;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// How long things take from their start until they are ready, once built: `./fairlead up` on a new
/// data directory, then on that same directory; a gateway that joins a running
/// cluster, and one that has 100,000 revocations to read first.
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
            "gateway, 100,000 revocations s");
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
        gateway[i] = gateway(cluster, "gateway-" + i);
      }
      Revocations.write(cluster.kafka().bootstrapServers(), REVOCATIONS);
      for (int i = 0; i < RUNS; i++) {
        table.row(
            Integer.toString(i + 1),
            first[i],
            again[i],
            gateway[i],
            gateway(cluster, "gateway-late-" + i));
      }
    }
    return table;
  }

  private static String gateway(Cluster cluster, String name) {
    long begun = System.nanoTime();
    cluster.startGateway(name);
    return seconds(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
  }

  private static String up(Path data) {
    try (FairleadUp up = FairleadUp.start(data, FairleadUp.freePort())) {
      return seconds(up.startMillis());
    }
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f", millis / 1_000.0);
  }
}
