package dev.fairlead.benchmarks;

import static java.util.Map.entry;

import dev.fairlead.embedded.EmbeddedPostgres;
import dev.fairlead.embedded.EmbeddedPostgresOptions;
import dev.fairlead.embedded.testing.OwnKafka;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.ServiceJar.Tuning;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/// A tenant with a million devices: how fast they are taken in over HTTP, how long a page of those
/// that meet a filter takes, and the clusters of the world. One registry, a broker, and a
/// PostgreSQL that forces every commit to the disk, each a process of its own. The plans are kept
/// beside the table.
final class MillionDevices {

  private static final String ADMIN_KEY = "an-admin-key-of-the-benchmarks";
  private static final String PASSWORD = "benchmark";
  private static final int FIRST = 200_000;
  private static final int PAGES = 200;
  private static final int DEEP = 20;
  private static final int WARM_UP = 20;
  private static final String LISTS = "/api/v1/devices?limit=100&filter=";
  private static final String WORLD = "/api/v1/device-clusters?bbox=-180,-85,180,85&zoom=2";

  /// `%d` is another number in each request.
  private static final List<String> FILTERS =
      List.of(
          "id = dev-0%05d7",
          "id ^= \"dev-0%03d\"",
          "name ^= \"device 4%03d\"",
          "type = type-7",
          "tag.site = site-%d",
          "tag.line = line-3",
          "group = night-shift",
          "group = fleet",
          "group = hot",
          "health = red",
          "health = green",
          "health = grey",
          "online",
          "online = false",
          "gateway = g-1",
          "blocked",
          "inSync = false",
          "alert = overheated",
          "alert = leaking",
          "reported.firmware = \"1.7\"",
          "reported.net.ssid = \"s%d\"",
          "desired.interval = 30",
          "near(53.5, 10.%03d, 50km)",
          "box(40, -10, 60, 30)",
          "box(53, 9.%03d, 54, 11)",
          "type = type-7 and online",
          "type = type-7 and health = red",
          "type in (type-7, type-8)",
          "tag.site = site-%d and health = red",
          "tag.site = site-%d and telemetry.temperature > 90",
          "tag.site = site-%d or tag.site = site-1",
          "tag.line = line-3 and reported.firmware = \"1.7\"",
          "alert = overheated and tag.line = line-4",
          "group = fleet and health = red",
          "group = fleet and tag.site = site-3",
          "box(40, -10, 60, 30) and health = red",
          "near(53.5, 10.%03d, 200km) and type = type-7",
          "tag.site = site-%d and lastSeenAt < ago(1h)",
          "health = red and not tag.line = line-3");

  private final Table table;
  private final Database database;
  private final ServiceJar registry;
  private final Api api = new Api(ADMIN_KEY);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final StringBuilder plans = new StringBuilder();

  private MillionDevices(Table table, Database database, ServiceJar registry) {
    this.table = table;
    this.database = database;
    this.registry = registry;
  }

  static Table run(Path directory, Path results) throws IOException, InterruptedException {
    Table table = new Table("million-devices", "what", "page", "times", "p50 ms", "p99 ms", "rate");
    try (OwnKafka kafka = OwnKafka.startForLong();
        EmbeddedPostgres postgres =
            EmbeddedPostgres.start(
                EmbeddedPostgresOptions.in(directory.resolve("postgres"), PASSWORD)
                    .withSettings(Database.SETTINGS))) {
      postgres.createDatabase("fairlead");
      Database database = new Database(postgres, directory.resolve("postgres"));
      try (ServiceJar registry =
          ServiceJar.start(
              "registry-service",
              "registry",
              Tuning.PRODUCTION,
              settings(kafka, postgres),
              directory)) {
        registry.awaitReady();
        MillionDevices benchmark = new MillionDevices(table, database, registry);
        benchmark.measure(directory);
        Files.createDirectories(results);
        Files.writeString(results.resolve("million-devices-plans.txt"), benchmark.plans);
      }
    }
    return table;
  }

