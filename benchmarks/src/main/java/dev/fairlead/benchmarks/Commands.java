package dev.fairlead.benchmarks;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.embedded.EmbeddedPostgres;
import dev.fairlead.embedded.EmbeddedPostgresOptions;
import dev.fairlead.embedded.testing.OwnKafka;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// How many commands a second one command service accepts and sees to their end, with a PostgreSQL
/// that forces every commit to the disk and a broker on the same cores; what 100,000 that wait
/// cost; and how they flow when their devices come back together. Devices and gateway are played
/// by [CommandFleet].
final class Commands implements AutoCloseable {

  private static final String PASSWORD = "benchmark";
  private static final String FLEET = "fleet";
  private static final String AWAY = "away";
  private static final int DEVICES = 20_000;
  private static final int WAITING = 100_000;
  private static final int SINGLE = 60_000;
  private static final int CALLERS = 128;
  private static final int KEEP_ALIVE_SECONDS = 5;
  private static final int BATCH = 1_000;
  private static final int BATCHES = 100;
  private static final int BATCHES_AT_ONCE = 4;
  private static final int PER_REQUEST_MAX = 10_000;
  private static final Duration IDLE = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http =
      vertx.createHttpClient(
          new HttpClientOptions().setKeepAliveTimeout(KEEP_ALIVE_SECONDS),
          new PoolOptions().setHttp1MaxSize(CALLERS).setMaxWaitQueueSize(-1));
  private final OwnKafka kafka = OwnKafka.startForLong();
  private final EmbeddedPostgres postgres;
  private final ServiceJar service;
  private final CommandFleet fleet;
  private final Table table;

  private Commands(Path directory, Table table) {
    this.table = table;
    this.postgres =
        EmbeddedPostgres.start(
            EmbeddedPostgresOptions.in(directory.resolve("data"), PASSWORD)
                .withSettings(Database.SETTINGS));
    postgres.createDatabase("fairlead");
    this.service =
        ServiceJar.start("command-service", "command", Tuning.PRODUCTION, environment(), directory)
            .awaitReady();
    this.fleet = new CommandFleet(kafka.bootstrapServers());
  }

  private Map<String, String> environment() {
    return Map.of(
        "FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS",
        kafka.bootstrapServers(),
        "FAIRLEAD_KAFKA_PARTITIONS",
        "4",
        "FAIRLEAD_TENANT_COMMANDS_PER_SECOND",
        "1000000",
        "FAIRLEAD_DATABASE_URL",
        "postgresql://" + postgres.host() + ":" + postgres.port() + "/fairlead",
        "FAIRLEAD_DATABASE_USER",
        EmbeddedPostgres.USER,
        "FAIRLEAD_DATABASE_PASSWORD",
        PASSWORD);
  }

  static Table run(Path directory) throws InterruptedException {
    Table table =
        new Table(
            "commands",
            "what",
            "commands",
            "seconds",
            "commands/s",
            "service CPU µs/command",
            "PostgreSQL CPU µs/command",
            "p50 ms",
            "p99 ms");
    try (Commands benchmark = new Commands(directory, table)) {
      benchmark.run();
    }
    return table;
  }

  private void run() throws InterruptedException {
    fleet.key(FLEET, FLEET);
    fleet.key(AWAY, AWAY);
    List<DeviceKey> online = CommandFleet.devices(FLEET, DEVICES);
    fleet.create(online);
    fleet.connect(online);
    complete("warming up: one request each", SINGLE, CALLERS, this::single);
    complete("one request each, " + CALLERS + " callers", SINGLE, CALLERS, this::single);
    batches("warming up: requests for 1,000 devices", BATCHES / 4);
    batches("requests for 1,000 devices, " + BATCHES_AT_ONCE + " at once", BATCHES);
    waiting();
  }

  private void single(int number, Done done) {
    post(
            FLEET,
            "/api/v1/devices/d" + number % DEVICES + "/commands",
            "{\"kind\":\"ping\",\"body\":{\"n\":1}}")
        .onComplete(answer -> done.with(answer.succeeded() ? 1 : 0));
  }

  private void batches(String what, int count) throws InterruptedException {
    List<String> bodies = new ArrayList<>();
    for (int first = 0; first < DEVICES; first += BATCH) {
      bodies.add(batch(first, BATCH));
    }
    complete(
        what,
        count * BATCH,
        BATCHES_AT_ONCE,
        BATCH,
        (number, done) ->
            post(FLEET, "/api/v1/commands/batches", bodies.get(number % bodies.size()))
                .onComplete(
                    answer ->
                        done.with(
                            answer.succeeded()
                                ? answer.result().toJsonObject().getInteger("accepted")
                                : 0)));
  }

  private static String batch(int first, int count) {
    JsonArray devices = new JsonArray();
    for (int number = first; number < first + count; number++) {
      devices.add("d" + number);
    }
    return new JsonObject()
        .put("devices", devices)
        .put("kind", "ping")
        .put("body", new JsonObject().put("n", 1))
        .encode();
  }

  /// Told how many commands a request has made.
  private interface Done {
    void with(int accepted);
  }

  private interface Request {
    void begin(int number, Done done);
  }

  private void complete(String what, int commands, int atOnce, Request request)
      throws InterruptedException {
    complete(what, commands, atOnce, 1, request);
  }

