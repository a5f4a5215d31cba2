package dev.fairlead.benchmarks;

import com.sun.net.httpserver.HttpServer;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// What tracing costs: CPU time of the services for an event and for a command, with tracing off,
/// and on with shares of what begins. All ways in turns, several times, since the machine is never
/// quite still; the middle of the rounds counts, and the first round is for the compiler.
final class TracingCost {

  private static final int ROUNDS = 4;
  private static final int DEVICES = 500;
  private static final int EVENTS_PER_SECOND = 10_000;
  private static final int WARM_UP_SECONDS = 5;
  private static final int LENGTH_SECONDS = 12;
  private static final int COMMANDS = 1_500;
  private static final int CALLERS = 8;
  private static final List<String> RATIOS = List.of("0", "0.01", "1");
  private static final String OFF = "off";

  private TracingCost() {}

  static Table run(Path directory) throws IOException, InterruptedException {
    Table table =
        new Table("tracing", "of", "tracing", "CPU µs each, middle", "least", "most", "ratio");
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            exchange.sendResponseHeaders(200, -1);
          }
        });
    collector.start();
    try {
      int port = collector.getAddress().getPort();
      events(Files.createDirectories(directory.resolve("events")), port, table);
      commands(directory, port, table);
    } finally {
      collector.stop(0);
    }
    return table;
  }

  private static Map<String, String> on(int collector, String ratio) {
    return Map.of(
        "FAIRLEAD_TRACING_ENDPOINT",
        "http://127.0.0.1:" + collector + "/v1/traces",
        "FAIRLEAD_TRACING_RATIO",
        ratio);
  }

  private static void events(Path directory, int collector, Table table)
      throws InterruptedException {
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      Map<String, ServiceJar> gateways = new LinkedHashMap<>();
      gateways.put(OFF, cluster.gatewayA());
      for (String ratio : RATIOS) {
        gateways.put(
            "on, " + ratio, cluster.startGateway("gateway-" + ratio, on(collector, ratio)));
      }
      List<String> tokens =
          cluster.devices("traced-", DEVICES).stream().map(TestDevice::token).toList();
      Map<String, List<Double>> found = new LinkedHashMap<>();
      for (int round = 0; round < ROUNDS; round++) {
        for (Map.Entry<String, ServiceJar> way : gateways.entrySet()) {
          double micros = microsOfEvent(way.getValue(), tokens);
          if (round > 0) {
            found.computeIfAbsent(way.getKey(), _ -> new ArrayList<>()).add(micros);
          }
        }
      }
      rows("an event (gateway)", found, table);
    }
  }

  private static double microsOfEvent(ServiceJar gateway, List<String> tokens)
      throws InterruptedException {
    try (LoadDevices devices = LoadDevices.connect(Endpoint.gateway(gateway.httpPort()), tokens)) {
      devices.sendAtRate(EVENTS_PER_SECOND);
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      devices.times().take();
      Duration before = cpuOf(List.of(gateway));
      TimeUnit.SECONDS.sleep(LENGTH_SECONDS);
      Duration cpu = cpuOf(List.of(gateway)).minus(before);
      return micros(cpu, devices.times().take().getTotalCount());
    }
  }

  private static void commands(Path directory, int collector, Table table)
      throws IOException, InterruptedException {
    Map<String, String> all = on(collector, "1");
    try (Cluster off =
            new Cluster(Files.createDirectories(directory.resolve("off")), Tuning.PRODUCTION);
        Cluster on =
            new Cluster(
                Files.createDirectories(directory.resolve("on")),
                Tuning.PRODUCTION,
                all,
                all,
                all)) {
      Map<String, Cluster> ways = new LinkedHashMap<>();
      ways.put(OFF, off);
      ways.put("on, 1", on);
      for (Cluster cluster : ways.values()) {
        for (int caller = 0; caller < CALLERS; caller++) {
          cluster.device("c" + caller).connect(cluster.gatewayA().httpPort()).join();
        }
      }
      Map<String, List<Double>> found = new LinkedHashMap<>();
      for (int round = 0; round < ROUNDS; round++) {
        for (Map.Entry<String, Cluster> way : ways.entrySet()) {
          double micros = microsOfCommand(way.getValue());
          if (round > 0) {
            found.computeIfAbsent(way.getKey(), _ -> new ArrayList<>()).add(micros);
          }
        }
      }
      rows("a command there and back (command service and gateway)", found, table);
    }
  }

  private static double microsOfCommand(Cluster cluster) throws InterruptedException {
    List<ServiceJar> services = List.of(cluster.command(), cluster.gatewayA());
    Semaphore left = new Semaphore(COMMANDS);
    Duration before = cpuOf(services);
    List<Thread> callers =
        IntStream.range(0, CALLERS)
            .mapToObj(
                caller ->
                    Thread.startVirtualThread(
                        () -> {
                          while (left.tryAcquire()) {
                            cluster.send("c" + caller, "ping", "?wait=10s");
                          }
                        }))
            .toList();
    for (Thread caller : callers) {
      caller.join();
    }
    return micros(cpuOf(services).minus(before), COMMANDS);
  }

  private static Duration cpuOf(List<ServiceJar> services) {
    return services.stream()
        .map(
            service ->
                ProcessHandle.of(service.pid())
                    .flatMap(process -> process.info().totalCpuDuration())
                    .orElseThrow(() -> new IllegalStateException("a service ended")))
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static double micros(Duration cpu, long count) {
    return cpu.toNanos() / 1_000.0 / count;
  }

  private static void rows(String of, Map<String, List<Double>> found, Table table) {
    double off = middle(found.getOrDefault(OFF, List.of()));
    found.forEach(
        (way, micros) ->
            table.row(
                of,
                way,
                number("%.1f", middle(micros)),
                number("%.1f", micros.stream().mapToDouble(one -> one).min().orElseThrow()),
                number("%.1f", micros.stream().mapToDouble(one -> one).max().orElseThrow()),
                number("%.2f", middle(micros) / off)));
  }

  private static double middle(List<Double> micros) {
    return micros.stream().sorted().toList().get(micros.size() / 2);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
