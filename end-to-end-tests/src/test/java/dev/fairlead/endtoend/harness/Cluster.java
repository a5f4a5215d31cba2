package dev.fairlead.endtoend.harness;

import dev.fairlead.embedded.testing.OwnKafka;
import dev.fairlead.embedded.testing.OwnPostgres;
import dev.fairlead.embedded.testing.TestBackends.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Two gateways, one registry and one command service, each a process of its own, with a broker and
/// a database that can be frozen.
public final class Cluster implements AutoCloseable {

  /// The key of the operator.
  public static final String ADMIN_KEY = "an-admin-key-for-tests-only-0123456789";
  private static final int MASTER_KEY_BYTES = 32;
  private static final int MAKING_AT_ONCE = 16;

  private final Path directory;
  private final ServiceJar.Tuning tuning;
  private final OwnKafka kafka;
  private final OwnPostgres postgres;
  private final Map<String, String> settings;
  private final ServiceJar registry;
  private final ServiceJar command;
  private final List<ServiceJar> gateways = new ArrayList<>();
  private final List<ServiceJar> registries = new ArrayList<>();
  private final List<ServiceJar> commands = new ArrayList<>();
  private final Api api = new Api(ADMIN_KEY);
  private final HttpClient devices = HttpClient.newHttpClient();

  public Cluster(Path directory) {
    this(directory, ServiceJar.Tuning.QUICK_START);
  }

  public Cluster(Path directory, ServiceJar.Tuning tuning) {
    this(directory, tuning, Map.of(), Map.of());
  }

  /// @param ofRegistry further settings of the registry
  /// @param ofCommand further settings of the command service
  public Cluster(
      Path directory,
      ServiceJar.Tuning tuning,
      Map<String, String> ofRegistry,
      Map<String, String> ofCommand) {
    this(directory, tuning, ofRegistry, ofCommand, Map.of());
  }

  /// @param ofRegistry further settings of the registry
  /// @param ofCommand further settings of the command service
  /// @param ofGateways further settings of both gateways
  public Cluster(
      Path directory,
      ServiceJar.Tuning tuning,
      Map<String, String> ofRegistry,
      Map<String, String> ofCommand,
      Map<String, String> ofGateways) {
    this.directory = directory;
    this.tuning = tuning;
    CompletableFuture<OwnPostgres> starting = CompletableFuture.supplyAsync(OwnPostgres::start);
    this.kafka =
        tuning == ServiceJar.Tuning.PRODUCTION ? OwnKafka.startForLong() : OwnKafka.start();
    this.postgres = starting.join();
    this.settings = settings();
    Map<String, String> registrySettings = stateful();
    registrySettings.putAll(ofRegistry);
    this.registry = start("registry-service", "registry", registrySettings);
    Map<String, String> commandSettings = stateful(ofCommand);
    commandSettings.put("FAIRLEAD_REGISTRY_URL", "http://127.0.0.1:" + registry.httpPort());
    this.command = start("command-service", "command", commandSettings);
    Map<String, String> gatewaySettings = new HashMap<>(settings);
    gatewaySettings.putAll(ofGateways);
    gateways.add(start("gateway-service", "gateway-a", gatewaySettings));
    gateways.add(start("gateway-service", "gateway-b", gatewaySettings));
    registry.awaitReady();
    command.awaitReady();
    gateways.forEach(ServiceJar::awaitReady);
  }

