package dev.fairlead.endtoend.examples;

import static org.awaitility.Awaitility.await;
import static org.awaitility.Durations.ONE_MILLISECOND;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.endtoend.harness.Ports;
import dev.fairlead.endtoend.harness.ProviderStub;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.endtoend.harness.YesterdaysSample;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Messages;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What an example can ask for with `x-given`, and how it comes about. One more is one more line of
/// the table.
final class Preconditions {

  /// Comes about for all examples that need it together, when all else is prepared.
  static final String DATABASE_AWAY = "the database is away";

  /// How many unfinished commands a device may have where the examples are executed.
  static final int COMMAND_QUEUE_MAX = 3;

  private static final int API_KEYS_MAX = 1000;
  private static final int SIGNING_KEYS_MAX = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String DEVICES = "/api/v1/devices";
  private static final String COMMANDS = "/api/v1/devices/pump-17/commands";
  private static final String API_KEYS = "/api/v1/api-keys";
  private static final String SIGNING_KEYS = "/api/v1/signing-keys";
  private static final String PUMP =
      "{\"id\":\"pump-17\",\"name\":\"Pump 17\",\"type\":\"pump\",\"tags\":{\"site\":\"north\"}}";
  private static final String REBOOT = "{\"kind\":\"reboot\",\"deadline\":\"1h\"}";
  private static final String DASHBOARD =
      "{\"name\":\"Dashboard in the hall\",\"role\":\"viewer\"}";

  private static final Map<String, Consumer<World>> OWN =
      Map.ofEntries(
          entry("a device", Preconditions::pump),
          entry("two devices", Preconditions::twoPumps),
          entry("a sub-device", Preconditions::valve),
          entry("a device on the map", Preconditions::placedPump),
          entry("a device at work", Preconditions::atWork),
          entry("a device that measured yesterday", Preconditions::measuredYesterday),
          entry("a command", Preconditions::command),
          entry("a batch of commands", Preconditions::batch),
          entry("a cancelled command", Preconditions::cancelledCommand),
          entry("a command under the idempotency key order-4711", Preconditions::commandUnderKey),
          entry("as many commands as a device may have", Preconditions::commandsToTheLimit),
          entry("an API key", Preconditions::apiKey),
          entry("as many API keys as a tenant may have", Preconditions::apiKeysToTheLimit),
          entry("a tenant", Preconditions::tenant),
          entry("a tenant with a device", Preconditions::deviceOfTenant),
          entry("a gateway that is full", Preconditions::fullGateway),
          entry("a gateway that is full for this address", Preconditions::gatewayFullForAddress),
          entry("a signing key that is announced", Preconditions::announcedKey),
          entry("the signing key that signs", Preconditions::signingKey),
          entry("as many signing keys as there may be", Preconditions::signingKeysToTheLimit),
          entry("an audited device", Preconditions::auditedDevice),
          entry("a person", Preconditions::person),
          entry("a session", Preconditions::session),
          entry("a registry with an identity provider", Preconditions::registryWithProvider),
          entry(
              "a registry whose identity provider does not answer",
              Preconditions::registryWithoutItsProvider),
          entry("a gateway that has banned this address", Preconditions::banningGateway),
          entry("an address that is banned", Preconditions::bannedAddress),
          entry("its tenant is suspended", Preconditions::suspendedTenant),
          entry(DATABASE_AWAY, world -> {}));

  private static final Map<String, Consumer<World>> TABLE =
      Stream.of(
              OWN,
              AlertPreconditions.TABLE,
              BulkPreconditions.TABLE,
              EnrolmentPreconditions.TABLE,
              CertificatePreconditions.TABLE,
              GroupPreconditions.TABLE,
              TwinPreconditions.TABLE,
              ChangePreconditions.TABLE,
              TypePreconditions.TABLE)
          .flatMap(table -> table.entrySet().stream())
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private Preconditions() {}

  /// What is wrong with the words of an example; nothing if the table has them.
  static Optional<String> unknown(String words) {
    return TABLE.containsKey(words)
        ? Optional.empty()
        : Optional.of(
            "x-given: nobody knows how to prepare '%s'; known are %s"
                .formatted(words, new TreeSet<>(TABLE.keySet())));
  }

  /// Lets something be the case.
  ///
  /// @throws IllegalArgumentException for words that the table does not have
  static void prepare(World world, String words) {
    Consumer<World> preparation = TABLE.get(words);
    if (preparation == null) {
      throw new IllegalArgumentException(unknown(words).orElseThrow());
    }
    preparation.accept(world);
  }

