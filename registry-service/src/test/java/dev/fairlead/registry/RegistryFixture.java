package dev.fairlead.registry;

import dev.fairlead.bus.Bus;
import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.limit.FlappingSettings;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.producer.BusProducer;
import dev.fairlead.bus.producer.Position;
import dev.fairlead.bus.producer.ProducerProfile;
import dev.fairlead.embedded.testing.TestBackends;
import dev.fairlead.registry.alert.AlertSettings;
import dev.fairlead.registry.bulk.BulkSettings;
import dev.fairlead.registry.enrolment.EnrolmentSettings;
import dev.fairlead.registry.map.MapSettings;
import dev.fairlead.registry.signin.SignInSettings;
import dev.fairlead.registry.telemetry.TelemetrySettings;
import dev.fairlead.registry.webhook.WebhookSettings;
import dev.fairlead.runtime.database.DatabaseSettings;
import dev.fairlead.runtime.database.PgPools;
import dev.fairlead.runtime.health.Health;
import dev.fairlead.runtime.http.ApiSettings;
import dev.fairlead.runtime.http.HttpServerSettings;
import dev.fairlead.runtime.settings.Secret;
import dev.fairlead.runtime.tracing.TracingSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A registry with topics and a database of its own, and the bus beside it to write what gateways
/// would write and to read what the registry says.
final class RegistryFixture implements AutoCloseable {

  static final String ADMIN_KEY = "an-admin-key-of-the-tests";
  static final String MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  private static final Duration API_TIMEOUT = Duration.ofSeconds(10);
  private static final int PARTITIONS = 3;
  private static final long BUDGET_BYTES = 8L * 1024 * 1024;
  private static final long TIMEOUT_SECONDS = 60;

  private static final Logger log = LoggerFactory.getLogger(RegistryFixture.class);

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final RegistryConfig config;
  private final Bus bus;
  private final BusProducer producer;
  private final WebClient client = WebClient.create(vertx);
  private final Map<Topic, List<ReceivedRecord>> heard = new ConcurrentHashMap<>();
  private RegistryService service;

  RegistryFixture() {
    this(database());
  }

  RegistryFixture(DatabaseSettings database) {
    this(database, TestBackends.kafka());
  }

  RegistryFixture(DatabaseSettings database, TestBackends.Kafka kafka) {
    this(database, kafka, UnaryOperator.identity());
  }

  /// @param change what is other than usual
  RegistryFixture(UnaryOperator<RegistryConfig> change) {
    this(database(), TestBackends.kafka(), change);
  }

  private RegistryFixture(
      DatabaseSettings database, TestBackends.Kafka kafka, UnaryOperator<RegistryConfig> change) {
    this.config = change.apply(config(database, kafka));
    this.bus = new Bus(vertx, config.bus(), meters, new Health());
    await(bus.start());
    this.producer =
        await(bus.producer(ProducerProfile.PROMPT, BUDGET_BYTES, EnumSet.allOf(Topic.class)));
    this.service = started(config);
  }

  static DatabaseSettings database() {
    return settingsOf(TestBackends.freshDatabase());
  }

  static DatabaseSettings settingsOf(TestBackends.Database database) {
    return new DatabaseSettings(
        database.host(),
        database.port(),
        database.database(),
        database.user(),
        Secret.of(database.password()),
        4,
        true);
  }

  private static RegistryConfig config(DatabaseSettings database, TestBackends.Kafka kafka) {
    return new RegistryConfig(
        Optional.of(HttpServerSettings.of("127.0.0.1", 0)),
        new ApiSettings("registry", 1 << 20, 64, API_TIMEOUT),
        database,
        TestBus.settings(kafka, PARTITIONS),
        Optional.of(Secret.of(ADMIN_KEY)),
        Secret.of(MASTER_KEY),
        Optional.empty(),
        Duration.ofDays(400),
        Duration.ofDays(400),
        Duration.ofDays(90),
        Duration.ofDays(400),
        EnrolmentSettings.DEFAULT,
        FeedSettings.DEFAULT,
        WebhookSettings.DEFAULT,
        3,
        Duration.ofMillis(100),
        SignInSettings.none(),
        LimitSettings.defaultSettings(),
        new AlertSettings(Duration.ofDays(90), Duration.ofSeconds(1), Duration.ofMillis(1)),
        FlappingSettings.DEFAULT,
        TelemetrySettings.DEFAULT,
        MapSettings.DEFAULT,
        BulkSettings.DEFAULT,
        TracingSettings.OFF);
  }

  RegistryConfig config() {
    return config;
  }

  SimpleMeterRegistry meters() {
    return meters;
  }

