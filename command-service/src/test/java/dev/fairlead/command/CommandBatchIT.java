package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.limit.LimitSettings;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway;
import dev.fairlead.command.testing.Gateway.Session;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Commands to many devices at once.
class CommandBatchIT {

  private static final String BATCHES = "/api/v1/commands/batches";
  private static final String REBOOT = "{\"kind\":\"reboot\"}";

  private static FilterPlayer registry;
  private static CommandFixture fixture;
  private static Gateway gateway;
  private static CommandService service;

  @BeforeAll
  static void start() throws Exception {
    registry = new FilterPlayer();
    fixture =
        new CommandFixture(
            CommandFixture.settings(Map.of("QUEUE_MAX", "2")),
            LimitSettings.defaultSettings(),
            URI.create("http://127.0.0.1:" + registry.port()));
    gateway = fixture.gateway();
    service = fixture.startService();
  }

  @AfterAll
  static void stop() {
    fixture.close();
    registry.close();
  }

  private static List<DeviceKey> devices(int count) {
    return IntStream.range(0, count).mapToObj(_ -> fixture.newDevice()).toList();
  }

  private static String body(List<DeviceKey> devices) {
    JsonArray ids = new JsonArray();
    devices.forEach(device -> ids.add(device.device().value()));
    return new JsonObject().put("devices", ids).put("kind", "reboot").encode();
  }

  private static Answer post(String path, String body, String... headers) {
    return fixture.post(service, CommandFixture.OPERATOR, path, body, headers);
  }

  private static JsonObject states(String batch) {
    return fixture.get(BATCHES + "/" + batch).json().getJsonObject("states");
  }

  @Test
  void givesEachDeviceACommandOfItsOwn() {
    // Given
    List<DeviceKey> devices = devices(3);
    Session session = gateway.open(devices.getFirst(), "g1");
    gateway.obey(session);
    fixture.awaitFollowed(Topic.SESSIONS);

    // When
    Answer sent =
        post(BATCHES, new JsonObject(body(devices)).put("correlation", "order/4711").encode());

    // Then
    assertThat(sent.status()).isEqualTo(202);
    assertThat(sent.header("Location")).isEqualTo(BATCHES + "/" + sent.id());
    assertThat(sent.json().getInteger("accepted")).isEqualTo(3);
    assertThat(sent.json().getJsonArray("refused")).isEmpty();
    await()
        .untilAsserted(
            () ->
                assertThat(states(sent.id()))
                    .isEqualTo(new JsonObject().put("queued", 2).put("succeeded", 1)));
    assertThat(gateway.deliveriesTo(devices.getFirst())).hasSize(1);
    assertThat(fixture.get(BATCHES + "/" + sent.id() + "/commands").json().getJsonArray("items"))
        .extracting(item -> ((JsonObject) item).getString("correlation"))
        .containsExactly("order/4711", "order/4711", "order/4711");
  }