  /// Timed until the last command has ended.
  private void complete(String what, int commands, int atOnce, int perRequest, Request request)
      throws InterruptedException {
    int requests = commands / perRequest;
    AtomicInteger next = new AtomicInteger();
    AtomicInteger accepted = new AtomicInteger();
    AtomicInteger answered = new AtomicInteger();
    Histogram times = new ConcurrentHistogram(3);
    double before = ended();
    Cpu cpu = cpu();
    long begun = System.nanoTime();
    for (int caller = 0; caller < atOnce; caller++) {
      again(request, requests, next, accepted, answered, times);
    }
    await(() -> answered.get() == requests && ended() - before >= accepted.get());
    row(what, accepted.get(), (System.nanoTime() - begun) / 1e9, cpu().minus(cpu), times);
    if (accepted.get() != commands) {
      throw new IllegalStateException(accepted + " were accepted of " + commands);
    }
  }

  private void again(
      Request request,
      int requests,
      AtomicInteger next,
      AtomicInteger accepted,
      AtomicInteger answered,
      Histogram times) {
    int number = next.getAndIncrement();
    if (number >= requests) {
      return;
    }
    long begun = System.nanoTime();
    request.begin(
        number,
        made -> {
          times.recordValue((System.nanoTime() - begun) / 1_000);
          accepted.addAndGet(made);
          answered.incrementAndGet();
          again(request, requests, next, accepted, answered, times);
        });
  }

  /// `delivered` and the result of each move a command on.
  private double ended() {
    return Meters.sum(service, "command_replies_total", "effect=\"moved\"") / 2;
  }

  private Future<Buffer> post(String key, String path, String body) {
    return http.request(
            new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(service.httpPort())
                .setURI(path)
                .putHeader("Authorization", "Bearer " + key)
                .putHeader("Content-Type", "application/json"))
        .compose(request -> request.send(Buffer.buffer(body)).compose(Commands::taken));
  }

  private static Future<Buffer> taken(HttpClientResponse answer) {
    return answer
        .body()
        .compose(
            body ->
                answer.statusCode() < 300
                    ? Future.succeededFuture(body)
                    : Future.failedFuture(answer.statusCode() + " " + body));
  }

  /// What waits for a tenant's devices, and how it flows when they all come at once.
  private void waiting() throws InterruptedException {
    List<DeviceKey> away = CommandFleet.devices(AWAY, WAITING);
    fleet.create(away);
    idle("20 s with nothing to do");
    for (int first = 0; first < WAITING; first += PER_REQUEST_MAX) {
      JsonObject answer =
          post(AWAY, "/api/v1/commands/batches", batch(first, PER_REQUEST_MAX))
              .await()
              .toJsonObject();
      if (answer.getInteger("accepted") != PER_REQUEST_MAX) {
        throw new IllegalStateException("not accepted: " + answer.getInteger("accepted"));
      }
    }
    idle("20 s with 100,000 commands that wait");
    long before = fleet.delivered();
    double endedBefore = ended();
    Cpu cpu = cpu();
    long begun = System.nanoTime();
    fleet.connect(away);
    Histogram times = others(() -> fleet.delivered() - before >= WAITING);
    await(() -> ended() - endedBefore >= WAITING);
    row(
        "their 100,000 devices come back; times of another tenant's",
        WAITING,
        (System.nanoTime() - begun) / 1e9,
        cpu().minus(cpu),
        times);
  }

  private void idle(String what) throws InterruptedException {
    TimeUnit.SECONDS.sleep(5);
    Cpu cpu = cpu();
    TimeUnit.MILLISECONDS.sleep(IDLE.toMillis());
    Cpu used = cpu().minus(cpu);
    table.row(
        what,
        "",
        Long.toString(IDLE.toSeconds()),
        "",
        percent(used.service()),
        percent(used.database()),
        "",
        "");
  }

  private static String percent(Duration cpu) {
    return String.format(
        Locale.ROOT, "%.1f %% of a core", 100.0 * cpu.toMillis() / IDLE.toMillis());
  }

  /// Commands of another tenant, one after the other, each until its end.
  private Histogram others(BooleanSupplier enough) {
    Histogram times = new Histogram(3);
    for (int number = 0; !enough.getAsBoolean(); number++) {
      long begun = System.nanoTime();
      post(
              FLEET,
              "/api/v1/devices/d" + number % DEVICES + "/commands?wait=10s",
              "{\"kind\":\"ping\"}")
          .await();
      times.recordValue((System.nanoTime() - begun) / 1_000);
    }
    return times;
  }

  /// What the processes have used so far.
  private record Cpu(Duration service, Duration database) {
    Cpu minus(Cpu earlier) {
      return new Cpu(service.minus(earlier.service), database.minus(earlier.database));
    }
  }

  private Cpu cpu() {
    return new Cpu(used(service.pid()), used(postgres.pid()));
  }

  /// Of a process and of those that it has started.
  private static Duration used(long pid) {
    return ProcessHandle.of(pid).stream()
        .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }

  private void row(String what, int commands, double seconds, Cpu cpu, Histogram times) {
    table.row(
        what,
        Integer.toString(commands),
        Figures.decimal(seconds),
        Figures.whole(commands / seconds),
        Figures.whole(cpu.service().toNanos() / 1e3 / commands),
        Figures.whole(cpu.database().toNanos() / 1e3 / commands),
        Figures.thousandths(times, 50),
        Figures.thousandths(times, 99));
    System.out.printf(Locale.ROOT, "%s: %.0f/s%n", what, commands / seconds);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long begun = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begun > PATIENCE.toNanos()) {
        throw new IllegalStateException("not done in time");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
    }
  }

  @Override
  public void close() {
    http.close().await();
    fleet.close();
    service.close();
    vertx.close().await();
    postgres.close();
    kafka.close();
  }
}
