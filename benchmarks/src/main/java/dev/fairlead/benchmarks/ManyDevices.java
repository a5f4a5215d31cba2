package dev.fairlead.benchmarks;

import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// A hundred thousand devices over several gateways: how fast all of them connect, what they cost
/// while they are silent and while each says something a minute, and what a rolling restart of all
/// gateways does to them.
final class ManyDevices {

  private static final int DEVICES = 105_000;
  private static final int GATEWAYS = 7;
  // So many that each process sends an event a second.
  private static final int LEAST = 420;
  private static final int PATIENCE_SECONDS = 600;
  private static final int PAUSE_MILLIS = 200;
  private static final int SECONDS = 60;
  private static final Duration END = Duration.ofSeconds(60);
  private static final String NONE = "–";

  private final Table table =
      new Table(
          "many-devices",
          "what",
          "devices",
          "gateways",
          "seconds",
          "gateways' CPU ms/s",
          "resident bytes each",
          "refused",
          "away p50 s",
          "away p99 s",
          "away at most s",
          "events/s",
          "event p50 ms",
          "event p99 ms");
  private final Cluster cluster;
  private final List<ServiceJar> gateways;
  private final int devices;
  private final List<LoadProcess> loads = new ArrayList<>();
  private final Histogram away = new Histogram(3);
  private final Histogram acks = new Histogram(3);
  private final long residentBefore;
  private long refusedBefore;

  private ManyDevices(Cluster cluster, List<ServiceJar> gateways, int devices) {
    this.cluster = cluster;
    this.gateways = gateways;
    this.devices = devices;
    this.residentBefore = resident();
  }

  static Table run(Path directory, Arguments arguments) throws InterruptedException {
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<ServiceJar> gateways = new ArrayList<>(List.of(cluster.gatewayA(), cluster.gatewayB()));
      while (gateways.size() < GATEWAYS) {
        gateways.add(cluster.startGateway("gateway-" + gateways.size()));
      }
      int count = Math.max(LEAST, arguments.size(DEVICES)) / GATEWAYS * GATEWAYS;
      List<String> tokens =
          cluster.devices("many-", count).stream().map(TestDevice::token).toList();
      ManyDevices benchmark = new ManyDevices(cluster, gateways, count);
      try {
        benchmark.measure(directory, tokens);
      } finally {
        benchmark.loads.forEach(LoadProcess::close);
      }
      return benchmark.table;
    }
  }

  private void measure(Path directory, List<String> tokens) throws InterruptedException {
    step("all connect", () -> connect(directory, tokens));
    noteOnline();
    step("silent", () -> TimeUnit.SECONDS.sleep(SECONDS));
    loads.forEach(load -> load.sendAtRate(devices / SECONDS / loads.size()));
    TimeUnit.SECONDS.sleep(SECONDS);
    poll();
    step("an event of each a minute", () -> TimeUnit.SECONDS.sleep(SECONDS));
    step("rolling restart", this::restart);
  }

  private interface Step {
    void run() throws InterruptedException;
  }

  private void step(String what, Step step) throws InterruptedException {
    away.reset();
    acks.reset();
    Duration cpuBefore = cpu();
    List<Long> processes = gateways.stream().map(ServiceJar::pid).toList();
    long begun = System.nanoTime();
    step.run();
    double seconds = (System.nanoTime() - begun) / 1e9;
    boolean same = processes.equals(gateways.stream().map(ServiceJar::pid).toList());
    String used = same ? Figures.decimal(cpu().minus(cpuBefore).toMillis() / seconds) : NONE;
    LoadReport report = poll();
    if (report.connected() < devices) {
      throw new IllegalStateException("only " + report.connected() + " are connected: " + what);
    }
    table.row(
        what,
        Integer.toString(devices),
        Integer.toString(gateways.size()),
        Figures.decimal(seconds),
        used,
        Long.toString((resident() - residentBefore) / devices),
        Long.toString(report.refused() - refusedBefore),
        thousandth(away, 50),
        thousandth(away, 99),
        thousandth(away, 100),
        acks.getTotalCount() == 0 ? NONE : Figures.decimal(acks.getTotalCount() / seconds),
        thousandth(acks, 50),
        thousandth(acks, 99));
    refusedBefore = report.refused();
  }

  private static String thousandth(Histogram values, int percent) {
    return values.getTotalCount() == 0 ? NONE : Figures.thousandths(values, percent);
  }

  private void connect(Path directory, List<String> tokens) throws InterruptedException {
    List<Integer> ports = gateways.stream().map(ServiceJar::httpPort).toList();
    int each = devices / GATEWAYS;
    try {
      for (int i = 0; i < GATEWAYS; i++) {
        Path file = directory.resolve("tokens-" + i);
        Files.write(file, tokens.subList(i * each, (i + 1) * each));
        loads.add(LoadProcess.start(ports, file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitAll();
  }

  private void restart() throws InterruptedException {
    for (ServiceJar gateway : gateways) {
      gateway.terminate();
      if (!gateway.await(END)) {
        throw new IllegalStateException("a gateway does not end");
      }
      gateway.restart();
      gateway.awaitReady();
      awaitAll();
    }
  }

  private void awaitAll() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (poll().connected() < devices && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }

  /// What the loads say now, added to what they have said in this step.
  private LoadReport poll() {
    LoadReport report = LoadReport.sum(loads.stream().map(LoadProcess::take).toList());
    away.add(report.awayMillis());
    acks.add(report.ackMicros());
    return report;
  }

  private Duration cpu() {
    return gateways.stream()
        .map(gateway -> new ServerProcess(gateway.pid()).cpuTime())
        .reduce(Duration.ZERO, Duration::plus);
  }

  private long resident() {
    return gateways.stream()
        .mapToLong(gateway -> new ServerProcess(gateway.pid()).residentBytes())
        .sum();
  }

  /// Says how soon the registry shows all devices online.
  private void noteOnline() throws InterruptedException {
    TestBackends.Database database = cluster.postgres().database("fairlead");
    String url =
        "jdbc:postgresql://%s:%d/%s?currentSchema=registry"
            .formatted(database.host(), database.port(), database.database());
    long begun = System.nanoTime();
    try (Connection connection =
            DriverManager.getConnection(url, database.user(), database.password());
        Statement statement = connection.createStatement()) {
      long online = online(statement);
      while (online < devices && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(SECONDS)) {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        online = online(statement);
      }
      table.note(
          "%s later the registry shows %d devices online."
              .formatted(Figures.decimal((System.nanoTime() - begun) / 1e9) + " s", online));
    } catch (SQLException e) {
      throw new IllegalStateException("not asked", e);
    }
  }

  private static long online(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("select count(*) from presence where online")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
