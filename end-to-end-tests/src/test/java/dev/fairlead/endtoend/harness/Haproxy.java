package dev.fairlead.endtoend.harness;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// HAProxy as Debian has it, with the configuration of `deploy/haproxy` as it is: the one that is
/// installed, else one that is unpacked from Debian's archive.
public final class Haproxy implements AutoCloseable {

  private static final Path CONFIGURATION = Checkout.root().resolve("deploy/haproxy");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  /// Columns of its statistics.
  private static final int CURRENT_SESSIONS = 4;

  private static final int STATUS = 17;

  private final Process process;
  private final Path log;
  private final String address;
  private final int tlsPort;
  private final int managementPort;

  private Haproxy(Process process, Path log, String address, int tlsPort, int managementPort) {
    this.process = process;
    this.log = log;
    this.address = address;
    this.tlsPort = tlsPort;
    this.managementPort = managementPort;
  }

  /// Which of the two edges.
  public enum Shape {
    /// `haproxy.cfg` alone.
    ENDS_TLS,
    /// With `dense.cfg`.
    PASSES_TLS_ON;

    /// The back end that devices come to by their name.
    public String devices() {
      return this == ENDS_TLS ? "gateway" : "devices";
    }
  }

  /// Whether there is one. Asked first, this may fetch it.
  public static boolean canRun() {
    return Program.FOUND.isPresent();
  }

  private static final class Program {
    private static final Optional<DebianProgram> FOUND =
        DebianProgram.find("haproxy", "sbin/haproxy");
  }

  /// Starts one on a loopback address. It finds its gateways when [#awaitServers] returns.
  ///
  /// @param environment the variables that its configuration names, but for where it listens
  /// @param directory for its log
  public static Haproxy start(
      Shape shape, String address, int tlsPort, Map<String, String> environment, Path directory) {
    int managementPort = Ports.free();
    DebianProgram program = Program.FOUND.orElseThrow();
    List<String> command =
        new ArrayList<>(
            List.of(
                program.path().toString(),
                "-db",
                "-f",
                CONFIGURATION.resolve("haproxy.cfg").toString()));
    if (shape == Shape.PASSES_TLS_ON) {
      command.addAll(List.of("-f", CONFIGURATION.resolve("dense.cfg").toString()));
    }
    Map<String, String> all = new HashMap<>(environment);
    all.put("FAIRLEAD_EDGE_TLS", address + ":" + tlsPort);
    all.put("FAIRLEAD_EDGE_PLAIN", address + ":" + Ports.free());
    all.put("FAIRLEAD_EDGE_MANAGEMENT", "127.0.0.1:" + managementPort);
    if (shape == Shape.ENDS_TLS) {
      all.remove("FAIRLEAD_DEVICE_NAME");
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("FAIRLEAD_"));
    builder.environment().putAll(all);
    try {
      program
          .libraries()
          .ifPresent(
              libraries -> builder.environment().put("LD_LIBRARY_PATH", libraries.toString()));
      Path log = Files.createTempFile(directory, "haproxy", ".log");
      Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return new Haproxy(process, log, address, tlsPort, managementPort);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String address() {
    return address;
  }

  public int tlsPort() {
    return tlsPort;
  }

  /// Waits until newcomers to a back end go to so many servers, no more and no less.
  public Haproxy awaitServers(String backend, long count) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException("haproxy has ended: " + log());
              }
              return servers(backend) == count;
            });
    return this;
  }

  private long servers(String backend) {
    return statistics(backend).filter(columns -> columns[STATUS].startsWith("UP")).count();
  }

  /// How many connections it has to the gateways of a back end.
  public long tunnels(String backend) {
    return statistics(backend)
        .mapToLong(columns -> Long.parseLong(columns[CURRENT_SESSIONS]))
        .sum();
  }

  /// Each server of a back end; none where it does not answer.
  private Stream<String[]> statistics(String backend) {
    try {
      return RawHttp.exchange(managementPort, "GET /stats;csv HTTP/1.0")
          .lines()
          .filter(line -> line.startsWith(backend + ",gateway-"))
          .map(line -> line.split(",", -1));
    } catch (UncheckedIOException e) {
      return Stream.empty();
    }
  }

  /// What it has written.
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Its resident memory.
  public long residentBytes() {
    try {
      Matcher resident =
          RESIDENT.matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
      if (!resident.find()) {
        throw new IllegalStateException("haproxy has ended: " + log());
      }
      return Long.parseLong(resident.group(1)) << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends it at once, with all its tunnels.
  public void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
    ProcessLogs.keep(log);
  }
}
