package dev.fairlead.command;

import static dev.fairlead.command.testing.CommandFixture.KEEPER;
import static dev.fairlead.command.testing.CommandFixture.OPERATOR;
import static dev.fairlead.command.testing.CommandFixture.PLATFORM;
import static dev.fairlead.command.testing.CommandFixture.STRANGER;
import static dev.fairlead.command.testing.CommandFixture.VIEWER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.InboxMessage.Deliver;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway;
import dev.fairlead.command.testing.Gateway.Session;
import dev.fairlead.command.testing.Mail;
import dev.fairlead.runtime.audit.AuditEntry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandServiceIT {

  private static final String BESIDE = "{\"kind\":\"ping\",\"order\":\"concurrent\"}";
  private static final String PING = "{\"kind\":\"ping\"}";
  private static final int QUEUE_MAX = 20;

  private static CommandFixture fixture;
  private static Gateway gateway;
  private static CommandService service;

  @BeforeAll
  static void start() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(20));
    fixture =
        new CommandFixture(
            CommandFixture.settings(
                Map.of(
                    "LEASE",
                    "1s",
                    "EXPIRY_GRACE",
                    "200ms",
                    "QUEUE_MAX",
                    Integer.toString(QUEUE_MAX))));
    gateway = fixture.gateway();
    service = fixture.startService();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Test
  void answersWithTheResultInTheSameRequest() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    gateway.obey(session);

    // When
    Answer answer = fixture.send(device, "?wait=30s", "{\"kind\":\"echo\",\"body\":{\"a\": 1.50}}");

    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.state()).isEqualTo("succeeded");
    assertThat(answer.text()).contains("\"result\":{\"status\":\"succeeded\"");
    assertThat(answer.text()).contains("\"body\":{\"a\": 1.50}");
    assertThat(answer.history())
        .containsExactly("queued/0", "sent/1", "delivered/1", "succeeded/1");
    JsonObject sent = answer.json().getJsonArray("history").getJsonObject(1);
    assertThat(sent.getString("session")).isEqualTo(session.id().value());
    assertThat(sent.getString("gateway")).isEqualTo("g1");
    assertThat(answer.headers().firstValue("Location")).contains("/api/v1/commands/" + answer.id());
  }

  @Test
  void givesTheDeviceTheBytesOfTheRequestAndTheDeadlineAsATime() {
    // Given
    DeviceKey device = fixture.newDevice();
    connected(device);
    long before = System.currentTimeMillis();

    // When
    Answer answer =
        fixture.send(
            device, "", "{\"kind\":\"k.1\",\"deadline\":\"90s\",\"body\" : [1,  2.0e3, \"é\"] }");

    // Then
    await().until(() -> !gateway.deliveriesTo(device).isEmpty());
    Deliver deliver = gateway.deliveriesTo(device).getFirst();
    assertThat(deliver.commandId()).isEqualTo(answer.id());
    assertThat(deliver.kind()).isEqualTo("k.1");
    assertThat(new String(deliver.body(), UTF_8)).isEqualTo("[1,  2.0e3, \"é\"]");
    assertThat(deliver.deadlineMillis()).isBetween(before + 90_000, before + 120_000);
    assertThat(deliver.attempt()).isEqualTo(1);
  }

  @Test
  void givesTheDeviceBytesAndShowsThem() {
    // Given
    DeviceKey device = fixture.newDevice();
    connected(device);

    // When
    Answer sent =
        fixture.send(
            device,
            "",
            "{\"kind\":\"show\",\"enc\":\"base64\",\"contentType\":\"image/png\",\"body\":\"AP8Q\"}");

    // Then
    await().until(() -> !gateway.deliveriesTo(device).isEmpty());
    Deliver deliver = gateway.deliveriesTo(device).getFirst();
    assertThat(deliver.body()).containsExactly(0, 0xff, 0x10);
    assertThat(deliver.contentType()).isEqualTo("image/png");
    assertThat(sent.json().getString("body")).isEqualTo("AP8Q");
    assertThat(sent.json().getString("enc")).isEqualTo("base64");
    assertThat(sent.json().getString("contentType")).isEqualTo("image/png");
  }

  @Test
  void showsHowFarTheDeviceIs() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String id = fixture.send(device, "", PING).id();

    // When
    gateway.progress(session, id, "{\"percent\":20}");
    gateway.progress(session, id, "{\"percent\":40}");
    await()
        .until(
            () ->
                fixture.command(id).json().getJsonObject("progress") != null
                    && fixture
                        .command(id)
                        .json()
                        .getJsonObject("progress")
                        .getJsonObject("body")
                        .getInteger("percent")
                        .equals(40));
    gateway.result(session, id, "succeeded", new byte[0]);
    gateway.progress(session, id, "{\"percent\":60}");
    gateway.result(session, id, "failed", new byte[0]);

    // Then
    await().until(() -> fixture.command(id).history().contains("~failed/1"));
    assertThat(fixture.command(id).state()).isEqualTo("succeeded");
    assertThat(
            fixture
                .command(id)
                .json()
                .getJsonObject("progress")
                .getJsonObject("body")
                .getInteger("percent"))
        .isEqualTo(40);
    assertThat(fixture.command(id).history())
        .containsOnlyOnce("running/1")
        .contains("~running/1", "~failed/1");
  }

  @Test
  void answers202WhenTheTimeToWaitRunsOut() {
    // Given
    DeviceKey device = fixture.newDevice();

    // When
    Answer answer = fixture.send(device, "?wait=100ms", PING);

    // Then
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.state()).isEqualTo("queued");
    assertThat(answer.json().getValue("result")).isNull();
  }

  @Test
  void keepsCommandsOfAnAbsentDeviceInOrderUntilItComes() {
    // Given
    DeviceKey device = fixture.newDevice();
    List<String> sent = new ArrayList<>();
    for (int number = 0; number < QUEUE_MAX; number++) {
      sent.add(fixture.send(device, "", PING).id());
    }

    // When
    Session session = gateway.open(device, "g1");
    gateway.obey(session);

    // Then
    await().until(() -> fixture.command(sent.getLast()).state().equals("succeeded"));
    assertThat(gateway.deliveriesTo(device))
        .allSatisfy(deliver -> assertThat(deliver.session()).isEqualTo(session.id()));
    assertThat(gateway.deliveriesTo(device).stream().map(Deliver::commandId).distinct())
        .containsExactlyElementsOf(sent);
  }

  @Test
  void sendsAgainUnderTheSameIdWhenTheDeviceGivesNoSign() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);

    // When
    String id = fixture.send(device, "", PING).id();

    // Then
    await().until(() -> gateway.deliveriesTo(device).size() >= 2);
    assertThat(gateway.deliveriesTo(device).subList(0, 2))
        .extracting(Deliver::commandId, Deliver::attempt)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(id, 1), org.assertj.core.groups.Tuple.tuple(id, 2));
    gateway.result(session, id, "succeeded", new byte[0]);
    await().until(() -> fixture.command(id).state().equals("succeeded"));
    assertThat(fixture.command(id).text()).contains("no sign of the device");
  }

  @Test
  void doesNotSendAgainWhatTheDeviceHas() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String id = fixture.send(device, "", PING).id();
    gateway.delivered(session, id);
    await().until(() -> fixture.command(id).state().equals("delivered"));
    DeviceKey other = fixture.newDevice();
    connected(other);

    // When
    fixture.send(other, "", PING);

    // Then
    await().until(() -> gateway.deliveriesTo(other).size() >= 3);
    assertThat(gateway.deliveriesTo(device))
        .filteredOn(deliver -> deliver.commandId().equals(id))
        .hasSize(1);
  }

  @Test
  void sendsToTheNextSessionWhatTheLostOneHad() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session first = connected(device);
    String running = fixture.send(device, "", BESIDE).id();
    String sent = fixture.send(device, "", BESIDE).id();
    gateway.delivered(first, running);
    gateway.progress(first, running);
    await().until(() -> fixture.command(running).state().equals("running"));
    gateway.close(first, CloseReason.GATEWAY_LOST);

    // When
    Session second = gateway.open(device, "g2");

    // Then
    await()
        .until(
            () ->
                gateway.deliveriesTo(device).stream()
                        .filter(deliver -> deliver.session().equals(second.id()))
                        .map(Deliver::commandId)
                        .distinct()
                        .count()
                    == 2);
    gateway.result(second, running, "failed", "\"interrupted\"".getBytes(UTF_8));
    gateway.result(second, sent, "succeeded", new byte[0]);
    await().until(() -> fixture.command(running).state().equals("failed"));
    await().until(() -> fixture.command(sent).state().equals("succeeded"));
    assertThat(fixture.command(running).history())
        .containsExactly("queued/0", "sent/1", "delivered/1", "running/1", "running/2", "failed/2");
    assertThat(fixture.command(running).text()).contains("the session was lost");
  }

  @Test
  void givesNothingToASessionOfAnOlderEpoch() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session older = gateway.open(device, "g1");
    Session newer = gateway.open(device, "g2");
    gateway.resume(older);
    gateway.close(older, CloseReason.REPLACED);
    fixture.awaitFollowed(Topic.SESSIONS);

    // When
    fixture.send(device, "", PING);

    // Then
    await().until(() -> !gateway.deliveriesTo(device).isEmpty());
    assertThat(gateway.deliveriesTo(device))
        .allSatisfy(deliver -> assertThat(deliver.session()).isEqualTo(newer.id()));
  }

  @Test
  void takesASessionThatLivesOnWhereNoNewerOneWasSeen() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = gateway.open(device, "g1");
    gateway.close(session, CloseReason.GATEWAY_LOST);
    fixture.awaitFollowed(Topic.SESSIONS);
    String id = fixture.send(device, "", PING).id();

    // When
    gateway.resume(session);

    // Then
    await().until(() -> !gateway.deliveriesTo(device).isEmpty());
    assertThat(gateway.deliveriesTo(device).getFirst().commandId()).isEqualTo(id);
    assertThat(gateway.mailOf(device)).extracting(Mail::to).contains("g1");
  }

  @Test
  void changesNothingOnRepeatedAndReorderedReplies() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String id = fixture.send(device, "", PING).id();

    // When
    gateway.progress(session, id);
    gateway.delivered(session, id);
    gateway.progress(session, id);
    gateway.result(session, id, "succeeded", "1".getBytes(UTF_8));
    gateway.result(session, id, "succeeded", "2".getBytes(UTF_8));

    // Then
    String marker = fixture.send(device, "", PING).id();
    gateway.result(session, marker, "succeeded", new byte[0]);
    await().until(() -> fixture.command(marker).state().equals("succeeded"));
    Answer answer = fixture.command(id);
    assertThat(answer.history()).containsExactly("queued/0", "sent/1", "running/1", "succeeded/1");
    assertThat(answer.json().getJsonObject("result").getInteger("body")).isEqualTo(1);
  }

  @Test
  void keepsALateReplyInTheHistoryOnly() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String id = fixture.send(device, "", PING).id();
    fixture.cancel(id);

    // When
    gateway.result(session, id, "succeeded", "1".getBytes(UTF_8));

    // Then
    await().until(() -> fixture.command(id).history().contains("~succeeded/1"));
    Answer answer = fixture.command(id);
    assertThat(answer.state()).isEqualTo("cancelled");
    assertThat(answer.json().getValue("result")).isNull();
  }

  @Test
  void endsACommandWhoseReasonNoDatabaseTakesAsItIs() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String id = fixture.send(device, "", PING).id();

    // When
    gateway.failed(session, id, "a\0b");

    // Then
    await().until(() -> fixture.command(id).state().equals("failed"));
    assertThat(fixture.command(id).json().getJsonObject("result").getString("reason"))
        .isEqualTo("a\uFFFDb");
  }

  @Test
  void failsACommandWhoseResultIsTooLarge() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String atTheBound = fixture.send(device, "", PING).id();
    String beyond = fixture.send(device, "", PING).id();

    // When
    gateway.result(session, atTheBound, "succeeded", new byte[256 * 1024]);
    gateway.result(session, beyond, "succeeded", new byte[256 * 1024 + 1]);

    // Then
    await().until(() -> fixture.command(beyond).state().equals("failed"));
    JsonObject result = fixture.command(beyond).json().getJsonObject("result");
    assertThat(result.getString("reason")).isEqualTo("result too large");
    assertThat(result.getValue("body")).isNull();
    assertThat(fixture.command(atTheBound).state()).isEqualTo("succeeded");
    assertThat(fixture.command(atTheBound).json().getJsonObject("result").getString("enc"))
        .isEqualTo("base64");
  }

  @Test
  void cancelsAndTellsTheDevice() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String id = fixture.send(device, "", PING).id();

    // When
    Answer answer = fixture.cancel(id);

    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.state()).isEqualTo("cancelled");
    assertThat(answer.text()).contains("by id-of-operator-key");
    await()
        .untilAsserted(
            () ->
                assertThat(gateway.mailOf(device))
                    .extracting(Mail::message)
                    .contains(new InboxMessage.Cancel(device, session.id(), Optional.empty(), id)));
    Answer again = fixture.cancel(id);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.problem()).isEqualTo("command-final");
  }

  @Test
  void wakesTheOneWhoWaitsWhenSomebodyElseCancels() {
    // Given
    DeviceKey device = fixture.newDevice();
    var waiting = fixture.sendAsync(service, device, "?wait=60s", PING);
    await().until(() -> !items(device, "").isEmpty());
    String id = items(device, "").getJsonObject(0).getString("id");

    // When
    fixture.cancel(id);

    // Then
    assertThat(waiting)
        .succeedsWithin(Duration.ofSeconds(10))
        .satisfies(answer -> assertThat(answer.status()).isEqualTo(200))
        .satisfies(answer -> assertThat(answer.state()).isEqualTo("cancelled"));
  }

  @Test
  void expiresAfterTheDeadlineAndSendsItNoMore() {
    // Given
    DeviceKey device = fixture.newDevice();

    // When
    Answer answer = fixture.send(device, "?wait=30s", "{\"kind\":\"ping\",\"deadline\":\"300ms\"}");

    // Then
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.state()).isEqualTo("expired");
    connected(device);
    String next = fixture.send(device, "", PING).id();
    await().until(() -> !gateway.deliveriesTo(device).isEmpty());
    assertThat(gateway.deliveriesTo(device)).extracting(Deliver::commandId).containsOnly(next);
  }

  @Test
  void answersTheSameRequestWithTheSameCommand() {
    // Given
    DeviceKey device = fixture.newDevice();
    String key = UUID.randomUUID().toString();
    String first = keyed(device, key, PING).id();

    // When
    Answer again = keyed(device, key, PING);
    Answer other = keyed(device, key, "{\"kind\":\"pong\"}");
    Answer elsewhere = keyed(fixture.newDevice(), key, PING);

    // Then
    assertThat(again.status()).isEqualTo(202);
    assertThat(again.id()).isEqualTo(first);
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.problem()).isEqualTo("idempotency-conflict");
    assertThat(elsewhere.problem()).isEqualTo("idempotency-conflict");
    assertThat(items(device, "")).hasSize(1);
  }

  @Test
  void findsADeviceThatWasMadeJustNow() {
    // Given
    DeviceKey device = CommandFixture.unmadeDevice();
    gateway.write(CommandFixture.present(device));

    // When
    Answer answer = fixture.send(device, "", PING);

    // Then
    assertThat(answer.status()).isEqualTo(202);
  }

  @Test
  void cancelsTheCommandsOfADeletedDevice() {
    // Given
    DeviceKey device = fixture.newDevice();
    String id = fixture.send(device, "", PING).id();

    // When
    gateway.write(new DeviceChange.Deleted(device, System.currentTimeMillis()).toRecord());

    // Then
    await().until(() -> fixture.command(id).state().equals("cancelled"));
    assertThat(fixture.command(id).text()).contains("the device was deleted");
    assertThat(fixture.send(device, "", PING).problem()).isEqualTo("device-not-found");
  }

  @Test
  void showsNothingOfAnEarlierDeviceOfTheSameId() {
    // Given
    DeviceKey device = fixture.newDevice();
    String earlier = fixture.send(device, "", PING).id();
    String commands = "/api/v1/devices/" + device.device() + "/commands";

    // When
    gateway.write(new DeviceChange.Deleted(device, System.currentTimeMillis()).toRecord());
    await().until(() -> fixture.command(earlier).state().equals("cancelled"));

    // Then
    assertThat(fixture.get(commands).problem()).isEqualTo("device-not-found");

    // When
    gateway.write(CommandFixture.present(device));
    String later = fixture.send(device, "", PING).id();

    // Then
    assertThat(ids(items(device, ""))).containsExactly(later);
  }

  @Test
  void listsNewestFirstPageByPage() {
    // Given
    DeviceKey device = fixture.newDevice();
    String first = fixture.send(device, "", PING).id();
    String second = fixture.send(device, "", PING).id();
    String third = fixture.send(device, "", PING).id();
    fixture.cancel(second);

    // When
    Answer page = fixture.get("/api/v1/devices/" + device.device() + "/commands?limit=2");
    String next = page.json().getString("next");
    Answer rest =
        fixture.get("/api/v1/devices/" + device.device() + "/commands?limit=2&cursor=" + next);

    // Then
    assertThat(ids(page.json().getJsonArray("items"))).containsExactly(third, second);
    assertThat(ids(rest.json().getJsonArray("items"))).containsExactly(first);
    assertThat(rest.json().getValue("next")).isNull();
    assertThat(ids(items(device, "?state=cancelled"))).containsExactly(second);
  }

  @Test
  void refusesOneCommandMoreThanADeviceMayHave() {
    // Given
    DeviceKey device = fixture.newDevice();
    for (int number = 0; number < QUEUE_MAX; number++) {
      fixture.send(device, "", PING);
    }

    // When
    Answer answer = fixture.send(device, "", PING);

    // Then
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.problem()).isEqualTo("too-many-requests");
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(items(device, "")).hasSize(QUEUE_MAX);
  }

  @Test
  void asksForAKeyThatMaySend() {
    // Given
    DeviceKey device = fixture.newDevice();
    String path = "/api/v1/devices/" + device.device() + "/commands";

    // When
    Answer nobody = fixture.post(service, "", path, PING);
    Answer unknown = fixture.post(service, "no-key-of-ours", path, PING);
    Answer viewer = fixture.post(service, VIEWER, path, PING);
    Answer stranger = fixture.post(service, STRANGER, path, PING);
    Answer platform = fixture.post(service, PLATFORM, path, PING, "Fairlead-Tenant", "default");

    // Then
    assertThat(nobody.status()).isEqualTo(401);
    assertThat(unknown.status()).isEqualTo(401);
    assertThat(unknown.problem()).isEqualTo("unauthorized");
    assertThat(viewer.status()).isEqualTo(403);
    assertThat(viewer.problem()).isEqualTo("forbidden");
    assertThat(stranger.status()).isEqualTo(404);
    assertThat(stranger.problem()).isEqualTo("device-not-found");
    assertThat(platform.status()).isEqualTo(202);
  }

  @Test
  void keepsAKeyToTheDevicesOfItsGroup() {
    // Given
    DeviceKey inside = fixture.newDevice();
    DeviceKey outside = fixture.newDevice();
    gateway.write(CommandFixture.present(inside, "day", "night"));
    gateway.write(CommandFixture.present(outside, "day"));
    String path = "/api/v1/devices/%s/commands";
    String foreign = fixture.send(outside, "", PING).id();

    // When
    Answer sent = fixture.post(service, KEEPER, path.formatted(inside.device()), PING);
    Answer refused = fixture.post(service, KEEPER, path.formatted(outside.device()), PING);
    Answer cancelled = cancelAs(KEEPER, sent.id());
    Answer hidden = cancelAs(KEEPER, foreign);

    // Then
    assertThat(sent.status()).isEqualTo(202);
    assertThat(refused.problem()).isEqualTo("device-not-found");
    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(hidden.problem()).isEqualTo("command-not-found");

    // When
    gateway.write(CommandFixture.present(inside, "day"));

    // Then
    await()
        .until(
            () ->
                fixture.post(service, KEEPER, path.formatted(inside.device()), PING).status()
                    == 404);
  }

  private static Answer cancelAs(String key, String id) {
    return fixture.post(service, key, "/api/v1/commands/" + id + "/cancel", "");
  }

  @Test
  void tellsTheAuditWhoSentAndWhoTookBack() {
    // Given
    DeviceKey device = fixture.newDevice();

    // When
    String id = fixture.send(device, "", PING).id();
    fixture.post(
        service, PLATFORM, "/api/v1/commands/" + id + "/cancel", "", "Fairlead-Tenant", "default");

    // Then
    await().until(() -> gateway.audit("/api/v1/commands/" + id).size() == 2);
    assertThat(gateway.audit("/api/v1/commands/" + id))
        .extracting(AuditEntry::tenant, AuditEntry::action, AuditEntry::outcome)
        .containsExactly(
            tuple("default", "sendCommand", "succeeded"),
            tuple("default", "cancelCommand", "succeeded"));
  }

  @Test
  void tellsTheAuditWhoWasRefused() {
    // Given
    DeviceKey device = fixture.newDevice();
    String path = "/api/v1/devices/" + device.device() + "/commands";

    // When
    fixture.post(service, VIEWER, path, PING);

    // Then
    await().until(() -> !gateway.audit(path).isEmpty());
    assertThat(gateway.audit(path))
        .extracting(AuditEntry::actor, AuditEntry::outcome)
        .containsExactly(tuple("id-of-" + VIEWER, "forbidden"));
  }

  @Test
  void showsNobodyTheCommandsOfAnotherTenant() {
    // Given
    String id = fixture.send(fixture.newDevice(), "", PING).id();

    // When
    Answer cancelled = fixture.post(service, STRANGER, "/api/v1/commands/" + id + "/cancel", "");

    // Then
    assertThat(cancelled.status()).isEqualTo(404);
    assertThat(cancelled.problem()).isEqualTo("command-not-found");
    assertThat(fixture.command(id).state()).isEqualTo("queued");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | '{\"kind\":\"ping\"' | malformed-json",
        "'' | '{}' | validation-failed",
        "'' | '{\"kind\":\"\"}' | validation-failed",
        "'' | '{\"kind\":\"two words\"}' | validation-failed",
        "'' | '{\"kind\":\"ping\",\"bdy\":1}' | validation-failed",
        "'' | '{\"kind\":\"ping\",\"deadline\":\"soon\"}' | validation-failed",
        "'' | '{\"kind\":\"ping\",\"deadline\":\"0s\"}' | validation-failed",
        "'' | '{\"kind\":\"ping\",\"deadline\":\"31d\"}' | validation-failed",
        "'' | '{\"kind\":\"ping\",\"deadline\":\"2020-01-01T00:00:00Z\"}' | validation-failed",
        "?wait=61s | '{\"kind\":\"ping\"}' | validation-failed",
        "?wait=long | '{\"kind\":\"ping\"}' | validation-failed",
      })
  void refusesRequestsThatAreNotRight(String query, String body, String problem) {
    // Given
    DeviceKey device = fixture.newDevice();

    // When
    Answer answer = fixture.send(device, query, body);

    // Then
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.problem()).isEqualTo(problem);
  }

  @Test
  void refusesBodiesThatAreTooLarge() {
    // Given
    DeviceKey device = fixture.newDevice();
    String body = "{\"kind\":\"k\",\"body\":\"" + "x".repeat(256 * 1024) + "\"}";

    // When
    Answer answer = fixture.send(device, "", body);

    // Then
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.problem()).isEqualTo("payload-too-large");
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/devices/never-made/commands, 404, device-not-found",
    "/api/v1/devices/never-made/commands?cursor=x, 400, bad-cursor",
    "/api/v1/devices/never-made/commands?cursor=WyJ4Il0, 400, bad-cursor",
    "/api/v1/devices/never-made/commands?state=gone, 400, validation-failed",
    "/api/v1/devices/never-made/commands?limit=0, 400, validation-failed",
    "/api/v1/commands/no-id, 404, command-not-found",
    "/api/v1/commands/00000000-0000-4000-8000-000000000000, 404, command-not-found",
  })
  void explainsWhatCannotBeRead(String path, int status, String problem) {
    // Given
    String asked = path;

    // When
    Answer answer = fixture.get(asked);

    // Then
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.problem()).isEqualTo(problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SESSIONS", "REPLIES", "DEVICES"})
  void putsAwayWhatItCannotUnderstandAndGoesOn(String topic) {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    gateway.obey(session);
    String key = device + "/x".repeat(topic.equals("SESSIONS") ? 1 : 0);

    // When
    gateway.write(
        BusRecord.keyedBeside(
            Topic.valueOf(topic),
            key,
            device.toString(),
            Map.of(Headers.TYPE, "nonsense"),
            "{".getBytes(UTF_8)));

    // Then
    await().until(() -> gateway.deadLetters(key).size() == 1);
    ReceivedRecord letter = gateway.deadLetters(key).getFirst();
    assertThat(letter.header(Headers.REASON)).isPresent();
    assertThat(letter.header(DeadLetters.TOPIC)).contains(Topic.valueOf(topic).suffix());
    assertThat(fixture.send(device, "?wait=30s", PING).state()).isEqualTo("succeeded");
  }

  @Test
  void putsAwayRepliesToNoCommandAndToThoseOfOthers() {
    // Given
    DeviceKey owner = fixture.newDevice();
    DeviceKey liar = fixture.newDevice();
    connected(owner);
    Session session = connected(liar);
    String id = fixture.send(owner, "", PING).id();

    // When
    gateway.result(session, id, "succeeded", new byte[0]);
    gateway.result(session, "no-id", "succeeded", new byte[0]);
    gateway.result(session, id, "splendid", new byte[0]);
    gateway.result(session, UUID.randomUUID().toString(), "succeeded", new byte[0]);

    // Then
    await().until(() -> gateway.deadLetters(liar.toString()).size() == 3);
    assertThat(gateway.deadLetters(liar.toString()))
        .extracting(letter -> letter.header(Headers.REASON).orElse(""))
        .containsExactlyInAnyOrder(
            "the command belongs to another device",
            "the correlation is no command's id",
            "a result is succeeded, failed or rejected");
    assertThat(fixture.command(id).state()).isEqualTo("sent");
  }

  private static Session connected(DeviceKey device) {
    Session session = gateway.open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);
    return session;
  }

  private static Answer keyed(DeviceKey device, String key, String body) {
    return fixture.post(
        service,
        OPERATOR,
        "/api/v1/devices/" + device.device() + "/commands",
        body,
        "Idempotency-Key",
        key);
  }

  private static JsonArray items(DeviceKey device, String query) {
    return fixture
        .get("/api/v1/devices/" + device.device() + "/commands" + query)
        .json()
        .getJsonArray("items");
  }

  private static List<String> ids(JsonArray items) {
    return items.stream().map(JsonObject.class::cast).map(item -> item.getString("id")).toList();
  }
}