  private static Map.Entry<String, Consumer<World>> entry(
      String words, Consumer<World> preparation) {
    return Map.entry(words, preparation);
  }

  private static int commandPort(World world) {
    return world.portOf("command");
  }

  /// Makes the device of the examples, unless another precondition has.
  static TestDevice pump(World world) {
    return world.theDevice(() -> world.device(PUMP));
  }

  /// Connects the device of the examples, and lets it report, measure and raise an alert.
  static void atWork(World world) {
    TestDevice pump = pump(world);
    world.connect(pump, world.portOf("gateway"));
    pump.status("firmware", "{\"firmware\":\"1.4.2\"}");
    pump.send(
        Messages.alert(
                Body.utf8(
                    """
                    {"code":"overheated","severity":"warning","text":"The motor is too hot.",\
                    "suggestion":"Clean the air filter.","state":"raised"}"""))
            .withId("overheated"));
    pump.send(Messages.telemetry(Body.utf8("{\"temperature\":81.5}")));
    await().atMost(PATIENCE).until(() -> isShownAtWork(world));
  }

  private static void measuredYesterday(World world) {
    pump(world);
    YesterdaysSample.write(world.cluster(), world.tenant(), "pump-17", "{\"temperature\":80.5}");
  }

  private static boolean isShownAtWork(World world) {
    JsonNode device = world.read(world.registryPort(), DEVICES + "/pump-17");
    return device.path("presence").path("online").asBoolean()
        && !device.path("reported").isEmpty()
        && !device.path("alerts").isEmpty()
        && !device.path("telemetry").path("values").isEmpty();
  }

  private static String command(World world) {
    return world.named("commands", world.create(commandPort(world), COMMANDS, REBOOT));
  }

  private static void batch(World world) {
    world.named(
        "batches",
        world.create(
            commandPort(world),
            "/api/v1/commands/batches",
            "{\"devices\":[\"pump-17\"],\"kind\":\"reboot\",\"deadline\":\"1h\"}"));
  }

  private static String apiKey(World world) {
    return world.named("api-keys", world.create(world.registryPort(), API_KEYS, DASHBOARD));
  }

  private static void valve(World world) {
    pump(world);
    world.create(world.registryPort(), DEVICES + "/pump-17/sub-devices", "{\"id\":\"valve-3\"}");
  }

  private static void placedPump(World world) {
    world.theDevice(
        () ->
            world.device(
                "{\"id\":\"pump-17\",\"location\":{\"latitude\":53.5438,\"longitude\":9.9661}}"));
  }

  private static void twoPumps(World world) {
    pump(world);
    world.device("{\"id\":\"pump-18\"}");
  }

  private static void cancelledCommand(World world) {
    world.create(commandPort(world), "/api/v1/commands/" + command(world) + "/cancel", "");
  }

  private static void commandUnderKey(World world) {
    world.create(
        commandPort(world),
        COMMANDS,
        REBOOT,
        Map.of("Fairlead-Tenant", world.tenant(), "Idempotency-Key", "order-4711"));
  }

  private static void commandsToTheLimit(World world) {
    IntStream.range(0, COMMAND_QUEUE_MAX).forEach(number -> command(world));
  }

  private static void apiKeysToTheLimit(World world) {
    IntStream.range(0, API_KEYS_MAX)
        .parallel()
        .forEach(number -> world.create(world.registryPort(), API_KEYS, DASHBOARD));
  }

  private static void deviceOfTenant(World world) {
    world.create(world.registryPort(), DEVICES, PUMP, Map.of("Fairlead-Tenant", World.ACME));
  }

  private static void fullGateway(World world) {
    full(world, "FAIRLEAD_CONNECTIONS_MAX", "gateway-full");
  }

  private static void gatewayFullForAddress(World world) {
    full(world, "FAIRLEAD_CONNECTIONS_PER_LOOPBACK_ADDRESS", "gateway-full-for-one");
  }

  private static void banningGateway(World world) {
    ServiceJar gateway =
        world
            .cluster()
            .startGateway(
                "gateway-that-bans", Map.of("FAIRLEAD_HANDSHAKE_FAILURES_PER_ADDRESS", "1"));
    world.goThrough("gateway", gateway.httpPort());
    Map<String, String> wrong =
        Map.of(
            "Authorization", "Bearer nonsense",
            "Connection", "Upgrade",
            "Upgrade", "websocket",
            "Sec-WebSocket-Version", "13",
            "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol", "fairlead.v1.json");
    IntStream.range(0, 2)
        .forEach(
            number ->
                world.send(new Http.Request(gateway.httpPort(), "GET", "/connect", wrong, "")));
  }

