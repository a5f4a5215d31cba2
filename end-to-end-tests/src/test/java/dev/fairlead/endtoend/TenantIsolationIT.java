package dev.fairlead.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.documentation.contract.BodyExample;
import dev.fairlead.documentation.contract.Contract;
import dev.fairlead.documentation.contract.Operation;
import dev.fairlead.endtoend.harness.Api;
import dev.fairlead.endtoend.harness.BusReader;
import dev.fairlead.endtoend.harness.Cluster;
import dev.fairlead.endtoend.harness.TestDevice;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.Value;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// One tenant can see, address and infer nothing of another: over every operation of every
/// contract, and with every message of the protocol. Both are read from where they are defined, so
/// that a new one is tried the day it appears.
class TenantIsolationIT {

  /// The id of the victim's device, which the intruder tries.
  private static final String SECRET = "zq7-victims-device";

  /// In the name of everything that the victim has, and in what its device says. The intruder never
  /// says it.
  private static final String INNER = "zq7-inner-secret";

  private static final String GROUPS = "/api/v1/groups";

  /// The id of the victim's group, in which the device is.
  private static final String GROUP = "victims-group";

  private static final String VICTIM = "victim";
  private static final String INTRUDER = "intruder";
  private static final String FINGERPRINT = "0".repeat(64);

  @TempDir private static Path directory;

  private static Cluster cluster;
  private static TestDevice device;
  private static Hello hello;
  private static String intruderKey;
  private static TestDevice intrudingDevice;

  /// What the victim has, by the service and the path that name it: for each parameter of a path
  /// the value that stands for something of the victim's, and one that stands for nothing.
  private static final Map<String, Ids> IDS = new LinkedHashMap<>();

  /// The victim's id of something, and one of the same form that nobody has.
  private record Ids(String theirs, String nobodys) {}

