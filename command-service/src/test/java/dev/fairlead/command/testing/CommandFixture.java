package dev.fairlead.command.testing;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusAdmin;
import dev.fairlead.bus.BusSettings;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.access.AccessView;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.command.CommandConfig;
import dev.fairlead.command.CommandService;
import dev.fairlead.command.lifecycle.CommandSettings;
import dev.fairlead.embedded.testing.EventStream;
import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.settings.Settings;
import dev.fairlead.runtime.tracing.TracingSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/// Command services over a fresh database and fresh topics, with gateways and devices played by
/// [Gateway].
public final class CommandFixture implements AutoCloseable {

  /// A key of the default tenant with this role.
  public static final String OPERATOR = "operator-key";

  /// A key that may only read.
  public static final String VIEWER = "viewer-key";

  /// A key of another tenant.
  public static final String STRANGER = "stranger-key";

  /// A key of a platform admin.
  public static final String PLATFORM = "platform-key";

  /// A key that is kept to the devices of the group `night`.
  public static final String KEEPER = "keeper-key";

  private static final AtomicInteger DEVICES = new AtomicInteger();

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<CommandService> services = new ArrayList<>();
  private final List<TopicTail> tails;
  private final CommandConfig config;
  private final Bus bus;
  private final BusProducer producer;
  private final Gateway gateway;

  /// The settings of commands as they are by default, but for some: nothing is sent again for its
  /// lease, what is past its deadline ends at once, and nobody waits for a pace.
  ///
  /// @param others by their names after `FAIRLEAD_COMMAND_`
  public static CommandSettings settings(Map<String, String> others) {
    Map<String, String> settings = new HashMap<>();
    settings.put("FAIRLEAD_COMMAND_LEASE", "10m");
    settings.put("FAIRLEAD_COMMAND_EXPIRY_GRACE", "100ms");
    settings.put("FAIRLEAD_COMMAND_RETURN_RATE", "100000");
    others.forEach((name, value) -> settings.put("FAIRLEAD_COMMAND_" + name, value));
    return CommandSettings.from(Settings.of(settings));
  }

  /// Prepares everything but the services.
  public CommandFixture(CommandSettings settings) {
    this(settings, LimitSettings.defaultSettings());
  }

  /// The same with other bounds of streams.
  public CommandFixture(CommandSettings settings, FeedSettings changes) {
    this(
        settings,
        changes,
        LimitSettings.defaultSettings(),
        URI.create("http://127.0.0.1:1"),
        TracingSettings.OFF);
  }

  /// The same with other limits.
  public CommandFixture(CommandSettings settings, LimitSettings limits) {
    this(
        settings,
        FeedSettings.DEFAULT,
        limits,
        URI.create("http://127.0.0.1:1"),
        TracingSettings.OFF);
  }

  /// The same with a registry that answers filters.
  public CommandFixture(CommandSettings settings, LimitSettings limits, URI registry) {
    this(settings, FeedSettings.DEFAULT, limits, registry, TracingSettings.OFF);
  }

  /// The same with tracing.
  public CommandFixture(CommandSettings settings, TracingSettings tracing) {
    this(
        settings,
        FeedSettings.DEFAULT,
        LimitSettings.defaultSettings(),
        URI.create("http://127.0.0.1:1"),
        tracing);
  }

  private CommandFixture(
      CommandSettings settings,
      FeedSettings changes,
      LimitSettings limits,
      URI registry,
      TracingSettings tracing) {
    BusSettings busSettings =
        new BusSettings(
            TestBackends.kafka().bootstrapServers(),
            "PLAINTEXT",
            "",
            Optional.empty(),
            TestBackends.freshTopicPrefix(),
            3,
            2,
            1,
            1);
    TestBackends.Database database = TestBackends.freshDatabase();
    CommandConfig without =
        CommandConfig.withoutServer(
            new DatabaseSettings(
                database.host(),
                database.port(),
                database.database(),
                database.user(),
                Secret.of(database.password()),
                8,
                true),
            busSettings,
            settings,
            limits);
    config =
        new CommandConfig(
            Optional.of(HttpServerSettings.of("127.0.0.1", 0)),
            without.api(),
            without.database(),
            busSettings,
            settings,
            changes,
            limits,
            registry,
            tracing);
    bus = new Bus(vertx, busSettings, meters, new Health());
    bus.start().await();
    producer = bus.producer(ProducerProfile.PROMPT, 64 << 20, Set.of(Topic.values())).await();
    gateway = new Gateway(producer);
    tails = gateway.tails(bus, Set.of(0, 1));
    tails.forEach(tail -> tail.start().await());
    key(OPERATOR, "default", "OPERATOR");
    key(VIEWER, "default", "VIEWER");
    key(STRANGER, "other", "ADMIN");
    key(PLATFORM, "platform", "PLATFORM");
    gateway.write(
        new AccessMessage.ApiKey(
                AccessView.fingerprint(KEEPER),
                "id-of-" + KEEPER,
                "default",
                "OPERATOR",
                Optional.of("night"),
                0)
            .toRecord());
  }

  private void key(String key, String tenant, String role) {
    gateway.write(
        new AccessMessage.ApiKey(AccessView.fingerprint(key), "id-of-" + key, tenant, role, 0)
            .toRecord());
  }

  /// Starts one more service.
  public CommandService startService() {
    CommandService service = new CommandService(vertx, config, new SimpleMeterRegistry());
    service.start().await();
    services.add(service);
    return service;
  }

  /// The gateways and devices.
  public Gateway gateway() {
    return gateway;
  }

  /// The database, for those who look behind the interface.
  public DatabaseSettings database() {
    return config.database();
  }

