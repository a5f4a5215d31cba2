package dev.fairlead.endtoend.harness;

import dev.fairlead.embedded.testing.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A service run from its own jar, as an operator would: configured by its environment alone.
public final class ServiceJar implements AutoCloseable {

  private static final String HTTP_PORT = "FAIRLEAD_HTTP_PORT";
  private static final List<String> PRODUCTION_OPTIONS =
      List.of(
          "-XX:+UseCompactObjectHeaders",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=30",
          "-XX:G1PeriodicGCInterval=60000",
          "-Xmx512m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");
  private static final String GATEWAY = "gateway-service";
  private static final String SERIAL = "-XX:+UseSerialGC";
  private static final List<String> QUICK_START_OPTIONS =
      List.of("-XX:TieredStopAtLevel=1", SERIAL);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final String name;
  private final ProcessBuilder builder;
  private volatile Process process;
  private final int httpPort;
  private final int managementPort;
  private final Path log;

  private ServiceJar(
      String name, ProcessBuilder builder, int httpPort, int managementPort, Path log)
      throws IOException {
    this.name = name;
    this.builder = builder;
    this.process = builder.start();
    this.httpPort = httpPort;
    this.managementPort = managementPort;
    this.log = log;
  }

  /// The jar that the build made of a service module.
  public static Path jarOf(String module) {
    Path jar = Checkout.root().resolve(module).resolve("target").resolve(module + ".jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is not built");
    }
    return jar;
  }

  /// How a service is run.
  public enum Tuning {
    /// As the operations guide says.
    PRODUCTION,
    /// Compiled once and not well: for tests, which start much and run little.
    QUICK_START;

    private List<String> options(String module) {
      if (this == QUICK_START) {
        return Stream.concat(PRODUCTION_OPTIONS.stream(), QUICK_START_OPTIONS.stream()).toList();
      }
      return module.equals(GATEWAY)
          ? Stream.concat(PRODUCTION_OPTIONS.stream(), Stream.of(SERIAL)).toList()
          : PRODUCTION_OPTIONS;
    }
  }

  /// The options of the JVM with which a gateway is run for good.
  public static List<String> gatewayOptions() {
    return Tuning.PRODUCTION.options(GATEWAY);
  }

  /// The command that runs a jar, without its arguments.
  public static List<String> command(String module) {
    return command(module, Tuning.QUICK_START);
  }

  private static List<String> command(String module, Tuning tuning) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(tuning.options(module));
    command.addAll(List.of("-jar", jarOf(module).toString()));
    return command;
  }

  /// Starts a service; ready when [#awaitReady] returns. It listens on the loopback, at a free
  /// port, unless the environment says another address or port.
  ///
  /// @param directory for its log
  public static ServiceJar start(
      String module, String name, Tuning tuning, Map<String, String> environment, Path directory) {
    int httpPort =
        Optional.ofNullable(environment.get(HTTP_PORT))
            .map(Integer::valueOf)
            .orElseGet(Ports::free);
    int managementPort = Ports.free();
    Path log = directory.resolve(name + ".log");
    ProcessBuilder builder = new ProcessBuilder(command(module, tuning));
    builder.environment().keySet().removeIf(variable -> variable.startsWith("FAIRLEAD_"));
    builder.environment().put("FAIRLEAD_HTTP_HOST", "127.0.0.1");
    builder.environment().putAll(environment);
    builder.environment().put(HTTP_PORT, Integer.toString(httpPort));
    builder.environment().put("FAIRLEAD_MANAGEMENT_PORT", Integer.toString(managementPort));
    builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      ServiceJar service = new ServiceJar(name, builder, httpPort, managementPort, log);
      Runtime.getRuntime().addShutdownHook(new Thread(service::kill));
      return service;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What a run said that ended by itself.
  public record Ended(int exitCode, List<String> out, List<String> err) {}

  /// Runs a service with an argument that makes it do one thing and end, such as `--check`.
  ///
  /// @param directory for what it says
  public static Ended run(
      String module, Map<String, String> environment, Path directory, String argument) {
    Path out = directory.resolve(module + ".out");
    Path err = directory.resolve(module + ".err");
    List<String> command = new ArrayList<>(command(module));
    command.add(argument);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("FAIRLEAD_"));
    builder.environment().putAll(environment);
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    try {
      Process process = builder.start();
      if (!process.waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(module + " " + argument + " did not end");
      }
      ProcessLogs.keep(out);
      ProcessLogs.keep(err);
      return new Ended(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Waits until `/health/ready` answers 200.
  public ServiceJar awaitReady() {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (status("/health/ready") != 200) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException(name + " did not become ready: " + tailOfLog());
      }
      onSpin();
    }
    return this;
  }

  private void onSpin() {
    try {
      // Waits for the process to end, which it should not: a pause that notices a failed start.
      process.waitFor(50, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// The status of a management path; 0 when nobody answers.
  public int status(String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
              .timeout(Duration.ofSeconds(5))
              .build();
      return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Its meters, as Prometheus reads them.
  public String metrics() {
    return RawHttp.exchange(managementPort, "GET /metrics HTTP/1.0");
  }

  /// What the service wrote last.
  public String tailOfLog() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  public int httpPort() {
    return httpPort;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public void freeze() {
    Processes.freeze(List.of(pid()));
  }

  public void thaw() {
    Processes.thaw(List.of(pid()));
  }

  /// Ends it at once.
  public void kill() {
    process.destroyForcibly();
    await(Duration.ofSeconds(10));
  }

  /// Starts it again after [#kill], as it was: on the same ports, with the same log.
  public void restart() {
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Asks it to end, by SIGTERM, without waiting.
  public void terminate() {
    process.destroy();
  }

  /// Lets it end in order, as [#terminate] does, and waits for that.
  public void stop() {
    terminate();
    if (!await(STOP_TIMEOUT)) {
      throw new IllegalStateException(name + " did not end: " + tailOfLog());
    }
  }

  /// Waits for its end.
  public boolean await(Duration timeout) {
    try {
      return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    Processes.thaw(List.of(pid()));
    process.destroy();
    if (!await(STOP_TIMEOUT)) {
      kill();
    }
    ProcessLogs.keep(log);
  }
}
