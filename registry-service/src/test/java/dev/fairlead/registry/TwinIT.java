package dev.fairlead.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DesiredAnswer;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.SessionMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Twins by the API and by the bus.
class TwinIT {

  private static final InboxAddress GATEWAY = new InboxAddress(1, "twin-gateway");
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String LONG = "x".repeat(100);

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
    registry
        .vertx()
        .setPeriodic(
            50,
            _ -> registry.sendLater(new GatewayMessage.GatewayBeat(GATEWAY, 1, false).toRecord()));
    registry.heard(Topic.INBOX);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static DeviceKey key(String id) {
    return DeviceKey.of("default", id);
  }

  private static Epoch open(String device, String session) {
    return open(device, session, "fairlead.v1.json");
  }

  private static Epoch open(String device, String session, String wire) {
    SessionMessage.Place place = new SessionMessage.Place(GATEWAY, wire, "192.0.2.1");
    long offset =
        registry
            .send(
                SessionMessage.opened(
                    key(device), new SessionId(session), 1, place, System.currentTimeMillis()))
            .offset();
    return new Epoch(1, offset);
  }

  private static void awaitSession(String device, String session) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                session.equals(
                    registry.device(device).getJsonObject("presence").getString("session")));
  }

  private static void said(
      DeviceMessage.Type type,
      String device,
      Epoch epoch,
      String body,
      Optional<DesiredAnswer> answer,
      Map<String, String> headers) {
    BusRecord record =
        new DeviceMessage(
                type,
                key(device),
                new SessionId("s"),
                epoch,
                System.currentTimeMillis(),
                Optional.empty(),
                answer.map(DesiredAnswer::word),
                answer.filter(DesiredAnswer.REJECTED::equals).map(word -> "too short"),
                Headers.JSON,
                body.getBytes(UTF_8))
            .toRecord();
    Map<String, String> all = new HashMap<>(record.headers());
    all.putAll(headers);
    registry.send(BusRecord.keyed(record.topic(), record.key(), all, body.getBytes(UTF_8)));
  }

  private static void answer(String device, Epoch epoch, long version, DesiredAnswer answer) {
    said(
        DeviceMessage.Type.DESIRED_ACK,
        device,
        epoch,
        "",
        Optional.of(answer),
        Map.of(Headers.VERSION, Long.toString(version)));
  }

  private static void report(String device, Epoch epoch, String body, Map<String, String> headers) {
    said(DeviceMessage.Type.REPORTED, device, epoch, body, Optional.empty(), headers);
  }

  private static HttpResponse<Buffer> change(
      HttpMethod method, String device, String body, Map<String, String> headers) {
    Map<String, String> all = new HashMap<>(headers);
    all.putIfAbsent("Content-Type", "application/json");
    return registry.request(
        method,
        "/api/v1/devices/" + device + "/twin/desired",
        all,
        Buffer.buffer(body),
        RegistryFixture.ADMIN_KEY);
  }

  private static JsonObject desired(HttpMethod method, String device, String body) {
    HttpResponse<Buffer> response = change(method, device, body, Map.of());
    assertThat(response.statusCode()).as(response.bodyAsString()).isEqualTo(200);
    return RegistryFixture.json(response).getJsonObject("desired");
  }

  private static JsonObject twin(String device) {
    return RegistryFixture.json(
        registry.request(HttpMethod.GET, "/api/v1/devices/" + device + "/twin"));
  }

  private static void awaitDesired(String device, Predicate<JsonObject> like) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> like.test(twin(device).getJsonObject("desired")));
  }

  private static List<InboxMessage.Desired> mail(String device) {
    return registry.heard(Topic.INBOX).stream()
        .filter(record -> record.key().equals(key(device).toString()))
        .map(InboxMessage::decode)
        .filter(InboxMessage.Desired.class::isInstance)
        .map(InboxMessage.Desired.class::cast)
        .toList();
  }

  private static InboxMessage.Desired awaitMail(String device, int count) {
    Awaitility.await().atMost(TIMEOUT).until(() -> mail(device).size() >= count);
    return mail(device).get(count - 1);
  }

  private static String text(InboxMessage.Desired mail) {
    return new String(mail.body(), UTF_8);
  }

  /// What was sent to a device before this has been heard when the mail of another is.
  private static void awaitEverythingSent(String witness) {
    registry.createDevice(witness);
    open(witness, "w");
    awaitSession(witness, "w");
    desired(HttpMethod.PUT, witness, "{\"a\":1}");
    awaitMail(witness, 1);
  }

  @Test
  void countsVersionsOfWhatIsDesiredAndRefusesStaleOnes() {
    // Given
    registry.createDevice("versions");
    desired(HttpMethod.PATCH, "versions", "{\"a\":1,\"b\":{\"c\":2}}");

    // When
    JsonObject patched = desired(HttpMethod.PATCH, "versions", "{\"b\":{\"c\":null,\"d\":3}}");
    JsonObject same = desired(HttpMethod.PATCH, "versions", "{\"a\":1}");
    HttpResponse<Buffer> stale =
        change(HttpMethod.PUT, "versions", "{}", Map.of("If-Match", "\"1\""));
    HttpResponse<Buffer> fresh =
        change(
            HttpMethod.PATCH,
            "versions",
            "{\"a\":null}",
            Map.of("If-Match", "2", "Content-Type", "application/merge-patch+json"));
    JsonObject replaced = desired(HttpMethod.PUT, "versions", "{\"e\":5,\"gone\":null}");

    // Then
    assertThat(patched.getJsonObject("document"))
        .isEqualTo(new JsonObject("{\"a\":1,\"b\":{\"d\":3}}"));
    assertThat(patched.getLong("version")).isEqualTo(2);
    assertThat(same).isEqualTo(patched);
    assertThat(stale.statusCode()).isEqualTo(412);
    assertThat(RegistryFixture.json(stale).getString("type")).endsWith("/version-conflict");
    assertThat(fresh.statusCode()).isEqualTo(200);
    assertThat(fresh.getHeader("ETag")).isEqualTo("\"3\"");
    assertThat(replaced.getJsonObject("document")).isEqualTo(new JsonObject("{\"e\":5}"));
    assertThat(replaced.getLong("version")).isEqualTo(4);
    assertThat(twin("versions").getJsonObject("desired")).isEqualTo(replaced);
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(registry.audited("target=/api/v1/devices/versions/twin"))
                    .extracting(
                        entry -> entry.getString("action") + " " + entry.getString("outcome"))
                    .containsExactlyInAnyOrder(
                        "patchDesired succeeded",
                        "patchDesired succeeded",
                        "patchDesired succeeded",
                        "replaceDesired version-conflict",
                        "patchDesired succeeded",
                        "replaceDesired succeeded"));
  }

  @Test
  void takesTheLargestDocumentAndRefusesWhatNobodyCouldTake() {
    // Given
    registry.createDevice("bounds");
    String fits = "{\"a\":\"" + "x".repeat(64 * 1024 - 8) + "\"}";

    // Then
    assertThat(change(HttpMethod.PUT, "bounds", fits, Map.of()).statusCode()).isEqualTo(200);
    assertThat(change(HttpMethod.PATCH, "bounds", "{\"b\":1}", Map.of()).statusCode())
        .isEqualTo(413);
    assertThat(change(HttpMethod.PUT, "bounds", nested(16), Map.of()).statusCode()).isEqualTo(200);
    assertThat(change(HttpMethod.PUT, "bounds", nested(17), Map.of()).statusCode()).isEqualTo(400);
    assertThat(
            change(HttpMethod.PUT, "bounds", "{\"" + "n".repeat(257) + "\":1}", Map.of())
                .statusCode())
        .isEqualTo(400);
    assertThat(change(HttpMethod.PUT, "bounds", list(1024), Map.of()).statusCode()).isEqualTo(200);
    assertThat(change(HttpMethod.PUT, "bounds", list(1025), Map.of()).statusCode()).isEqualTo(400);
    assertThat(twin("bounds").getJsonObject("desired").getLong("version")).isEqualTo(3);
  }

  private static String list(int items) {
    return "{\"a\":[" + "1,".repeat(items - 1) + "1]}";
  }

  private static String nested(int levels) {
    return "{\"a\":".repeat(levels - 1) + "{}" + "}".repeat(levels - 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "\"a\"", "{\"a\":", "{\"a\":1e400}", "{\"a\":\"\\u0000\"}"})
  void refusesWhatIsNoDocument(String body) {
    // Given
    registry.createDevice("no-document");

    // Then
    assertThat(change(HttpMethod.PUT, "no-document", body, Map.of()).statusCode()).isEqualTo(400);
    assertThat(change(HttpMethod.PATCH, "no-document", body, Map.of()).statusCode()).isEqualTo(400);
  }

  @Test
  void knowsNoTwinOfADeviceThatIsNotThere() {
    assertThat(registry.request(HttpMethod.GET, "/api/v1/devices/nobody/twin").statusCode())
        .isEqualTo(404);
    assertThat(change(HttpMethod.PUT, "nobody", "{}", Map.of()).statusCode()).isEqualTo(404);
  }

  @Test
  void sendsWhatIsDesiredAtTheConnectAndChangesAfterwards() {
    // Given
    registry.createDevice("journey");
    desired(HttpMethod.PUT, "journey", "{\"a\":\"" + LONG + "\",\"b\":1}");

    // When
    Epoch epoch = open("journey", "s1");
    InboxMessage.Desired first = awaitMail("journey", 1);
    answer("journey", epoch, 1, DesiredAnswer.ACCEPTED);
    awaitDesired("journey", desired -> desired.getBoolean("inSync"));
    desired(HttpMethod.PATCH, "journey", "{\"b\":2}");
    InboxMessage.Desired second = awaitMail("journey", 2);
    answer("journey", epoch, 2, DesiredAnswer.ACCEPTED);
    answer("journey", epoch, 2, DesiredAnswer.ACCEPTED);
    answer("journey", epoch, 1, DesiredAnswer.ACCEPTED);

    // Then
    assertThat(first.session()).isEqualTo(new SessionId("s1"));
    assertThat(first.version()).isEqualTo(1);
    assertThat(first.base()).isEmpty();
    assertThat(new JsonObject(text(first))).isEqualTo(new JsonObject().put("a", LONG).put("b", 1));
    assertThat(second.version()).isEqualTo(2);
    assertThat(second.base()).isEqualTo(OptionalLong.of(1));
    assertThat(text(second)).isEqualTo("{\"b\":2}");
    awaitDesired("journey", desired -> desired.getBoolean("inSync"));
    JsonObject settled = twin("journey").getJsonObject("desired");
    assertThat(settled.getLong("acknowledgedVersion")).isEqualTo(2);
    assertThat(settled.getString("acknowledgedStatus")).isEqualTo("accepted");
    assertThat(settled.getString("acknowledgedAt")).isNotNull();
    open("journey", "s2");
    awaitSession("journey", "s2");
    awaitEverythingSent("journey-witness");
    assertThat(mail("journey")).hasSize(2);
  }

  @Test
  void sendsAgainUntilItIsAnswered() {
    // Given
    registry.createDevice("deaf");
    Epoch epoch = open("deaf", "s1");
    awaitSession("deaf", "s1");
    desired(HttpMethod.PUT, "deaf", "{\"a\":1}");

    // When
    InboxMessage.Desired second = awaitMail("deaf", 2);
    answer("deaf", epoch, 1, DesiredAnswer.ACCEPTED);

    // Then
    assertThat(second.version()).isEqualTo(1);
    assertThat(second.base()).isEmpty();
    awaitDesired("deaf", desired -> desired.getBoolean("inSync"));
    assertThat(
            registry.column(
                "select 'still due' from desired where device_id = 'deaf' and due_at is not null"))
        .isEmpty();
  }

  @Test
  void sendsInTheNextSessionWhatTheLastOneDidNotAnswer() {
    // Given
    registry.createDevice("moving");
    desired(HttpMethod.PUT, "moving", "{\"a\":1}");
    Epoch old = open("moving", "s1");
    awaitMail("moving", 1);

    // When
    Epoch next = open("moving", "s2");
    awaitSession("moving", "s2");
    InboxMessage.Desired second = awaitMail("moving", 2);
    registry.send(
        SessionMessage.resumed(
            key("moving"),
            new SessionId("s1"),
            old,
            new SessionMessage.Place(GATEWAY, "fairlead.v1.json", "192.0.2.1"),
            System.currentTimeMillis()));
    report("moving", next, "{\"seen\":1}", Map.of());
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> twin("moving").getJsonObject("reported").getLong("version") == 1);
    answer("moving", old, 1, DesiredAnswer.ACCEPTED);
    report("moving", next, "{\"seen\":2}", Map.of());

    // Then
    assertThat(second.session()).isEqualTo(new SessionId("s2"));
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> twin("moving").getJsonObject("reported").getLong("version") == 2);
    assertThat(twin("moving").getJsonObject("desired").getLong("acknowledgedVersion")).isNull();
    assertThat(mail("moving").stream().skip(1))
        .allMatch(sent -> sent.session().equals(new SessionId("s2")));
    answer("moving", next, 1, DesiredAnswer.ACCEPTED);
    awaitDesired("moving", desired -> desired.getBoolean("inSync"));
  }

  @Test
  void showsWhyADeviceRejectsAndDoesNotInsist() {
    // Given
    registry.createDevice("picky");
    Epoch epoch = open("picky", "s1");
    awaitSession("picky", "s1");
    desired(HttpMethod.PUT, "picky", "{\"a\":\"" + LONG + "\",\"b\":1}");
    answer("picky", epoch, 1, DesiredAnswer.ACCEPTED);
    awaitDesired("picky", desired -> desired.getBoolean("inSync"));
    desired(HttpMethod.PATCH, "picky", "{\"b\":0}");

    // When
    answer("picky", epoch, 2, DesiredAnswer.REJECTED);

    // Then
    awaitDesired("picky", desired -> desired.getLong("acknowledgedVersion") == 2);
    JsonObject rejected = twin("picky").getJsonObject("desired");
    assertThat(rejected.getBoolean("inSync")).isFalse();
    assertThat(rejected.getString("acknowledgedStatus")).isEqualTo("rejected");
    assertThat(rejected.getString("acknowledgedReason")).isEqualTo("too short");
    int sent = mail("picky").size();
    desired(HttpMethod.PATCH, "picky", "{\"b\":2}");
    InboxMessage.Desired next = awaitMail("picky", sent + 1);
    assertThat(next.base()).isEqualTo(OptionalLong.of(1));
    assertThat(text(next)).isEqualTo("{\"b\":2}");
  }

  @Test
  void sendsTheWholeToADeviceThatHasAnotherVersion() {
    // Given
    registry.createDevice("reset");
    Epoch epoch = open("reset", "s1");
    awaitSession("reset", "s1");
    desired(HttpMethod.PUT, "reset", "{\"a\":\"" + LONG + "\"}");
    answer("reset", epoch, 1, DesiredAnswer.ACCEPTED);
    awaitDesired("reset", desired -> desired.getBoolean("inSync"));
    desired(HttpMethod.PATCH, "reset", "{\"b\":1}");
    int sent = mail("reset").size();

    // When
    answer("reset", epoch, 0, DesiredAnswer.UNKNOWN_BASE);

    // Then
    InboxMessage.Desired whole = awaitMail("reset", Math.max(sent, 2) + 1);
    assertThat(whole.version()).isEqualTo(2);
    assertThat(whole.base()).isEmpty();
    assertThat(new JsonObject(text(whole))).isEqualTo(new JsonObject().put("a", LONG).put("b", 1));
  }

  @Test
  void goesPastTheVersionsOfTheDeviceThatWasBefore() {
    // Given
    registry.createDevice("reborn");
    Epoch epoch = open("reborn", "s1");
    awaitSession("reborn", "s1");
    desired(HttpMethod.PUT, "reborn", "{\"a\":1}");

    // When
    answer("reborn", epoch, 7, DesiredAnswer.ACCEPTED);

    // Then
    awaitDesired("reborn", desired -> desired.getLong("version") == 8);
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> mail("reborn").stream().anyMatch(sent -> sent.version() == 8));
    answer("reborn", epoch, 8, DesiredAnswer.ACCEPTED);
    awaitDesired("reborn", desired -> desired.getBoolean("inSync"));
  }

  @Test
  void sendsNothingToDevicesThatAreShutOutSpeakOtherwiseOrWereNeverToldAnything() {
    // Given
    registry.createDevice("blocked");
    registry.createDevice("other-wire");
    registry.createDevice("untold");
    registry.request(
        HttpMethod.PATCH, "/api/v1/devices/blocked", new JsonObject().put("blocked", true));
    desired(HttpMethod.PUT, "blocked", "{\"a\":1}");
    desired(HttpMethod.PUT, "other-wire", "{\"a\":1}");
    desired(HttpMethod.PUT, "untold", "{}");

    // When
    open("blocked", "s1");
    open("other-wire", "s1", "mqtt");
    Epoch epoch = open("untold", "s1");
    answer("untold", epoch, 0, DesiredAnswer.UNKNOWN_BASE);
    awaitSession("blocked", "s1");
    awaitSession("other-wire", "s1");
    awaitSession("untold", "s1");

    // Then
    awaitEverythingSent("quiet-witness");
    assertThat(mail("blocked")).isEmpty();
    assertThat(mail("other-wire")).isEmpty();
    assertThat(mail("untold")).isEmpty();
  }

  @Test
  void takesAReportThatIsBasedOnWhatIsThereAndNoOther() {
    // Given
    registry.createDevice("based");
    Epoch epoch = new Epoch(1, 5);
    Map<String, String> whole = Map.of(Headers.FORM, Headers.FORM_WHOLE, Headers.VERSION, "1");
    report("based", epoch, "{\"a\":1}", Map.of(Headers.VERSION, "0"));

    // When
    report("based", epoch, "{\"a\":2}", Map.of(Headers.VERSION, "0"));
    report("based", epoch, "{\"b\":3}", whole);
    report("based", epoch, "{\"b\":4}", whole);
    report("based", epoch, "{\"last\":true}", Map.of());

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> twin("based").getJsonObject("reported").getLong("version") == 3);
    assertThat(twin("based").getJsonObject("reported").getJsonObject("document"))
        .isEqualTo(new JsonObject("{\"b\":3,\"last\":true}"));
    assertThat(
            registry
                .meters()
                .counter("registry.events", "type", "reported", "outcome", "version-conflict")
                .count())
        .isEqualTo(2);
  }

  @Test
  void putsAwayAnswersThatNameNoVersionAndGoesOn() {
    // Given
    registry.createDevice("nonsense");
    Epoch epoch = open("nonsense", "s1");
    desired(HttpMethod.PUT, "nonsense", "{\"a\":1}");

    // When
    for (String version : List.of("-1", "x", Long.toString(Long.MAX_VALUE))) {
      said(
          DeviceMessage.Type.DESIRED_ACK,
          "nonsense",
          epoch,
          "",
          Optional.empty(),
          Map.of(Headers.VERSION, version));
    }
    answer("nonsense", epoch, 1, DesiredAnswer.ACCEPTED);

    // Then
    awaitDesired("nonsense", desired -> desired.getBoolean("inSync"));
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(registry.heard(Topic.DEAD_LETTERS))
                    .filteredOn(record -> record.key().contains("nonsense"))
                    .hasSize(3));
  }
}