  @Test
  void tellsWhichDevicesGotNone() {
    // Given
    DeviceKey good = fixture.newDevice();
    DeviceKey full = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    fixture.send(full, "", REBOOT);
    fixture.send(full, "", REBOOT);
    DeviceKey nobody = CommandFixture.unmadeDevice();

    // When
    Answer sent = post(BATCHES, body(List.of(nobody, full, good)));

    // Then
    assertThat(sent.json().getInteger("accepted")).isEqualTo(1);
    assertThat(sent.json().getJsonArray("refused").stream().map(JsonObject.class::cast))
        .extracting(each -> each.getString("deviceId"), each -> each.getString("title"))
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple(nobody.device().value(), "There is no such device"),
            org.assertj.core.groups.Tuple.tuple(full.device().value(), "Too many requests"));
  }

  @Test
  void goesOnUnderTheSameKeyAndGivesNoDeviceTwo() {
    // Given
    List<DeviceKey> devices = devices(3);
    String key = "batch-" + devices.getFirst().device();
    String first = post(BATCHES, body(devices), "Idempotency-Key", key).id();

    // When
    Answer again = post(BATCHES, body(devices), "Idempotency-Key", key);
    Answer other = post(BATCHES, body(devices.subList(0, 1)), "Idempotency-Key", key);

    // Then
    assertThat(again.id()).isEqualTo(first);
    assertThat(again.json().getInteger("accepted")).isEqualTo(3);
    assertThat(states(first)).isEqualTo(new JsonObject().put("queued", 3));
    assertThat(other.problem()).isEqualTo("idempotency-conflict");
    await().until(() -> gateway.audit(BATCHES + "/" + first).size() == 1);
  }

  @Test
  void refusesWhatNamesNoDeviceOrOneTwice() {
    // Given
    DeviceKey device = fixture.newDevice();

    // When
    Answer none = post(BATCHES, REBOOT);
    Answer twice = post(BATCHES, body(List.of(device, device)));
    Answer both =
        post(BATCHES, new JsonObject(body(List.of(device))).put("filter", "online").encode());

    // Then
    assertThat(Stream.of(none, twice, both).map(Answer::problem)).containsOnly("validation-failed");
  }

  @Test
  void listsThemByDeviceAndPageByPage() {
    // Given
    List<DeviceKey> devices = devices(3);
    String batch = post(BATCHES, body(devices)).id();

    // When
    List<String> listed = new ArrayList<>();
    String next = "";
    do {
      JsonObject page =
          fixture.get(BATCHES + "/" + batch + "/commands?state=queued&limit=2" + next).json();
      page.getJsonArray("items").stream()
          .map(JsonObject.class::cast)
          .forEach(command -> listed.add(command.getString("deviceId")));
      next = page.getString("next") == null ? "" : "&cursor=" + page.getString("next");
    } while (!next.isEmpty());

    // Then
    assertThat(listed)
        .containsExactlyElementsOf(
            devices.stream().map(device -> device.device().value()).sorted().toList());
    assertThat(fixture.get(BATCHES + "/" + batch + "/commands?state=failed").json())
        .isEqualTo(new JsonObject().put("items", new JsonArray()).putNull("next"));
    assertThat(fixture.get(BATCHES + "/nobodys/commands").problem()).isEqualTo("command-not-found");
  }

  @Test
  void takesABatchBackAndTellsThoseWhoHaveTheirs() {
    // Given
    List<DeviceKey> devices = devices(2);
    gateway.open(devices.getFirst(), "g1");
    fixture.awaitFollowed(Topic.SESSIONS);
    String batch = post(BATCHES, body(devices)).id();
    await().until(() -> gateway.deliveriesTo(devices.getFirst()).size() == 1);

    // When
    Answer cancelled = post(BATCHES + "/" + batch + "/cancel", "");
    Answer again = post(BATCHES + "/" + batch + "/cancel", "");

    // Then
    assertThat(cancelled.json().getInteger("cancelled")).isEqualTo(2);
    assertThat(again.json().getInteger("cancelled")).isZero();
    assertThat(states(batch)).isEqualTo(new JsonObject().put("cancelled", 2));
    await()
        .until(
            () ->
                gateway.mailOf(devices.getFirst()).stream()
                    .anyMatch(mail -> mail.message() instanceof InboxMessage.Cancel));
    assertThat(gateway.mailOf(devices.getLast())).isEmpty();
  }

  @Test
  void takesSomeCommandsBackAndNoneOfOthers() {
    // Given
    DeviceKey device = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    String first = fixture.send(device, "", REBOOT).id();
    String second = fixture.send(device, "", REBOOT).id();
    String ids = "{\"ids\":[\"" + first + "\",\"" + first + "\",\"nobodys\"]}";

    // When
    Answer foreign = fixture.post(service, CommandFixture.STRANGER, "/api/v1/commands/cancel", ids);
    Answer own = post("/api/v1/commands/cancel", ids);

    // Then
    assertThat(foreign.json().getInteger("cancelled")).isZero();
    assertThat(own.json().getInteger("cancelled")).isEqualTo(1);
    assertThat(fixture.command(first).state()).isEqualTo("cancelled");
    assertThat(fixture.command(second).state()).isEqualTo("queued");
  }

  @Test
  void keepsKeysOfGroupsToTheirDevices() {
    // Given
    DeviceKey inside = CommandFixture.unmadeDevice();
    gateway.write(CommandFixture.present(inside, "night"));
    DeviceKey outside = fixture.newDevice();
    String all = post(BATCHES, body(List.of(inside, outside))).id();

    // When
    Answer sent =
        fixture.post(service, CommandFixture.KEEPER, BATCHES, body(List.of(inside, outside)));
    Answer cancelled =
        fixture.post(service, CommandFixture.KEEPER, BATCHES + "/" + all + "/cancel", "");

    // Then
    assertThat(sent.json().getInteger("accepted")).isEqualTo(1);
    assertThat(sent.json().getJsonArray("refused").getJsonObject(0).getString("deviceId"))
        .isEqualTo(outside.device().value());
    assertThat(cancelled.json().getInteger("cancelled")).isEqualTo(1);
    assertThat(states(all)).isEqualTo(new JsonObject().put("cancelled", 1).put("queued", 1));
  }

  @Test
  void reachesTheDevicesThatMeetAFilterInTheNameOfTheCaller() {
    // Given
    List<DeviceKey> devices = devices(3);
    registry.meets("tag.site = north", devices);

    // When
    Answer sent = post(BATCHES, "{\"filter\":\"tag.site = north\",\"kind\":\"reboot\"}");

    // Then
    assertThat(sent.json().getInteger("accepted")).isEqualTo(3);
    assertThat(registry.callers()).contains("Bearer " + CommandFixture.OPERATOR);
  }

  @Test
  void passesOnWhatIsWrongWithAFilter() {
    // When
    Answer wrong = post(BATCHES, "{\"filter\":\"wrong\",\"kind\":\"reboot\"}");
    Answer slow = post(BATCHES, "{\"filter\":\"slow\",\"kind\":\"reboot\"}");
    Answer many = post(BATCHES, "{\"filter\":\"many\",\"kind\":\"reboot\"}");
    Answer away = post(BATCHES, "{\"filter\":\"away\",\"kind\":\"reboot\"}");

    // Then
    assertThat(Stream.of(wrong, slow, many, away).map(Answer::problem))
        .containsExactly(
            "validation-failed", "filter-too-slow", "validation-failed", "unavailable");
    assertThat(wrong.json().getString("detail")).contains("a word is wrong");
    assertThat(many.json().getString("detail")).contains("more than 10000 devices");
  }

  @Test
  void letsADeviceThatSomebodyElseHoldsHoldUpNoOther() throws Exception {
    // Given
    DeviceKey held = fixture.newDevice();
    List<DeviceKey> others = devices(8);
    fixture.awaitFollowed(Topic.DEVICES);
    List<CompletableFuture<Answer>> toIt = new ArrayList<>();
    List<CompletableFuture<Answer>> toOthers = new ArrayList<>();
    try (Connection connection = fixture.connection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          "select 1 from command.device_queue where device_id = '"
              + held.device()
              + "' for update");

      // When
      for (int time = 0; time < 6; time++) {
        toIt.add(fixture.sendAsync(service, held, "", REBOOT));
        others.forEach(other -> toOthers.add(fixture.sendAsync(service, other, "", REBOOT)));
      }
      toOthers.forEach(CompletableFuture::join);

      // Then
      assertThat(toIt).noneMatch(CompletableFuture::isDone);
      connection.rollback();
    }
    assertThat(toOthers.stream().map(CompletableFuture::join).map(Answer::status))
        .containsOnly(202, 429);
    assertThat(toIt.stream().map(CompletableFuture::join).map(Answer::status))
        .containsOnly(202, 429);
  }

  @Test
  void writesDownOnceWhatComesAtOnce() {
    // Given
    List<DeviceKey> devices = devices(20);
    fixture.awaitFollowed(Topic.DEVICES);

    // When
    List<CompletableFuture<Answer>> sent = new ArrayList<>();
    for (int time = 0; time < 3; time++) {
      for (DeviceKey device : devices) {
        sent.add(
            fixture.sendAsync(
                service, device, "", REBOOT, "Idempotency-Key", "once-" + device.device()));
      }
    }
    List<Answer> answers = sent.stream().map(CompletableFuture::join).toList();

    // Then
    assertThat(answers).allMatch(answer -> answer.status() == 202);
    assertThat(answers.stream().map(Answer::id).distinct()).hasSize(20);
    for (int index = 0; index < 20; index++) {
      assertThat(answers.get(index).json().getString("deviceId"))
          .isEqualTo(devices.get(index).device().value());
      assertThat(answers.get(20 + index).id()).isEqualTo(answers.get(index).id());
    }
  }
}