  /// A connection to it.
  public Connection connection() throws SQLException {
    DatabaseSettings database = config.database();
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s"
            .formatted(database.host(), database.port(), database.database()),
        database.user(),
        database.password().reveal());
  }

  /// Waits until the services have used everything that a topic has now.
  public void awaitFollowed(Topic topic) {
    Map<Integer, BusAdmin.LogBounds> bounds =
        bus.partitionsOf(topic)
            .compose(partitions -> bus.admin().describe(topic, partitions))
            .await()
            .bounds();
    Awaitility.await()
        .until(
            () -> {
              Map<Integer, Long> positions = positions(topic);
              return bounds.entrySet().stream()
                  .allMatch(
                      each -> positions.getOrDefault(each.getKey(), 0L) >= each.getValue().end());
            });
  }

  private Map<Integer, Long> positions(Topic topic) throws SQLException {
    Map<Integer, Long> positions = new HashMap<>();
    try (Connection connection = connection();
        PreparedStatement statement =
            connection.prepareStatement(
                "select partition, next from command.consumer_offset where topic = ?")) {
      statement.setString(1, topic.suffix());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          positions.put(rows.getInt("partition"), rows.getLong("next"));
        }
      }
    }
    return positions;
  }

  /// A device that no other test has, made as the registry makes it.
  public DeviceKey newDevice() {
    DeviceKey device = unmadeDevice();
    gateway.write(present(device));
    return device;
  }

  /// The id of a device that was not made.
  public static DeviceKey unmadeDevice() {
    return DeviceKey.of("default", "device-" + DEVICES.incrementAndGet());
  }

  /// The record that makes a device, and says which groups it is in.
  public static dev.fairlead.bus.BusRecord present(DeviceKey device, String... groups) {
    return present(device, Optional.empty(), Optional.empty(), Set.of(groups));
  }

  /// The record that makes a device for which another one speaks.
  public static dev.fairlead.bus.BusRecord below(DeviceKey parent, DeviceKey device) {
    return present(device, Optional.empty(), Optional.of(parent.device()), Set.of());
  }

  /// The record that makes a device of a type.
  public static dev.fairlead.bus.BusRecord ofType(DeviceKey device, String type) {
    return present(device, Optional.of(type), Optional.empty(), Set.of());
  }

  private static dev.fairlead.bus.BusRecord present(
      DeviceKey device, Optional<String> type, Optional<DeviceId> parent, Set<String> groups) {
    return new DeviceChange.Present(
            device,
            Optional.empty(),
            type,
            Map.of(),
            Optional.empty(),
            parent,
            groups,
            System.currentTimeMillis())
        .toRecord();
  }

  /// Lets the services read again all that a topic has: they forget how far they have come.
  public void forgetPositions(Topic topic) throws SQLException {
    try (Connection connection = connection();
        PreparedStatement statement =
            connection.prepareStatement(
                "update command.consumer_offset set next = 0 where topic = ?")) {
      statement.setString(1, topic.suffix());
      statement.executeUpdate();
    }
  }

  /// Sends a command by the first service.
  public Answer send(DeviceKey device, String query, String body) {
    return post(
        services.getFirst(),
        OPERATOR,
        "/api/v1/devices/" + device.device() + "/commands" + query,
        body);
  }

  /// Sends a command and goes on while it waits.
  public CompletableFuture<Answer> sendAsync(
      CommandService service, DeviceKey device, String query, String body, String... headers) {
    HttpRequest.Builder request =
        request(service, OPERATOR, "/api/v1/devices/" + device.device() + "/commands" + query)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.sendAsync(request.build(), BodyHandlers.ofString())
        .thenApply(CommandFixture::answer);
  }

  /// Reads a command by the first service.
  public Answer command(String id) {
    return get("/api/v1/commands/" + id);
  }

  /// Reads by the first service.
  public Answer get(String path) {
    return exchange(request(services.getFirst(), OPERATOR, path).GET().build());
  }

  /// Cancels a command by the first service.
  public Answer cancel(String id) {
    return post(services.getFirst(), OPERATOR, "/api/v1/commands/" + id + "/cancel", "");
  }

  /// Posts.
  public Answer post(
      CommandService service, String key, String path, String body, String... headers) {
    HttpRequest.Builder builder = request(service, key, path).POST(BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      builder.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      builder.headers(headers);
    }
    return exchange(builder.build());
  }

  /// Follows a stream at a service.
  public static EventStream<JsonObject> follow(
      CommandService service, String key, String path, String... headers) {
    Map<String, String> all = new HashMap<>();
    all.put("Authorization", "Bearer " + key);
    for (int name = 0; name < headers.length; name += 2) {
      all.put(headers[name], headers[name + 1]);
    }
    return new EventStream<>(
        URI.create("http://127.0.0.1:" + service.port().orElseThrow() + path),
        all,
        JsonObject::new);
  }

  private static HttpRequest.Builder request(CommandService service, String key, String path) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + service.port().orElseThrow() + path))
            .timeout(Duration.ofSeconds(70));
    return key.isEmpty() ? builder : builder.header("Authorization", "Bearer " + key);
  }

  private Answer exchange(HttpRequest request) {
    try {
      return answer(http.send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Answer answer(HttpResponse<String> response) {
    return new Answer(response.statusCode(), response.headers(), response.body());
  }

  /// Stops a service.
  public void stop(CommandService service) {
    services.remove(service);
    service.stop().await();
  }

  @Override
  public void close() {
    List.copyOf(services).forEach(this::stop);
    tails.forEach(tail -> tail.close().await());
    producer.close().await();
    bus.close().await();
    vertx.close().await();
    http.close();
  }
}
