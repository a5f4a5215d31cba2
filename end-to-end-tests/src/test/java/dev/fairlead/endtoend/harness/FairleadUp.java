package dev.fairlead.endtoend.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A run of `./fairlead up`.
public final class FairleadUp implements AutoCloseable {

  private static final Duration START_TIMEOUT = Duration.ofMinutes(4);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
  private static final int HEX = 16;
  private static final int TLS_ABOVE = 363;
  private static final int MANAGEMENT_ABOVE = 1_010;

  private final Process process;
  private final Path data;
  private final int port;
  private final Api api;
  private final long startMillis;

  private FairleadUp(Process process, Path data, int port, long startMillis) {
    this.process = process;
    this.data = data;
    this.port = port;
    this.api = new Api(read(data.resolve("admin-key")));
    this.startMillis = startMillis;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What a run that does not start says.
  public record Failure(int exitCode, List<String> errors) {}

  /// A port that is free together with those that `up` takes besides.
  public static int freePort() {
    return Ports.freeWith(TLS_ABOVE, MANAGEMENT_ABOVE);
  }

  private static ProcessBuilder builder(Path data, int port, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Checkout.root().resolve("fairlead").toString(),
                "up",
                "--data",
                data.toString(),
                "--port",
                Integer.toString(port)));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("FAIRLEAD_"));
    return builder;
  }

  /// Starts and waits for the line `ready: …`.
  public static FairleadUp start(Path data, int port, String... more) {
    long begun = System.nanoTime();
    try {
      Process process = builder(data, port, more).redirectErrorStream(true).start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      String url = awaitReady(process);
      if (!url.equals("http://127.0.0.1:" + port)) {
        throw new IllegalStateException("ready at " + url);
      }
      return new FairleadUp(
          process, data, port, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String awaitReady(Process process) {
    CompletableFuture<String> ready = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> read(process, ready));
    return ready.orTimeout(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
  }

  private static void read(Process process, CompletableFuture<String> ready) {
    List<String> said = new ArrayList<>();
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        said.add(line);
        if (line.startsWith("ready: ")) {
          ready.complete(line.substring("ready: ".length()));
        }
      }
      ready.completeExceptionally(new IllegalStateException("ended, having said " + said));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  /// Runs it where it cannot start.
  public static Failure fails(Path data, int port) throws IOException, InterruptedException {
    Process process = builder(data, port).start();
    List<String> errors = process.errorReader().lines().toList();
    if (!process.waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("it did not end");
    }
    return new Failure(process.exitValue(), errors);
  }

  public int port() {
    return port;
  }

  public Api api() {
    return api;
  }

  /// Lines of shell that set what the documents call `URL`, `GATE`, `DATA` and `KEY`.
  public String shellValues() {
    return """
        URL=http://127.0.0.1:%d
        GATE=wss://127.0.0.1:%d/connect
        DATA='%s'
        KEY=$(cat "$DATA/admin-key")
        """
        .formatted(port, port + TLS_ABOVE, data);
  }

  /// The process that everything runs in.
  public long pid() {
    return process.pid();
  }

  /// The meters of all services, as Prometheus reads them.
  public String metrics() {
    return RawHttp.exchange(port + MANAGEMENT_ABOVE, "GET /metrics HTTP/1.0");
  }

  /// From the script's start to `ready:`.
  public long startMillis() {
    return startMillis;
  }

  /// The processes that it started.
  public List<Long> descendants() {
    return process.descendants().map(ProcessHandle::pid).toList();
  }

  public static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /// `address:port` of all TCP sockets that the process and its children listen on, over IPv4 and
  /// IPv6.
  public List<String> listeningAddresses() throws IOException {
    Set<String> inodes = new HashSet<>();
    List<Long> pids = new ArrayList<>(descendants());
    pids.add(process.pid());
    for (long pid : pids) {
      inodes.addAll(socketInodes(pid));
    }
    List<String> addresses = new ArrayList<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > 9 && fields[3].equals("0A") && inodes.contains(fields[9])) {
          addresses.add(address(fields[1]));
        }
      }
    }
    return addresses;
  }

  private static Set<String> socketInodes(long pid) throws IOException {
    Set<String> inodes = new HashSet<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.substring("socket:[".length(), target.length() - 1));
          }
        } catch (java.nio.file.NoSuchFileException closedMeanwhile) {
          // One descriptor less to look at.
        }
      }
    }
    return inodes;
  }

  /// Turns the kernel's notation into a usual one; of IPv6, mapped and unspecified addresses only.
  private static String address(String kernel) {
    int colon = kernel.indexOf(':');
    String hex = kernel.substring(Math.max(0, colon - 8), colon);
    int number = Integer.parseUnsignedInt(hex, HEX);
    int listening = Integer.parseInt(kernel.substring(colon + 1), HEX);
    return (number & 0xff)
        + "."
        + (number >> 8 & 0xff)
        + "."
        + (number >> 16 & 0xff)
        + "."
        + (number >> 24 & 0xff)
        + ":"
        + listening;
  }

  /// Sends SIGTERM.
  public void terminate() {
    process.destroy();
  }

  public boolean await(Duration timeout) throws InterruptedException {
    return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    api.close();
    process.destroy();
    try {
      if (!await(STOP_TIMEOUT)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    ProcessLogs.keep(data.resolve("logs"));
  }
}
