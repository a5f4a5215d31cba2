package dev.fairlead.benchmarks;

import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.FairleadUp;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import dev.fairlead.endtoend.harness.TestDevice;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// How long a command takes from the request to its result in the same request, at a steady rate. A
/// request is timed from when it was due, not from when it was sent: a stall is not hidden.
final class RoundTrip {

  private static final int RATE_PER_SECOND = 50;
  private static final Duration WARM_UP = Duration.ofSeconds(60);
  private static final Duration LENGTH = Duration.ofSeconds(60);

  /// One device would have to say as much in a second as a device may, and its commands would wait
  /// for each other.
  private static final List<String> DEVICES =
      IntStream.range(0, 20).mapToObj(number -> "d" + number).toList();

  private static final String COMMAND = "{\"kind\":\"ping\",\"body\":{\"n\":1}}";

  private RoundTrip() {}

  static Table run(Path directory) throws InterruptedException {
    Table table =
        new Table("round-trip", "where", "rate", "commands", "failed", "p50 ms", "p99 ms");
    inOneProcess(directory.resolve("up"), table);
    overTwoGateways(directory.resolve("cluster"), table);
    return table;
  }

  private static void inOneProcess(Path directory, Table table) throws InterruptedException {
    int port = FairleadUp.freePort();
    try (FairleadUp up = FairleadUp.start(directory, port, "--no-agent");
        HttpClient client = HttpClient.newHttpClient()) {
      List<TestDevice> devices = new ArrayList<>();
      for (String id : DEVICES) {
        String token =
            up.api()
                .post(port, "/api/v1/devices", "{\"id\":\"" + id + "\"}")
                .body()
                .path("token")
                .asText();
        TestDevice device = new TestDevice(client, id, token);
        device.connect(port).join();
        devices.add(device);
      }
      measure("one process", up.api(), port, table);
      devices.forEach(TestDevice::disconnect);
    }
  }

  private static void overTwoGateways(Path directory, Table table) throws InterruptedException {
    if (!directory.toFile().mkdirs()) {
      throw new IllegalStateException(directory + " cannot be made");
    }
    try (Cluster cluster = new Cluster(directory, Tuning.PRODUCTION)) {
      for (int number = 0; number < DEVICES.size(); number++) {
        cluster
            .device(DEVICES.get(number))
            .connect((number % 2 == 0 ? cluster.gatewayA() : cluster.gatewayB()).httpPort())
            .join();
      }
      measure("two gateways", cluster.api(), cluster.command().httpPort(), table);
    }
  }

  private static void measure(String where, Api api, int port, Table table)
      throws InterruptedException {
    send(api, port, WARM_UP, new ConcurrentHistogram(3), new AtomicInteger());
    Histogram times = new ConcurrentHistogram(3);
    AtomicInteger failed = new AtomicInteger();
    send(api, port, LENGTH, times, failed);
    table.row(
        where,
        RATE_PER_SECOND + "/s",
        Long.toString(times.getTotalCount()),
        failed.toString(),
        millis(times.getValueAtPercentile(50)),
        millis(times.getValueAtPercentile(99)));
  }

  private static String millis(long micros) {
    return Figures.decimal(micros / 1_000.0);
  }

  private static void send(
      Api api, int port, Duration length, Histogram times, AtomicInteger failed)
      throws InterruptedException {
    int count = Math.toIntExact(length.toSeconds() * RATE_PER_SECOND);
    CountDownLatch left = new CountDownLatch(count);
    long begun = System.nanoTime();
    try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
      for (int i = 0; i < count; i++) {
        long dueNanos = TimeUnit.SECONDS.toNanos(1) * i / RATE_PER_SECOND;
        String path = "/api/v1/devices/" + DEVICES.get(i % DEVICES.size()) + "/commands?wait=10s";
        var _ =
            clock.schedule(
                () ->
                    Thread.startVirtualThread(
                        () -> {
                          if (!succeeded(api, port, path)) {
                            failed.incrementAndGet();
                          }
                          times.recordValue(
                              (System.nanoTime() - begun - dueNanos)
                                  / TimeUnit.MICROSECONDS.toNanos(1));
                          left.countDown();
                        }),
                dueNanos - (System.nanoTime() - begun),
                TimeUnit.NANOSECONDS);
      }
      left.await();
    }
  }

  private static boolean succeeded(Api api, int port, String path) {
    try {
      Api.Answer answer = api.post(port, path, COMMAND);
      return answer.body().path("state").asText().equals("succeeded");
    } catch (UncheckedIOException e) { // such as too many that wait on the client's connection
      return false;
    }
  }
}
