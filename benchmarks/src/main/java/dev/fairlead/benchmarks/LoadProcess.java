package dev.fairlead.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Devices in a process of its own: one may not open files for all of them. It is told on its
/// standard input how many events a second to send; an empty line asks for a [LoadReport].
public final class LoadProcess implements AutoCloseable {

  private static final int STOP_SECONDS = 30;

  private final Process process;
  private final PrintStream orders;
  private final BufferedReader answers;

  private LoadProcess(Process process) {
    this.process = process;
    this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /// Plays the devices until its input ends.
  ///
  /// @param arguments ports of gateways with commas between them, and a file with a token a line
  public static void main(String[] arguments) throws IOException {
    List<Endpoint> gateways =
        Stream.of(arguments[0].split(",", -1))
            .map(Integer::valueOf)
            .map(Endpoint::gateway)
            .toList();
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Comeback devices = Comeback.begin(gateways, Files.readAllLines(Path.of(arguments[1])))) {
      orders
          .lines()
          .forEach(
              order -> {
                if (order.isEmpty()) {
                  System.out.println(LoadReport.take(devices).line());
                } else {
                  devices.sendAtRate(Integer.parseInt(order));
                }
              });
    }
  }

  /// Has devices connect, each to any of the gateways.
  ///
  /// @param tokens a file
  static LoadProcess start(List<Integer> ports, Path tokens) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            java,
            "-XX:+UseCompactObjectHeaders",
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            LoadProcess.class.getName(),
            ports.stream().map(String::valueOf).collect(Collectors.joining(",")),
            tokens.toString());
    try {
      Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return new LoadProcess(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void sendAtRate(int eventsPerSecond) {
    orders.println(eventsPerSecond);
  }

  LoadReport take() {
    orders.println();
    try {
      String answer = answers.readLine();
      if (answer == null) {
        throw new IllegalStateException("the process of the devices has ended");
      }
      return LoadReport.of(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    orders.close();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
