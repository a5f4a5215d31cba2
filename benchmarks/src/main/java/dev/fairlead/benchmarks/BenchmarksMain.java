package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/// Runs one benchmark and prints its table.
public final class BenchmarksMain {

  private static final int USAGE = 2;

  private BenchmarksMain() {}

  /// Runs the benchmark that is named.
  ///
  /// @param arguments the name: `round-trip`, `command-hop`, `events`, `idle-connections`,
  ///     `start-up`, `connects`, `bad-handshakes`, `session-changes`, `row-budget`,
  ///     `million-devices`, `commands`, `tracing`, `kafka-freeze`, `reconnect-storm`,
  ///     `gateway-count`, `many-devices` or `gateway-jvm`; then, where it takes them, its size
  ///     and the servers to measure
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String name = arguments.length > 0 ? arguments[0] : "";
    Arguments more = Arguments.of(Arrays.stream(arguments).skip(1).toArray(String[]::new));
    Path directory = Files.createTempDirectory("fairlead-benchmark");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory)));
    // For the same threads as below.
    Thread.currentThread()
        .setUncaughtExceptionHandler(
            (thread, failure) -> {
              failure.printStackTrace();
              System.exit(1);
            });
    Table table;
    switch (name) {
      case "round-trip" -> table = RoundTrip.run(directory);
      case "command-hop" -> table = CommandHop.run(directory);
      case "events" -> table = Events.run(directory, more);
      case "idle-connections" -> table = IdleConnections.run(directory, more);
      case "start-up" -> table = StartUp.run(directory);
      case "connects" -> table = Connects.run(directory);
      case "bad-handshakes" -> table = BadHandshakes.run(directory);
      case "session-changes" -> table = SessionChanges.run(directory);
      case "row-budget" -> table = RowBudget.run(directory);
      case "million-devices" -> table = MillionDevices.run(directory, results());
      case "kafka-freeze" -> table = KafkaFreeze.run(directory, more);
      case "reconnect-storm" -> table = ReconnectStorm.run(directory, more);
      case "gateway-count" -> table = GatewayCount.run(directory, more);
      case "many-devices" -> table = ManyDevices.run(directory, more);
      case "gateway-jvm" -> table = GatewayJvm.run(directory);
      case "commands" -> table = Commands.run(directory);
      case "tracing" -> table = TracingCost.run(directory);
      default -> {
        System.err.println(
            "usage: benchmarks.jar"
                + " round-trip | command-hop | events | idle-connections | start-up | connects"
                + " | bad-handshakes | session-changes | row-budget | million-devices | commands | tracing"
                + " | kafka-freeze | reconnect-storm | gateway-count | many-devices | gateway-jvm");
        System.exit(USAGE);
        return;
      }
    }
    table.keepIn(results());
    System.out.print(table.markdown());
    // The clients of the harness keep threads that are of no use any more.
    System.exit(0);
  }

  private static void remove(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      System.err.println(directory + " stays: " + e.getMessage());
    }
  }

  private static Path results() {
    return Checkout.root().resolve("benchmarks").resolve("results");
  }
}