  private Map<String, String> settings() {
    Map<String, String> common = new HashMap<>();
    common.put("FAIRLEAD_KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
    common.put("FAIRLEAD_KAFKA_PARTITIONS", "4");
    common.put("FAIRLEAD_KAFKA_INBOX_PARTITIONS", "4");
    common.put("FAIRLEAD_KAFKA_STREAMS_PARTITIONS", "4");
    return common;
  }

  private Map<String, String> stateful() {
    return stateful(
        Map.of(
            "FAIRLEAD_ADMIN_KEY_FILE", write("admin-key", ADMIN_KEY),
            "FAIRLEAD_MASTER_KEY_FILE",
                write(
                    "master-key", Base64.getEncoder().encodeToString(new byte[MASTER_KEY_BYTES]))));
  }

  private Map<String, String> stateful(Map<String, String> more) {
    Database database = postgres.database("fairlead");
    Map<String, String> all = new HashMap<>(settings);
    all.put(
        "FAIRLEAD_DATABASE_URL",
        "postgresql://" + database.host() + ":" + database.port() + "/" + database.database());
    all.put("FAIRLEAD_DATABASE_USER", database.user());
    all.put("FAIRLEAD_DATABASE_PASSWORD_FILE", write("database-password", database.password()));
    all.putAll(more);
    return all;
  }

  private String write(String name, String text) {
    try {
      return Files.writeString(directory.resolve(name), text).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ServiceJar start(String module, String name, Map<String, String> environment) {
    return ServiceJar.start(module, name, tuning, environment, directory);
  }

  /// What the services were told in confidence.
  public List<String> secrets() {
    return List.of(
        ADMIN_KEY,
        Base64.getEncoder().encodeToString(new byte[MASTER_KEY_BYTES]),
        postgres.database("fairlead").password());
  }

  /// All processes of services.
  public List<ServiceJar> services() {
    return Stream.concat(Stream.of(registry, command), gateways.stream()).toList();
  }

  public OwnKafka kafka() {
    return kafka;
  }

  public OwnPostgres postgres() {
    return postgres;
  }

  public ServiceJar gatewayA() {
    return gateways.getFirst();
  }

  public ServiceJar gatewayB() {
    return gateways.get(1);
  }

  /// Another gateway.
  public ServiceJar startGateway(String name) {
    return startGateway(name, Map.of());
  }

  /// Another gateway, with further settings.
  public ServiceJar startGateway(String name, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(settings);
    all.putAll(more);
    ServiceJar gateway = start("gateway-service", name, all).awaitReady();
    gateways.add(gateway);
    return gateway;
  }

  public ServiceJar registry() {
    return registry;
  }

  /// Another registry, with settings of its own besides those of all.
  public ServiceJar startRegistry(String name, Map<String, String> more) {
    Map<String, String> all = stateful();
    all.putAll(more);
    ServiceJar another = start("registry-service", name, all).awaitReady();
    registries.add(another);
    return another;
  }

  public ServiceJar command() {
    return command;
  }

  /// Another command service beside the first.
  public ServiceJar startCommand(String name) {
    return startCommand(name, Map.of());
  }

  /// Another command service, with settings of its own besides those of all.
  public ServiceJar startCommand(String name, Map<String, String> more) {
    ServiceJar another = start("command-service", name, stateful(more)).awaitReady();
    commands.add(another);
    return another;
  }

  /// The key of a platform admin.
  public String adminKey() {
    return ADMIN_KEY;
  }

  /// A new device, registered and not connected.
  public TestDevice device(String id) {
    Api.Answer answer = api.post(registry.httpPort(), "/api/v1/devices", "{\"id\":\"" + id + "\"}");
    if (answer.status() != 201) {
      throw new IllegalStateException("no device was made: " + answer);
    }
    return new TestDevice(devices, id, answer.body().path("token").asText());
  }

  /// A device that was registered by somebody else.
  public TestDevice device(String id, String token) {
    return new TestDevice(devices, id, token);
  }

  /// Many new devices.
  public List<TestDevice> devices(String stem, int count) {
    try (ExecutorService callers = Executors.newFixedThreadPool(MAKING_AT_ONCE)) {
      return IntStream.range(0, count)
          .mapToObj(i -> CompletableFuture.supplyAsync(() -> device(stem + i), callers))
          .toList()
          .stream()
          .map(CompletableFuture::join)
          .toList();
    }
  }

  /// What the registry says of a device.
  public Api.Answer deviceDocument(String id) {
    return api.get(registry.httpPort(), "/api/v1/devices/" + id);
  }

  /// Whether the registry shows a device online.
  public boolean isOnline(String id) {
    return deviceDocument(id).body().path("presence").path("online").asBoolean();
  }

  /// Sends a command.
  ///
  /// @param query such as `?wait=10s`, or nothing
  public Api.Answer send(String device, String kind, String query) {
    return api.post(
        command.httpPort(),
        "/api/v1/devices/" + device + "/commands" + query,
        "{\"kind\":\"" + kind + "\",\"body\":{\"n\":1}}");
  }

  /// What the command service says of a command.
  public Api.Answer commandDocument(String id) {
    return api.get(command.httpPort(), "/api/v1/commands/" + id);
  }

  /// A client for devices.
  public HttpClient http() {
    return devices;
  }

  public Api api() {
    return api;
  }

  @Override
  public void close() {
    List<ServiceJar> all =
        Stream.of(gateways, registries, commands, List.of(command, registry))
            .flatMap(List::stream)
            .toList();
    // All end at once; each is then waited for.
    all.forEach(ServiceJar::terminate);
    all.forEach(ServiceJar::close);
    api.close();
    devices.shutdownNow();
    postgres.close();
    kafka.close();
  }
}
