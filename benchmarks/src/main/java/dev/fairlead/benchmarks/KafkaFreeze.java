package dev.fairlead.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.fairlead.bus.Topic;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/// What devices and their gateway notice of a broker that stands still (SIGSTOP) while all devices
/// go on sending: who is disconnected, how the gateway grows, whether an acknowledged event is
/// missing on the bus, and how long it takes until nothing is late any more.
final class KafkaFreeze {

  private static final int DEVICES = 2_000;
  private static final List<Integer> FREEZES_SECONDS = List.of(15, 300);
  // Each event is under way for as long as the broker stands: 600 of a device after 300 seconds.
  private static final int EVENTS_OF_EACH_PER_SECOND = 2;
  private static final int WARM_UP_SECONDS = 30;
  private static final int PATIENCE_SECONDS = 300;
  private static final long LATE_MICROS = TimeUnit.SECONDS.toMicros(1);
  private static final double ALL = 0.98;

  private final Cluster cluster;
  private final ServerProcess gateway;
  private final int rate;
  private final LoadDevices devices;
  private long acknowledged;
  private long residentMost;

  private KafkaFreeze(Cluster cluster, LoadDevices devices, int rate) {
    this.cluster = cluster;
    this.gateway = new ServerProcess(cluster.gatewayA().pid());
    this.devices = devices;
    this.rate = rate;
  }

  /// @param arguments how many devices, and for how many seconds the broker stands still
  static Table run(Path directory, Arguments arguments) throws InterruptedException {
    Table table =
        new Table(
            "kafka-freeze",
            "broker stands still",
            "devices",
            "events/s",
            "disconnected",
            "not sent",
            "resident MB before",
            "at most",
            "acknowledged",
            "records on the bus",
            "seconds until nothing is late");
    List<Integer> freezes =
        arguments.sizes().size() > 1
            ? arguments.sizes().subList(1, arguments.sizes().size())
            : FREEZES_SECONDS;
    int count = arguments.size(DEVICES);
    for (int seconds : freezes) {
      Path own = directory.resolve("freeze-" + seconds);
      if (!own.toFile().mkdirs()) {
        throw new IllegalStateException(own + " cannot be made");
      }
      try (Cluster cluster = new Cluster(own, Tuning.PRODUCTION)) {
        List<String> tokens =
            cluster.devices("freeze-", count).stream().map(TestDevice::token).toList();
        try (LoadDevices devices =
            LoadDevices.connect(Endpoint.gateway(cluster.gatewayA().httpPort()), tokens)) {
          new KafkaFreeze(cluster, devices, count * EVENTS_OF_EACH_PER_SECOND)
              .measure(table, count, seconds);
        }
      }
    }
    return table;
  }

  private void measure(Table table, int count, int seconds) throws InterruptedException {
    devices.sendAtRate(rate);
    for (int i = 0; i < WARM_UP_SECONDS; i++) {
      second();
    }
    long residentBefore = gateway.residentBytes();
    residentMost = residentBefore;
    cluster.kafka().freeze();
    for (int i = 0; i < seconds; i++) {
      second();
    }
    cluster.kafka().thaw();
    long thawed = System.nanoTime();
    long patienceEnds = thawed + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    Histogram last = second();
    while (isLate(last) && System.nanoTime() < patienceEnds) {
      last = second();
    }
    String recovered =
        isLate(last)
            ? "more than " + PATIENCE_SECONDS
            : Long.toString(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - thawed));
    table.row(
        seconds + " s",
        Integer.toString(count),
        Integer.toString(rate),
        Integer.toString(devices.times().lostDevices()),
        Long.toString(devices.times().overruns()),
        Figures.mebi(residentBefore),
        Figures.mebi(residentMost),
        Long.toString(acknowledged),
        Long.toString(recordsOnTheBus()),
        recovered);
  }

  /// What was acknowledged within a second.
  private Histogram second() throws InterruptedException {
    TimeUnit.SECONDS.sleep(1);
    Histogram times = devices.times().take();
    acknowledged += times.getTotalCount();
    residentMost = Math.max(residentMost, gateway.residentBytes());
    return times;
  }

  private boolean isLate(Histogram times) {
    return times.getTotalCount() < rate * ALL || times.getMaxValue() > LATE_MICROS;
  }

  /// Counted after what was acknowledged: more of them than acknowledged are no loss.
  private long recordsOnTheBus() throws InterruptedException {
    String topic = "fairlead." + Topic.TELEMETRY.suffix();
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", cluster.kafka().bootstrapServers()))) {
      TopicDescription described =
          requireNonNull(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
      Map<TopicPartition, OffsetSpec> partitions =
          described.partitions().stream()
              .collect(
                  Collectors.toMap(
                      partition -> new TopicPartition(topic, partition.partition()),
                      partition -> OffsetSpec.latest()));
      return admin.listOffsets(partitions).all().get().values().stream()
          .mapToLong(end -> end.offset())
          .sum();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
