package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.documentation.contract.BodyExample;
import dev.fairlead.documentation.contract.Contract;
import dev.fairlead.documentation.contract.Operation;
import dev.fairlead.endtoend.Belongings.Ids;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.BusReader;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.ServiceJar;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.Value;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// One tenant can see, address and infer nothing of another: over every operation of every
/// contract with every parameter that can name something, and with every message of the protocol.
/// All are read from where they are defined, so that a new one is tried the day it appears.
class TenantIsolationIT {

  private static final String INNER = Belongings.INNER;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String CURSOR = "cursor";

  /// Answers numbers, by which nobody is named.
  private static final String COUNTS = "countDevices";
  private static final Pattern PARAMETER = Pattern.compile("\\{\\w+}");

  @TempDir private static Path directory;

  private static Cluster cluster;
  private static Belongings belongings;
  private static TestDevice device;
  private static Hello hello;
  private static TestDevice intrudingDevice;

  @BeforeAll
  static void start() {
    cluster =
        new Cluster(
            directory,
            ServiceJar.Tuning.QUICK_START,
            Map.of("FAIRLEAD_WEBHOOK_RETRIES", "0"),
            Map.of());
    belongings = new Belongings(cluster);
    device = new TestDevice(cluster.http(), Belongings.DEVICE, belongings.victimsToken());
    hello = device.connect(cluster.gatewayA().httpPort()).join();
    device.status("e1", "{\"" + INNER + "\":1}");
    device.send(alert("zq7-code"));
    device.send(alert("zq7-other-code"));
    belongings.awaitAlerts();
    intrudingDevice =
        new TestDevice(cluster.http(), Belongings.OWN_DEVICE, belongings.intrudersToken());
    await()
        .until(
            () ->
                cluster
                        .api()
                        .raw(
                            cluster.registry().httpPort(),
                            "GET",
                            "/api/v1/devices",
                            Optional.empty(),
                            belongings.intruderKey())
                        .statusCode()
                    == 200);
    await().atMost(PATIENCE).untilAsserted(belongings::assertSettled);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static Message alert(String code) {
    return Messages.alert(
            Body.utf8(
                "{\"code\":\"%s\",\"severity\":\"info\",\"text\":\"%s\",\"state\":\"raised\"}"
                    .formatted(code, INNER)))
        .withId(code);
  }

  static Stream<Operation> operations() {
    return Stream.of("registry", "command")
        .flatMap(name -> Contract.ofSources(name).operations().stream())
        .filter(operation -> !isStream(operation));
  }

  /// What never ends is tried where it is followed: in ChangeStreamIT and CommandStreamIT.
  private static boolean isStream(Operation operation) {
    return operation.answers().stream()
        .anyMatch(answer -> answer.mediaType().filter("text/event-stream"::equals).isPresent());
  }

  /// What stands in a path.
  ///
  /// @param first for its first parameter
  /// @param later for those below
  private record Named(Function<Ids, String> first, Function<Ids, String> later) {

    private static final Named THEIRS = new Named(Ids::theirs, Ids::theirs);
    private static final Named NOBODYS = new Named(Ids::nobodys, Ids::nobodys);
    private static final Named THEIRS_BELOW_OWN = new Named(Ids::own, Ids::theirs);
    private static final Named NOBODYS_BELOW_OWN = new Named(Ids::own, Ids::nobodys);
    private static final Named OWN = new Named(Ids::own, Ids::own);

    String path(Operation operation) {
      return belongings.path(operation, first, later);
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void showsAndDoesNothingOfAnotherTenants(Operation operation) {
    // Given
    String before = belongings.everything();

    // When
    HttpResponse<String> theirs = call(operation, Named.THEIRS, "", Optional.empty());
    HttpResponse<String> nobodys = call(operation, Named.NOBODYS, "", Optional.empty());
    HttpResponse<String> chosen = call(operation, Named.THEIRS, "", Optional.of(Belongings.VICTIM));

    // Then
    assertThat(theirs.body()).as("an answer about the victim's").doesNotContain(INNER);
    assertThat(chosen.body()).as("an answer about the victim's").doesNotContain(INNER);
    if (namesSomething(operation) && !belongings.isEveryones(operation.path())) {
      assertThat(theirs.statusCode()).isEqualTo(nobodys.statusCode());
      assertThat(withoutIds(theirs)).isEqualTo(withoutIds(nobodys));
    }
    if (operation.role().isPresent()) {
      assertThat(chosen.statusCode()).isEqualTo(403);
    }
    assertThat(belongings.everything()).isEqualTo(before);
    assertThat(device.closed()).isNotDone();
  }

  static Stream<Operation> operationsBelowSomething() {
    return operations()
        .filter(operation -> PARAMETER.matcher(operation.path()).results().count() > 1);
  }

  @ParameterizedTest
  @MethodSource("operationsBelowSomething")
  void findsNothingOfAnotherTenantsBelowItsOwn(Operation operation) {
    // Given
    String before = belongings.everything();

    // When
    HttpResponse<String> theirs = call(operation, Named.THEIRS_BELOW_OWN, "", Optional.empty());
    HttpResponse<String> nobodys = call(operation, Named.NOBODYS_BELOW_OWN, "", Optional.empty());

    // Then
    assertThat(theirs.statusCode()).isEqualTo(nobodys.statusCode());
    assertThat(withoutIds(theirs)).isEqualTo(withoutIds(nobodys));
    assertThat(belongings.everything()).isEqualTo(before);
  }

  /// A parameter of a query with something of the victim's in it.
  record Asked(Operation operation, String name, Optional<Ids> values) {
    @Override
    public String toString() {
      return operation + "?" + name + "=" + values.map(Ids::theirs).orElse("…");
    }
  }

  static Stream<Asked> queries() {
    return operations()
        .flatMap(
            operation ->
                operation.parameters().stream()
                    .filter(parameter -> parameter.path("in").asText().equals("query"))
                    .map(parameter -> parameter.path("name").asText())
                    .filter(name -> !Belongings.NAMES_NOTHING.contains(name))
                    .flatMap(name -> asked(operation, name)));
  }

  /// A cursor of the changes is a place in the feed of all tenants, and without one nothing is
  /// listed; the registry's ChangeFeedIT tries it. A map needs a box beside its filter; ClustersIT
  /// tries that.
  private static Stream<Asked> asked(Operation operation, String name) {
    if (operation.id().equals("listChanges") || operation.id().equals("clusterDevices")) {
      return Stream.empty();
    }
    return name.equals(CURSOR)
        ? Stream.of(new Asked(operation, name, Optional.empty()))
        : belongings.queries(name).stream()
            .map(ids -> new Asked(operation, name, Optional.of(ids)));
  }

  @ParameterizedTest
  @MethodSource("queries")
  void findsNothingOfAnotherTenantsByAQuery(Asked asked) {
    // Given
    Operation operation = asked.operation();
    Set<String> theirs = operation.role().isPresent() ? belongings.items(operation) : Set.of();
    String query = asked.values().map(Ids::theirs).orElseGet(() -> belongings.cursor(operation));
    String none = asked.values().map(Ids::nobodys).orElse("");

    // When
    HttpResponse<String> answer =
        call(operation, Named.OWN, query(asked.name(), query), Optional.empty());
    HttpResponse<String> nobodys =
        call(operation, Named.OWN, query(asked.name(), none), Optional.empty());

    // Then
    assertThat(answer.body()).doesNotContain(INNER);
    if (asked.name().equals(CURSOR)) {
      assertThat(answer.statusCode()).isIn(200, 400, 403);
    } else {
      assertThat(answer.statusCode()).isEqualTo(nobodys.statusCode());
    }
    if (operation.role().isPresent() && !operation.id().equals(COUNTS)) {
      assertThat(theirs).isNotEmpty();
      assertThat(Belongings.items(answer)).doesNotContainAnyElementsOf(theirs);
    }
  }

  private static String query(String name, String value) {
    return "?" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  @Test
  void showsOfASharedSigningKeyOwnDevicesOnly() {
    // Given
    Operation list =
        operations()
            .filter(operation -> operation.id().equals("listDevicesOfSigningKey"))
            .findFirst()
            .orElseThrow();

    // When
    HttpResponse<String> answer = call(list, Named.THEIRS, "", Optional.empty());

    // Then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(belongings.items(list)).contains(Belongings.DEVICE);
    assertThat(Belongings.items(answer))
        .contains(Belongings.OWN_DEVICE)
        .doesNotContainAnyElementsOf(belongings.items(list));
  }

  private static boolean namesSomething(Operation operation) {
    return operation.path().contains("{");
  }

  private static String withoutIds(HttpResponse<String> response) {
    return belongings.withoutIds(response.body());
  }

  private static HttpResponse<String> call(
      Operation operation, Named named, String query, Optional<String> tenant) {
    Map<String, String> headers = new LinkedHashMap<>();
    tenant.ifPresent(id -> headers.put("Fairlead-Tenant", id));
    Optional<BodyExample> body = operation.bodies().stream().findFirst();
    body.ifPresent(example -> headers.put("Content-Type", example.mediaType()));
    return cluster
        .api()
        .raw(
            belongings.port(operation),
            operation.method().toUpperCase(Locale.ROOT),
            named.path(operation) + query,
            body.map(example -> example.value().toString()),
            belongings.intruderKey(),
            headers);
  }

  @Test
  void reachesNoDeviceThroughAnotherTenantsGroup() {
    // Given
    String body = "{\"name\":\"k\",\"role\":\"viewer\",\"group\":\"" + Belongings.GROUP + "\"}";
    belongings.in(Belongings.INTRUDER, Belongings.GROUPS, "{\"id\":\"own-group\"}");

    // When
    Api.Answer listed =
        cluster
            .api()
            .get(
                cluster.registry().httpPort(),
                "/api/v1/devices?filter=group%20%3D%20%22" + Belongings.GROUP + "%22",
                Map.of("Fairlead-Tenant", Belongings.INTRUDER));
    Api.Answer key = belongings.in(Belongings.INTRUDER, "/api/v1/api-keys", body);
    Api.Answer taken =
        belongings.in(
            Belongings.INTRUDER,
            Belongings.GROUPS + "/own-group/devices",
            "{\"add\":[\"" + Belongings.DEVICE + "\"]}");

    // Then
    assertThat(listed.status()).isEqualTo(200);
    assertThat(listed.body().path("items")).isEmpty();
    assertThat(key.status()).isEqualTo(404);
    assertThat(taken.body().path("added").asInt(-1)).isZero();
  }

  @Test
  void putsNothingOnTheBusInAnotherTenantsName() throws IllegalAccessException {
    // Given
    intrudingDevice.connect(cluster.gatewayA().httpPort()).join();
    String mark = "mark-of-the-intruder";
    List<String> run = device.run();

    // When
    List<Message> tried = everyMessage(mark);
    tried.forEach(intrudingDevice::send);
    intrudingDevice.status("last", "{\"done\":true}");
    await().until(() -> intrudingDevice.acknowledged().contains("last"));

    // Then
    assertThat(tried).hasSizeGreaterThan(50);
    List<String> elsewhere = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      for (ReceivedRecord each : BusReader.read(cluster.kafka().bootstrapServers(), topic)) {
        if (contains(each, mark) && !each.key().startsWith(Belongings.INTRUDER + "/")) {
          elsewhere.add(topic + " " + each.key());
        }
      }
    }
    assertThat(elsewhere).isEmpty();
    assertThat(device.closed()).isNotDone();
    assertThat(device.run()).isEqualTo(run);
  }

  private static boolean contains(ReceivedRecord record, String mark) {
    byte[] value = record.value();
    return record.key().contains(mark)
        || (value != null && new String(value, StandardCharsets.ISO_8859_1).contains(mark));
  }

  /// Every type under every proto, with props that name the victim in every way there is.
  private static List<Message> everyMessage(String mark) throws IllegalAccessException {
    List<Message> messages = new ArrayList<>();
    for (int proto : numbers()) {
      for (String type : texts("TYPE_")) {
        Message message =
            Message.of(proto, type, Body.utf8("{\"" + mark + "\":1}"))
                .withProp("tenant", Value.of(Belongings.VICTIM))
                .withProp("device", Value.of(Belongings.VICTIM + "/" + Belongings.DEVICE));
        for (String prop : texts("PROP_")) {
          message = message.withProp(prop, Value.of(valueOf(prop)));
        }
        messages.add(message);
      }
    }
    return messages;
  }

  private static String valueOf(String prop) {
    return switch (prop) {
      case NativeProtocol.PROP_SESSION -> hello.sessionId();
      case NativeProtocol.PROP_ADDRESS -> hello.address();
      case NativeProtocol.PROP_CONTENT_TYPE -> "application/json";
      case NativeProtocol.PROP_STATUS -> "succeeded";
      case NativeProtocol.PROP_ID -> belongings.named("/api/v1/commands/{id}").theirs();
      default -> Belongings.VICTIM + "/" + Belongings.DEVICE;
    };
  }

  private static List<Integer> numbers() throws IllegalAccessException {
    List<Integer> numbers = new ArrayList<>();
    for (Field field : constants("PROTO_")) {
      numbers.add(field.getInt(null));
    }
    return numbers.stream().distinct().toList();
  }

  private static List<String> texts(String prefix) throws IllegalAccessException {
    List<String> texts = new ArrayList<>();
    for (Field field : constants(prefix)) {
      texts.add(String.valueOf(field.get(null)));
    }
    return texts.stream().distinct().toList();
  }

  private static List<Field> constants(String prefix) {
    return Arrays.stream(NativeProtocol.class.getFields())
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .filter(field -> field.getName().startsWith(prefix))
        .toList();
  }
}