  /// The gateways that devices are said to be on are none: they must not be declared lost.
  private static Map<String, String> settings(OwnKafka kafka, EmbeddedPostgres postgres) {
    return Map.ofEntries(
        entry("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()),
        entry("FAIRLEAD_KAFKA_PARTITIONS", "4"),
        entry("FAIRLEAD_KAFKA_INBOX_PARTITIONS", "4"),
        entry("FAIRLEAD_KAFKA_STREAMS_PARTITIONS", "4"),
        entry("FAIRLEAD_GATEWAY_LOST_BEATS", "1000"),
        entry("FAIRLEAD_GATEWAY_BEAT_INTERVAL", "1m"),
        entry("FAIRLEAD_ADMIN_KEY", ADMIN_KEY),
        entry("FAIRLEAD_MASTER_KEY", Base64.getEncoder().encodeToString(new byte[32])),
        entry(
            "FAIRLEAD_DATABASE_URL",
            "postgresql://" + postgres.host() + ":" + postgres.port() + "/fairlead"),
        entry("FAIRLEAD_DATABASE_USER", postgres.user()),
        entry("FAIRLEAD_DATABASE_PASSWORD", postgres.password()));
  }

  private void measure(Path directory) throws IOException, InterruptedException {
    warmUp(devices(directory.resolve("first.csv"), FIRST));
    takeIn(devices(directory.resolve("devices.csv"), MillionDeviceState.DEVICES));
    giveOut();
    database.run(MillionDeviceState.STATEMENTS);
    for (String filter : FILTERS) {
      firstPages(filter);
      deepPages(filter);
    }
    world();
    for (String filter : FILTERS) {
      plan(filter);
    }
  }

  private static Path devices(Path file, int count) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("id,name,type,tag:site,tag:line,latitude,longitude\n");
      for (int number = 0; number < count; number++) {
        out.write(MillionDeviceState.row(number));
      }
    }
    return file;
  }

  /// What the registry does first, it does while it is still being compiled. In a tenant of its
  /// own.
  private void warmUp(Path file) throws IOException, InterruptedException {
    Map<String, String> tenant = Map.of("Fairlead-Tenant", "first");
    api.post(registry.httpPort(), "/api/v1/tenants", "{\"id\":\"first\"}");
    row(
        "import of %,d devices, the registry just begun".formatted(FIRST),
        FIRST,
        upload(file, FIRST, tenant));
    database.awaitEmptyOutbox();
  }

  private void takeIn(Path file) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    row(
        "import of 1,000,000 devices",
        MillionDeviceState.DEVICES,
        upload(file, MillionDeviceState.DEVICES, Map.of()));
    database.awaitEmptyOutbox();
    row("the same, until the bus had all", MillionDeviceState.DEVICES, seconds(begun));
  }

  /// @return seconds
  private double upload(Path file, int devices, Map<String, String> headers)
      throws IOException, InterruptedException {
    String id =
        api.post(registry.httpPort(), "/api/v1/device-imports", "{\"format\":\"csv\"}", headers)
            .body()
            .path("id")
            .asText();
    HttpRequest.Builder request =
        request("/api/v1/device-imports/" + id + "/content")
            .header("Content-Type", "text/csv")
            .PUT(HttpRequest.BodyPublishers.ofFile(file));
    headers.forEach(request::header);
    long begun = System.nanoTime();
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    double seconds = seconds(begun);
    if (!answer.body().contains("\"created\":" + devices)) {
      throw new IllegalStateException("not imported: " + answer.body());
    }
    return seconds;
  }

  private void giveOut() throws IOException, InterruptedException {
    long begun = System.nanoTime();
    HttpResponse<InputStream> answer =
        client.send(
            request("/api/v1/device-export").GET().build(),
            HttpResponse.BodyHandlers.ofInputStream());
    long lines = 0;
    byte[] part = new byte[1 << 16];
    try (InputStream body = answer.body()) {
      for (int read = body.read(part); read >= 0; read = body.read(part)) {
        for (int index = 0; index < read; index++) {
          lines += part[index] == '\n' ? 1 : 0;
        }
      }
    }
    if (lines != MillionDeviceState.DEVICES) {
      throw new IllegalStateException("exported were " + lines);
    }
    row("export of 1,000,000 devices", MillionDeviceState.DEVICES, seconds(begun));
  }

  private void row(String what, int devices, double seconds) {
    System.out.printf(Locale.ROOT, "%s: %.1f s%n", what, seconds);
    table.row(
        what,
        "",
        "1",
        "",
        "",
        String.format(Locale.ROOT, "%,d/s (%.1f s)", Math.round(devices / seconds), seconds));
  }

  private static double seconds(long begunNanos) {
    return (System.nanoTime() - begunNanos) / 1e9;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + registry.httpPort() + path))
        .header("Authorization", "Bearer " + ADMIN_KEY);
  }

  private static String path(String filter, int number) {
    String text = String.format(Locale.ROOT, filter, number);
    return LISTS + URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private Optional<String> page(String path, Histogram times) {
    long begun = System.nanoTime();
    Api.Answer answer = api.get(registry.httpPort(), path, Map.of());
    times.recordValue((System.nanoTime() - begun) / 1_000);
    if (answer.status() != 200 || !answer.body().path("indexed").asBoolean()) {
      throw new IllegalStateException(path + ": " + answer);
    }
    return Optional.ofNullable(answer.body().path("next").textValue());
  }

  private void firstPages(String filter) {
    Histogram times = new Histogram(3);
    for (int number = 0; number < PAGES + WARM_UP; number++) {
      if (number == WARM_UP) {
        times.reset();
      }
      page(path(filter, number), times);
    }
    row(filter, "first", times);
  }

  /// Pages far from the beginning; nothing for what has so few.
  private void deepPages(String filter) {
    String path = path(filter, 7);
    Histogram times = new Histogram(3);
    Optional<String> next = page(path, times);
    for (int number = 0; number < PAGES + DEEP && next.isPresent(); number++) {
      if (number == DEEP) {
        times.reset();
      }
      next = page(path + "&cursor=" + next.get(), times);
    }
    if (times.getTotalCount() > DEEP) {
      row(filter, "after " + DEEP, times);
    }
  }

  private void row(String what, String page, Histogram times) {
    table.row(
        "`" + what + "`",
        page,
        Long.toString(times.getTotalCount()),
        millis(times.getValueAtPercentile(50)),
        millis(times.getValueAtPercentile(99)),
        "");
    System.out.println(what + " " + page + " " + millis(times.getValueAtPercentile(99)));
  }

  private static String millis(long micros) {
    return Figures.decimal(micros / 1_000.0);
  }

  private void world() {
    if (api.get(registry.httpPort(), WORLD, Map.of()).status() != 200) {
      return;
    }
    Histogram times = new Histogram(3);
    for (int number = 0; number < PAGES + WARM_UP; number++) {
      if (number == WARM_UP) {
        times.reset();
      }
      long begun = System.nanoTime();
      api.get(registry.httpPort(), WORLD, Map.of());
      times.recordValue((System.nanoTime() - begun) / 1_000);
    }
    row("clusters of the world", "", times);
  }

  private void plan(String filter) throws IOException {
    String path = path(filter, 7);
    plans.append("== ").append(filter).append('\n');
    plans.append(database.explained(() -> page(path, new Histogram(3)))).append('\n');
  }
}
