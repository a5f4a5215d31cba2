package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Runs one benchmark and prints its table.
public final class BenchmarksMain {

  private static final int USAGE = 2;

  private BenchmarksMain() {}

  /// Runs the benchmark that is named.
  ///
  /// @param arguments the name: `round-trip`, `events`, `idle-connections`, `start-up`,
  ///     `bad-handshakes`, `session-changes`, `row-budget`, `million-devices`, `commands` or
  ///     `tracing`
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String name = arguments.length == 1 ? arguments[0] : "";
    Path directory = Files.createTempDirectory("fairlead-benchmark");
    Table table;
    switch (name) {
      case "round-trip" -> table = RoundTrip.run(directory);
      case "events" -> table = Events.run(directory);
      case "idle-connections" -> table = IdleConnections.run(directory);
      case "start-up" -> table = StartUp.run(directory);
      case "bad-handshakes" -> table = BadHandshakes.run(directory);
      case "session-changes" -> table = SessionChanges.run(directory);
      case "row-budget" -> table = RowBudget.run(directory);
      case "million-devices" -> table = MillionDevices.run(directory, results());
      case "commands" -> table = Commands.run(directory);
      case "tracing" -> table = TracingCost.run(directory);
      default -> {
        System.err.println(
            "usage: benchmarks.jar"
                + " round-trip | events | idle-connections | start-up | bad-handshakes"
                + " | session-changes | row-budget | million-devices | commands | tracing");
        System.exit(USAGE);
        return;
      }
    }
    table.keepIn(results());
    System.out.print(table.markdown());
    // The clients of the harness keep threads that are of no use any more.
    System.exit(0);
  }

  private static Path results() {
    return Checkout.root().resolve("benchmarks").resolve("results");
  }
}