  @BeforeAll
  static void start() {
    cluster = new Cluster(directory);
    tenant(VICTIM);
    tenant(INTRUDER);
    device = new TestDevice(cluster.http(), SECRET, token(VICTIM, SECRET));
    hello = device.connect(cluster.gatewayA().httpPort()).join();
    device.status("e1", "{\"" + INNER + "\":1}");
    String key = text(in(VICTIM, "/api/v1/api-keys", keyBody(INNER)), "id");
    String command =
        text(
            cluster
                .api()
                .post(
                    cluster.command().httpPort(),
                    "/api/v1/devices/" + SECRET + "/commands",
                    "{\"kind\":\"" + INNER + "\"}",
                    Map.of("Fairlead-Tenant", VICTIM)),
            "id");
    intruderKey = text(in(INTRUDER, "/api/v1/api-keys", keyBody("intruder")), "key");
    intrudingDevice = new TestDevice(cluster.http(), "intruding", token(INTRUDER, "intruding"));
    String nobody = "00000000-0000-4000-8000-000000000000";
    IDS.put("/api/v1/devices/{id}", new Ids(SECRET, "nobodys-device"));
    IDS.put("/api/v1/api-keys/{id}", new Ids(key, nobody));
    IDS.put("/api/v1/commands/{id}", new Ids(command, nobody));
    IDS.put("/api/v1/tenants/{id}", new Ids(VICTIM, "nobodys-tenant"));
    IDS.put("/api/v1/signing-keys/{id}", new Ids(nobody, nobody));
    IDS.put("/api/v1/people/{id}", new Ids(person(), nobody));
    in(VICTIM, GROUPS, "{\"id\":\"" + GROUP + "\",\"name\":\"" + INNER + "\"}");
    in(VICTIM, GROUPS + "/" + GROUP + "/devices", "{\"add\":[\"" + SECRET + "\"]}");
    IDS.put("/api/v1/groups/{id}", new Ids(GROUP, "nobodys-group"));
    Api.Answer fleetKey =
        in(
            VICTIM,
            "/api/v1/provisioning-keys",
            "{\"name\":\"" + INNER + "\",\"accept\":\"by-hand\"}");
    IDS.put("/api/v1/provisioning-keys/{id}", new Ids(text(fleetKey, "id"), nobody));
    IDS.put("/api/v1/enrolments/{id}", new Ids(enrolment(text(fleetKey, "key")), nobody));
    // That of a stranger's authority is tried where there is one: in the tests of certificates.
    IDS.put("/api/v1/certificate-authorities/{fingerprint}", new Ids(FINGERPRINT, FINGERPRINT));
    IDS.put("/api/v1/rules/{ruleId}", new Ids(rule(), nobody));
    IDS.put("/api/v1/knowledge/{code}", new Ids(SECRET + "-code", "nobodys-code"));
    know(SECRET + "-code");
    IDS.put("/api/v1/alerts/{alertId}", new Ids(alert(), nobody));
    await().until(() -> get(intruderKey, "/api/v1/devices").statusCode() == 200);
    await().until(() -> document(VICTIM).contains(INNER + "\":1"));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static void tenant(String id) {
    cluster.api().post(cluster.registry().httpPort(), "/api/v1/tenants", "{\"id\":\"" + id + "\"}");
  }

  private static String token(String tenant, String id) {
    return text(
        in(
            tenant,
            "/api/v1/devices",
            "{\"id\":\"" + id + "\",\"name\":\"" + (tenant.equals(VICTIM) ? INNER : id) + "\"}"),
        "token");
  }

  private static String keyBody(String name) {
    return "{\"name\":\"" + name + "\",\"role\":\"admin\"}";
  }

  private static String person() {
    return text(
        in(
            VICTIM,
            "/api/v1/people",
            "{\"email\":\"someone@example.com\",\"name\":\"" + INNER + "\",\"role\":\"viewer\"}"),
        "id");
  }

  private static String rule() {
    return text(
        in(
            VICTIM,
            "/api/v1/rules",
            "{\"name\":\""
                + INNER
                + "\",\"condition\":{\"kind\":\"offline\",\"for\":\"1d\"},\"alert\":{\"code\":\"c\","
                + "\"severity\":\"info\",\"text\":\""
                + INNER
                + "\"}}"),
        "id");
  }

  private static void know(String code) {
    HttpResponse<String> answer =
        cluster
            .api()
            .raw(
                cluster.registry().httpPort(),
                "PUT",
                "/api/v1/knowledge/" + code,
                Optional.of(
                    "{\"explanation\":\"" + INNER + "\",\"suggestion\":\"" + INNER + "\"}"),
                cluster.adminKey(),
                Map.of("Content-Type", "application/json", "Fairlead-Tenant", VICTIM));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private static String alert() {
    device.send(
        Messages.alert(
                Body.utf8(
                    "{\"code\":\"c\",\"severity\":\"info\",\"text\":\""
                        + INNER
                        + "\",\"state\":\"raised\"}"))
            .withId("alert"));
    await().until(() -> !alerts().isEmpty());
    return alerts().get(0).path("id").asText();
  }

  private static JsonNode alerts() {
    return cluster
        .api()
        .get(
            cluster.registry().httpPort(),
            "/api/v1/alerts",
            Map.of("Fairlead-Tenant", VICTIM))
        .body()
        .path("items");
  }

  private static String enrolment(String key) {
    return text(
        cluster
            .api()
            .post(
                cluster.registry().httpPort(),
                "/api/v1/enrolments",
                "{\"key\":\"" + key + "\",\"id\":\"newcomer\",\"name\":\"" + INNER + "\"}"),
        "enrolmentId");
  }

  private static Api.Answer in(String tenant, String path, String body) {
    return cluster
        .api()
        .post(cluster.registry().httpPort(), path, body, Map.of("Fairlead-Tenant", tenant));
  }

  private static String text(Api.Answer answer, String field) {
    assertThat(answer.status()).as("%s", answer).isIn(200, 201, 202);
    return answer.body().path(field).asText();
  }

  private static HttpResponse<String> get(String key, String path) {
    return cluster.api().raw(cluster.registry().httpPort(), "GET", path, Optional.empty(), key);
  }

  /// Everything that the victim's admins can see of their device, but for what time changes.
  private static String document(String tenant) {
    return cluster
        .api()
        .get(
            cluster.registry().httpPort(),
            "/api/v1/devices/" + SECRET,
            Map.of("Fairlead-Tenant", tenant))
        .body()
        .toString()
        .replaceAll("\"lastSeenAt\":\"[^\"]*\"", "");
  }

  static Stream<Operation> operations() {
    return Stream.of("registry", "command")
        .flatMap(name -> Contract.ofSources(name).operations().stream());
  }

  @ParameterizedTest
  @MethodSource("operations")
  void showsAndDoesNothingOfAnotherTenants(Operation operation) {
    // Given
    String before = document(VICTIM);
    int port =
        operation.contract().service().equals("command")
            ? cluster.command().httpPort()
            : cluster.registry().httpPort();

    // When
    HttpResponse<String> theirs = call(operation, port, true, Optional.empty());
    HttpResponse<String> nobodys = call(operation, port, false, Optional.empty());
    HttpResponse<String> chosen = call(operation, port, true, Optional.of(VICTIM));

    // Then
    assertThat(theirs.body()).as("an answer about the victim's").doesNotContain(INNER);
    assertThat(chosen.body()).as("an answer about the victim's").doesNotContain(INNER);
    if (namesSomething(operation)) {
      assertThat(theirs.statusCode()).isEqualTo(nobodys.statusCode());
      assertThat(withoutIds(operation, theirs)).isEqualTo(withoutIds(operation, nobodys));
    }
    if (operation.role().isPresent()) {
      assertThat(chosen.statusCode()).isEqualTo(403);
    }
    assertThat(document(VICTIM)).isEqualTo(before);
    assertThat(device.closed()).isNotDone();
  }

  private static boolean namesSomething(Operation operation) {
    return operation.path().contains("{");
  }

  private static String path(Operation operation, boolean theirs) {
    if (!namesSomething(operation)) {
      return operation.path();
    }
    String stem =
        IDS.keySet().stream()
            .filter(known -> operation.path().startsWith(known))
            .findFirst()
            .orElseThrow(
                () ->
                    new AssertionError(
                        "this test has nothing of the victim's for " + operation.path()));
    Ids ids = ids(stem);
    String value = theirs ? ids.theirs() : ids.nobodys();
    // Parameters further down name things below the first.
    return operation.path().replaceFirst("\\{\\w+}", value).replaceAll("\\{\\w+}", FINGERPRINT);
  }

  private static String withoutIds(Operation operation, HttpResponse<String> response) {
    Ids ids = ids(stem(operation));
    return response
        .body()
        .replace(ids.theirs(), "ID")
        .replace(ids.nobodys(), "ID")
        .replaceAll("\"updatedAt\":\"[^\"]*\"", "");
  }

  private static Ids ids(String stem) {
    return Objects.requireNonNull(IDS.get(stem));
  }

  private static String stem(Operation operation) {
    return IDS.keySet().stream()
        .filter(known -> operation.path().startsWith(known))
        .findFirst()
        .orElse("");
  }

  private static HttpResponse<String> call(
      Operation operation, int port, boolean theirs, Optional<String> tenant) {
    Map<String, String> headers = new LinkedHashMap<>();
    tenant.ifPresent(id -> headers.put("Fairlead-Tenant", id));
    Optional<BodyExample> body = operation.bodies().stream().findFirst();
    body.ifPresent(example -> headers.put("Content-Type", example.mediaType()));
    return cluster
        .api()
        .raw(
            port,
            operation.method().toUpperCase(Locale.ROOT),
            path(operation, theirs),
            body.map(example -> example.value().toString()),
            intruderKey,
            headers);
  }

  @Test
  void reachesNoDeviceThroughAnotherTenantsGroup() {
    // Given
    String body = "{\"name\":\"k\",\"role\":\"viewer\",\"group\":\"" + GROUP + "\"}";
    in(INTRUDER, GROUPS, "{\"id\":\"own-group\"}");

    // When
    Api.Answer listed =
        cluster
            .api()
            .get(
                cluster.registry().httpPort(),
                "/api/v1/devices?filter=group%20%3D%20%22" + GROUP + "%22",
                Map.of("Fairlead-Tenant", INTRUDER));
    Api.Answer key = in(INTRUDER, "/api/v1/api-keys", body);
    Api.Answer taken =
        in(INTRUDER, GROUPS + "/own-group/devices", "{\"add\":[\"" + SECRET + "\"]}");

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
        if (contains(each, mark) && !each.key().startsWith(INTRUDER + "/")) {
          elsewhere.add(topic + " " + each.key());
        }
      }
    }
    assertThat(elsewhere).isEmpty();
    assertThat(device.closed()).isNotDone();
    assertThat(device.run()).hasSize(1);
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
                .withProp("tenant", Value.of(VICTIM))
                .withProp("device", Value.of(VICTIM + "/" + SECRET));
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
      case NativeProtocol.PROP_ID -> ids("/api/v1/commands/{id}").theirs();
      default -> VICTIM + "/" + SECRET;
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
