package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/// What an event costs a server from the socket to its acknowledgement, and how many it takes: 150
/// bytes of telemetry from 2,000 devices. A gateway writes them to a broker, with registry and
/// command service at work on the same machine; below it stands what a bare producer needs for the
/// same records.
final class Events {

  private static final int DEVICES = 2_000;
  private static final int WARM_UP_SECONDS = 20;
  private static final int LENGTH_SECONDS = 30;
  private static final List<Integer> RATES_PER_SECOND = List.of(1_000, 10_000, 40_000);
  private static final List<Integer> PERCENT_OF_MOST = List.of(50, 90);
  private static final int IN_FLIGHT_OF_EACH = 4;

  /// Each has devices of its own: one that connects for each of them would be one that flaps.
  private static final int LOADS = 2 + RATES_PER_SECOND.size() + PERCENT_OF_MOST.size();

  // Less than this share of what was due: the server did not keep up.
  private static final double KEPT_UP = 0.98;

  // More than the rest sent late: the machine had no time for the load itself.
  private static final double IN_TIME = 0.99;

  private static final String NONE = "–";

  private final int devices;
  private int loads;
  private final Table table =
      new Table(
          "events", "server", "load", "events/s", "CPU ms/s", "CPU µs/event", "p50 ms", "p99 ms");

  private Events(int devices) {
    this.devices = devices;
  }

  static Table run(Path directory, Arguments arguments) throws InterruptedException {
    Events benchmark = new Events(arguments.size(DEVICES));
    if (arguments.names(Gateways.NAME)) {
      benchmark.gateway(directory);
    }
    List<String> ids =
        IntStream.range(0, LOADS * benchmark.devices).mapToObj(i -> "events-" + i).toList();
    for (Peer peer : arguments.peers()) {
      peer.measure(directory, benchmark.table, server -> benchmark.measureAll(server, ids));
    }
    benchmark.table.note(
        "A gateway acknowledges an event when the bus has it. A broker of MQTT acknowledges one"
            + " that nobody has subscribed to, and ws says it back: neither writes it anywhere.");
    return benchmark.table;
  }

  private void gateway(Path directory) throws InterruptedException {
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      List<String> tokens =
          cluster.devices("events-", LOADS * devices).stream().map(TestDevice::token).toList();
      measureAll(Gateways.plain(cluster.gatewayA()), tokens);
      for (int rate : RATES_PER_SECOND) {
        measureProducer(cluster.kafka().bootstrapServers(), rate);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void measureAll(Server server, List<String> credentials) throws InterruptedException {
    loads = 0;
    measure(server, credentials, "none", 0, all -> {});
    long most =
        measure(
            server,
            credentials,
            IN_FLIGHT_OF_EACH + " in flight each",
            0,
            all -> all.keepInFlight(IN_FLIGHT_OF_EACH));
    for (int rate : RATES_PER_SECOND) {
      if (rate < most) {
        measure(server, credentials, rate + "/s", rate, all -> all.sendAtRate(rate));
      }
    }
    for (int percent : PERCENT_OF_MOST) {
      int rate = Math.toIntExact(most * percent / 100);
      measure(server, credentials, percent + " % of most", rate, all -> all.sendAtRate(rate));
    }
  }

  private long measure(
      Server server,
      List<String> credentials,
      String load,
      int due,
      Consumer<LoadDevices> beginning)
      throws InterruptedException {
    int first = devices * loads++;
    try (LoadDevices all =
        LoadDevices.connect(server.endpoint(), credentials.subList(first, first + devices))) {
      beginning.accept(all);
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      all.times().take();
      all.times().takeSentLate();
      Duration cpuBefore = server.process().cpuTime();
      TimeUnit.SECONDS.sleep(LENGTH_SECONDS);
      Duration cpu = server.process().cpuTime().minus(cpuBefore);
      Histogram times = all.times().take();
      if (all.times().lostDevices() > 0) {
        throw new IllegalStateException(server.name() + " has disconnected devices");
      }
      long perSecond = times.getTotalCount() / LENGTH_SECONDS;
      row(server.name(), load + trouble(all.times(), perSecond, due), times, cpu);
      return perSecond;
    }
  }

  /// What makes the times of a load tell nothing about the server.
  private static String trouble(AckTimes times, long perSecond, int due) {
    if (times.takeSentLate() > due * LENGTH_SECONDS * (1 - IN_TIME)) {
      return " (the load was sent late)";
    }
    return times.overruns() > 0 || perSecond < due * KEPT_UP ? " (not kept up)" : "";
  }

  private void measureProducer(String bootstrapServers, int rate)
      throws IOException, InterruptedException {
    try (BareProducer.Remote producer = BareProducer.start(bootstrapServers, rate)) {
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      producer.take();
      Duration cpuBefore = producer.process().cpuTime();
      TimeUnit.SECONDS.sleep(LENGTH_SECONDS);
      Duration cpu = producer.process().cpuTime().minus(cpuBefore);
      row("bare Kafka producer", rate + "/s", producer.take(), cpu);
    }
  }

  private void row(String server, String load, Histogram times, Duration cpu) {
    long events = times.getTotalCount();
    boolean any = events > 0;
    table.row(
        server,
        load,
        Long.toString(events / LENGTH_SECONDS),
        Long.toString(cpu.toMillis() / LENGTH_SECONDS),
        any ? Figures.decimal(cpu.toNanos() / 1_000.0 / events) : NONE,
        any ? millis(times.getValueAtPercentile(50)) : NONE,
        any ? millis(times.getValueAtPercentile(99)) : NONE);
  }

  private static String millis(long micros) {
    return Figures.decimal(micros / 1_000.0);
  }
}