  /// An address of its own, so that the other examples are not banned with it. Nothing but a wrong
  /// key is refused there, and the same address stays banned for the next example.
  private static void bannedAddress(World world) {
    world.comesFrom("127.0.0.66");
    for (String service : List.of("registry", "command")) {
      Http.Request request =
          new Http.Request(
              world.portOf(service),
              "GET",
              service.equals("registry") ? DEVICES : COMMANDS,
              Map.of("Authorization", "Bearer " + World.WRONG_KEY),
              "",
              world.address());
      await()
          .atMost(PATIENCE)
          .pollInterval(ONE_MILLISECOND)
          .until(() -> world.send(request).status() == 429);
    }
  }

  private static void suspendedTenant(World world) {
    world
        .cluster()
        .api()
        .patch(world.registryPort(), "/api/v1/tenants/" + world.tenant(), "{\"suspended\":true}");
  }

  private static void tenant(World world) {
    world.create(
        world.registryPort(),
        "/api/v1/tenants",
        "{\"id\":\"acme\",\"name\":\"Acme Real Estate\"}",
        Map.of());
  }

  private static void full(World world, String setting, String name) {
    ServiceJar gateway = world.cluster().startGateway(name, Map.of(setting, "1"));
    world.goThrough("gateway", gateway.httpPort());
    world.connect(world.device("{\"id\":\"first\"}"), gateway.httpPort());
  }

  private static void announcedKey(World world) {
    String id = world.named("signing-keys", world.create(world.registryPort(), SIGNING_KEYS, ""));
    world.atTheEnd(() -> world.remove(SIGNING_KEYS + "/" + id));
  }

  private static void signingKey(World world) {
    for (JsonNode key : world.read(world.registryPort(), SIGNING_KEYS).path("items")) {
      if (key.path("state").asText().equals("signing")) {
        world.named("signing-keys", key);
      }
    }
  }

  private static void signingKeysToTheLimit(World world) {
    int there = world.read(world.registryPort(), SIGNING_KEYS).path("items").size();
    IntStream.range(there, SIGNING_KEYS_MAX).forEach(number -> announcedKey(world));
  }

  private static void auditedDevice(World world) {
    pump(world);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                !world
                    .read(world.registryPort(), "/api/v1/audit?action=createDevice")
                    .path("items")
                    .isEmpty());
  }

  private static void person(World world) {
    world.named(
        "people",
        world.create(
            world.registryPort(),
            "/api/v1/people",
            "{\"email\":\"ada@example.com\",\"role\":\"operator\"}"));
  }

  private static void session(World world) {
    Http.Answer answer =
        world.send(
            new Http.Request(
                world.registryPort(),
                "POST",
                "/api/v1/sign-in/key",
                Map.of("Content-Type", "application/json"),
                "{\"key\":\"" + world.viewerKey() + "\"}"));
    String cookie = String.valueOf(answer.headers().get("Set-Cookie"));
    world.signedIn(
        new World.Session(
            cookie.replaceFirst(";.*", ""), answer.json().path("csrfToken").asText()));
  }

  private static void registryWithProvider(World world) {
    ProviderStub provider = ProviderStub.start();
    world.atTheEnd(provider::close);
    registry(world, "registry-with-provider", provider.issuer());
  }

  private static void registryWithoutItsProvider(World world) {
    registry(world, "registry-without-its-provider", "http://127.0.0.1:" + Ports.free());
  }

  private static void registry(World world, String name, String issuer) {
    anotherRegistry(
        world,
        name,
        Map.of(
            "FAIRLEAD_OIDC_ISSUER", issuer,
            "FAIRLEAD_OIDC_CLIENT_ID", "fairlead",
            "FAIRLEAD_PUBLIC_URL", "http://127.0.0.1:8080"));
  }

  /// Starts a registry with further settings, through which the example goes.
  static void anotherRegistry(World world, String name, Map<String, String> settings) {
    ServiceJar registry = world.cluster().startRegistry(name, settings);
    world.atTheEnd(registry::close);
    world.goThrough("registry", registry.httpPort());
  }
}
