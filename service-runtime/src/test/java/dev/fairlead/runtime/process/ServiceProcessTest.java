package dev.fairlead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ServiceProcessTest {
  private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private Future<Void> started = Future.succeededFuture();
  private Future<Void> stopped = Future.succeededFuture();

  private final class Sample implements Service {
    private final Health health = new Health();

    @Override
    public Future<Void> start() {
      events.add("start " + health.state());
      return started;
    }

    @Override
    public Future<Void> stop() {
      events.add("stop " + health.state());
      return stopped;
    }

    @Override
    public Health health() {
      return health;
    }
  }

  private ServiceProcess.Outcome execute(Map<String, String> environment, String... arguments) {
    Map<String, String> all = new HashMap<>(Map.of("FAIRLEAD_MANAGEMENT_PORT", "0"));
    all.putAll(environment);
    return ServiceProcess.<String>of(
            "sample", 9090, ServiceProcessTest::configuration, (_, _, _) -> new Sample())
        .migratedBy(config -> events.add("migrate " + config))
        .with(
            "--look",
            (config, file, _) -> events.add("look " + config + file.map(it -> " " + it).orElse("")))
        .execute(
            List.of(arguments),
            all,
            new PrintStream(outBytes, true, StandardCharsets.UTF_8),
            new PrintStream(errBytes, true, StandardCharsets.UTF_8));
  }

  private static String configuration(Settings settings) {
    settings.secret("KEY", "The key.");
    return settings.text("NAME", "nobody", "The name.");
  }

  private String out() {
    return outBytes.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return errBytes.toString(StandardCharsets.UTF_8);
  }

  private static final Map<String, String> GOOD = Map.of("FAIRLEAD_KEY", "hunter2");

  @Test
  void printsSettingsWithoutSecrets() {
    // When
    ServiceProcess.Outcome outcome = execute(GOOD, "--check");

    // Then
    assertThat(outcome.exitCode()).hasValue(0);
    assertThat(out().lines())
        .contains(
            "FAIRLEAD_NAME=nobody (default)",
            "FAIRLEAD_KEY=(secret)",
            "FAIRLEAD_MANAGEMENT_PORT=0");
    assertThat(out()).doesNotContain("hunter2");
    assertThat(events).isEmpty();
  }

  @Test
  void tellsEveryProblemOfSettings() {
    // When
    ServiceProcess.Outcome outcome =
        execute(Map.of("FAIRLEAD_NMAE", "x", "FAIRLEAD_STOP_TIMEOUT", "never"), "--check");

    // Then
    assertThat(outcome.exitCode()).hasValue(1);
    assertThat(err().lines()).hasSize(3).allMatch(line -> line.startsWith("sample: FAIRLEAD_"));
    assertThat(out()).isEmpty();
  }

  @Test
  void knowsTheFormatsOfTheLog() {
    // When
    ServiceProcess.Outcome json =
        execute(Map.of("FAIRLEAD_KEY", "hunter2", "FAIRLEAD_LOG_FORMAT", "json"), "--check");
    ServiceProcess.Outcome other =
        execute(Map.of("FAIRLEAD_KEY", "hunter2", "FAIRLEAD_LOG_FORMAT", "xml"), "--check");

    // Then
    assertThat(json.exitCode()).hasValue(0);
    assertThat(other.exitCode()).hasValue(1);
    assertThat(err().lines()).containsExactly("sample: FAIRLEAD_LOG_FORMAT must be text or json");
  }

  @Test
  void migratesAndEnds() {
    // When
    ServiceProcess.Outcome outcome = execute(GOOD, "--migrate");

    // Then
    assertThat(outcome.exitCode()).hasValue(0);
    assertThat(events).containsExactly("migrate nobody");
  }

  @Test
  void doesWhatOnlyThisServiceKnowsWithAFileAndWithout() {
    // When
    execute(GOOD, "--look");
    ServiceProcess.Outcome outcome = execute(GOOD, "--look=some/file=1");

    // Then
    assertThat(outcome.exitCode()).hasValue(0);
    assertThat(events).containsExactly("look nobody", "look nobody some/file=1");
  }

  @Test
  void refusesUnknownArguments() {
    // When
    List<ServiceProcess.Outcome> outcomes = new ArrayList<>();
    outcomes.add(execute(GOOD, "--chekc"));
    outcomes.add(execute(GOOD, "--check", "--migrate"));
    outcomes.add(execute(GOOD, "--check=file"));

    // Then
    assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.exitCode()).hasValue(2));
    assertThat(err()).contains("unknown argument: --chekc", "usage: sample");
  }

  @Test
  void helps() {
    // When
    ServiceProcess.Outcome outcome = execute(Map.of(), "--help");

    // Then
    assertThat(outcome.exitCode()).hasValue(0);
    assertThat(out()).startsWith("usage: sample [--check | --migrate | --look[=FILE] | --help]");
  }

  @Test
  void startsThenDrainsThenStops() throws Exception {
    // Given
    RunningProcess process = execute(GOOD).running().orElseThrow();

    // When
    int ready = status(process, "/health/ready");
    process.stop();
    process.stop();

    // Then
    assertThat(ready).isEqualTo(200);
    assertThat(events).containsExactly("start STARTING", "stop DRAINING");
  }

  private static int status(RunningProcess process, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + process.managementPort() + path);
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  @Test
  void stopsWhatDidNotStartAndSaysWhy() {
    // Given
    started = Future.failedFuture(new IllegalStateException("no broker\nand more"));

    // When
    ServiceProcess.Outcome outcome = execute(GOOD);

    // Then
    assertThat(outcome.exitCode()).hasValue(1);
    assertThat(err())
        .isEqualTo(
            "sample: cannot start: IllegalStateException: no broker" + System.lineSeparator());
    assertThat(events).containsExactly("start STARTING", "stop DRAINING");
  }

  @Test
  void saysWhenManagementPortIsTaken() throws Exception {
    // Given
    RunningProcess first = execute(GOOD).running().orElseThrow();

    // When
    ServiceProcess.Outcome second =
        execute(
            Map.of(
                "FAIRLEAD_KEY",
                "k",
                "FAIRLEAD_MANAGEMENT_PORT",
                Integer.toString(first.managementPort())));

    // Then
    assertThat(second.exitCode()).hasValue(1);
    assertThat(err()).startsWith("sample: cannot start: ").contains("Address already in use");
    first.stop();
  }

  @Test
  void givesUpStopThatHangs() {
    // Given
    stopped = Promise.<Void>promise().future();
    RunningProcess process =
        execute(Map.of("FAIRLEAD_KEY", "k", "FAIRLEAD_STOP_TIMEOUT", "1s")).running().orElseThrow();

    // When
    long before = System.nanoTime();
    process.stop();

    // Then
    assertThat(System.nanoTime() - before).isBetween(900_000_000L, 15_000_000_000L);
  }

  @Test
  void stopsRestWhenServiceFailsToStop() {
    // Given
    stopped = Future.failedFuture("stuck");
    RunningProcess process = execute(GOOD).running().orElseThrow();

    // When
    process.stop();

    // Then
    assertThat(events).endsWith("stop DRAINING");
    assertThat(managementAnswers(process)).isFalse();
  }

  private static boolean managementAnswers(RunningProcess process) {
    try {
      return status(process, "/health/live") > 0;
    } catch (Exception e) {
      return false;
    }
  }

  @Test
  void makesVertxThatMetersPools() {
    // Given
    var meters = new io.micrometer.core.instrument.simple.SimpleMeterRegistry();
    Vertx vertx = VertxInstances.create(meters);

    // When
    vertx.executeBlocking(() -> 1).await();

    // Then
    assertThat(meters.getMeters())
        .anyMatch(meter -> meter.getId().getName().startsWith("vertx.pool"));
    vertx.close().await();
  }
}