  Vertx vertx() {
    return vertx;
  }

  /// What takes requests that come in elsewhere.
  Handler<HttpServerRequest> handler() {
    return service.requestHandler();
  }

  /// Where it listens.
  int port() {
    return service.httpPort().orElseThrow();
  }

  void stop() {
    await(service.stop());
  }

  /// Starts another registry after a stop, with the same configuration but for what `change` says.
  void start(UnaryOperator<RegistryConfig> change) {
    service = started(change.apply(config));
  }

  private RegistryService started(RegistryConfig with) {
    RegistryService made = new RegistryService(vertx, with, meters);
    await(made.start());
    made.health().ready();
    return made;
  }

  /// Writes a record as somebody else would.
  Position send(BusRecord record) {
    return await(producer.send(record));
  }

  /// The same without waiting, from an event loop.
  void sendLater(BusRecord record) {
    producer.send(record).onFailure(cause -> log.debug("record not sent", cause));
  }

  /// What was written to a topic since the first time it was asked for here, which counts from its
  /// beginning.
  List<ReceivedRecord> heard(Topic topic) {
    return heard.computeIfAbsent(
        topic,
        asked -> {
          List<ReceivedRecord> records = new CopyOnWriteArrayList<>();
          TopicTail tail =
              bus.tail(
                  asked,
                  await(bus.partitionsOf(asked)),
                  new TopicTail.Start.Beginning(),
                  records::add,
                  () -> {});
          await(tail.start());
          return records;
        });
  }

  HttpResponse<Buffer> request(HttpMethod method, String path, JsonObject body) {
    return request(
        method, path, Map.of("Content-Type", "application/json"), body.toBuffer(), ADMIN_KEY);
  }

  HttpResponse<Buffer> request(HttpMethod method, String path) {
    return request(method, path, Map.of(), Buffer.buffer(), ADMIN_KEY);
  }

  HttpResponse<Buffer> request(
      HttpMethod method, String path, Map<String, String> headers, Buffer body, String key) {
    var request =
        client
            .request(method, service.httpPort().orElseThrow(), "127.0.0.1", path)
            .bearerTokenAuthentication(key);
    headers.forEach(request::putHeader);
    return await(body.length() == 0 ? request.send() : request.sendBuffer(body));
  }

  /// A request without a key, sent without waiting for the answer.
  io.vertx.core.Future<HttpResponse<Buffer>> send(
      HttpMethod method, String path, Map<String, String> headers, Buffer body) {
    var request = client.request(method, service.httpPort().orElseThrow(), "127.0.0.1", path);
    headers.forEach(request::putHeader);
    return request.sendBuffer(body);
  }

  /// The same as the admin in another tenant.
  HttpResponse<Buffer> requestIn(String tenant, HttpMethod method, String path, JsonObject body) {
    return request(
        method,
        path,
        Map.of("Content-Type", "application/json", "Fairlead-Tenant", tenant),
        body.toBuffer(),
        ADMIN_KEY);
  }

  /// What stands in the audit of the default tenant.
  ///
  /// @param query that the entries must meet
  List<JsonObject> audited(String query) {
    return json(request(HttpMethod.GET, "/api/v1/audit?limit=1000&" + query))
        .getJsonArray("items")
        .stream()
        .map(JsonObject.class::cast)
        .toList();
  }

  /// What a request with this key or token and without a body is answered.
  int statusOf(String key, HttpMethod method, String path) {
    return request(method, path, Map.of(), Buffer.buffer(), key).statusCode();
  }

  /// The first column of what a query finds.
  List<String> column(String sql) {
    Pool pool = PgPools.create(vertx, config.database(), "test", "registry");
    List<String> values = new ArrayList<>();
    await(pool.query(sql).execute()).forEach(row -> values.add(row.getString(0)));
    await(pool.close());
    return values;
  }

  JsonObject device(String id) {
    return json(request(HttpMethod.GET, "/api/v1/devices/" + id));
  }

  void createTenant(String id) {
    request(HttpMethod.POST, "/api/v1/tenants", new JsonObject().put("id", id));
  }

  String createDevice(String id) {
    return json(request(HttpMethod.POST, "/api/v1/devices", new JsonObject().put("id", id)))
        .getString("token");
  }

  static JsonObject json(HttpResponse<Buffer> response) {
    return Objects.requireNonNull(response.bodyAsJsonObject());
  }

  static <T> T await(io.vertx.core.Future<T> future) {
    try {
      return future.await(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("not done in time", e);
    }
  }

  @Override
  public void close() {
    stop();
    await(producer.close());
    await(bus.close());
    await(vertx.close());
  }
}
