package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.FairleadUp;
import java.nio.file.Path;
import java.util.Locale;

/// How long `./fairlead up` takes until it is ready, once built: on a new data directory, then on
/// that same directory.
final class StartUp {

  private static final int RUNS = 3;

  private StartUp() {}

  static Table run(Path directory) {
    Table table = new Table("start-up", "run", "new directory s", "same directory s");
    for (int i = 1; i <= RUNS; i++) {
      Path data = directory.resolve("start-" + i);
      table.row(Integer.toString(i), seconds(data), seconds(data));
    }
    return table;
  }

  private static String seconds(Path data) {
    try (FairleadUp up = FairleadUp.start(data, FairleadUp.freePort())) {
      return String.format(Locale.ROOT, "%.1f", up.startMillis() / 1_000.0);
    }
  }
}
