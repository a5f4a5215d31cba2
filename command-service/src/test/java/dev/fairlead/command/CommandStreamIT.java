package dev.fairlead.command;

import static dev.fairlead.command.testing.CommandFixture.KEEPER;
import static dev.fairlead.command.testing.CommandFixture.PLATFORM;
import static dev.fairlead.command.testing.CommandFixture.STRANGER;
import static dev.fairlead.command.testing.CommandFixture.VIEWER;
import static dev.fairlead.command.testing.CommandFixture.present;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.feed.FeedSettings;
import dev.fairlead.bus.feed.Position;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.command.lifecycle.CommandEdit;
import dev.fairlead.command.lifecycle.CommandEvent;
import dev.fairlead.command.lifecycle.CommandId;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.session.ReturnPace;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway;
import dev.fairlead.command.testing.Gateway.Session;
import dev.fairlead.embedded.testing.EventStream;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CommandStreamIT {

  private static final int STREAMS_MAX = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String PING = "{\"kind\":\"ping\"}";
  private static final String STREAM = "/api/v1/commands/stream";
  private static final String TYPE = "dev.fairlead.command.";

  private static CommandFixture fixture;
  private static Gateway gateway;
  private static CommandService service;
  private static CommandService other;
  private static Vertx vertx;
  private static Pool pool;

  @BeforeAll
  static void start() {
    fixture =
        new CommandFixture(
            CommandFixture.settings(Map.of("QUEUE_MAX", "100")),
            new FeedSettings(Duration.ofDays(7), STREAMS_MAX));
    gateway = fixture.gateway();
    service = fixture.startService();
    other = fixture.startService();
    vertx = Vertx.vertx();
    pool = PgPools.create(vertx, fixture.database(), "test", "command");
  }

  @AfterAll
  static void stop() {
    pool.close().await();
    vertx.close().await();
    fixture.close();
  }

  private static EventStream<JsonObject> follow(String path, String... headers) {
    return CommandFixture.follow(service, VIEWER, path, headers);
  }

  private static String streamOf(String command) {
    return "/api/v1/commands/" + command + "/stream";
  }

  private static String streamOf(DeviceKey device) {
    return "/api/v1/devices/" + device.device() + "/commands/stream";
  }

  private static Session connected(DeviceKey device) {
    Session session = gateway.open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);
    return session;
  }

  private static DeviceKey knownDevice() {
    DeviceKey device = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    return device;
  }

  private static List<String> states(EventStream<JsonObject> stream) {
    return stream.events().stream()
        .map(event -> event.getString("type").substring(TYPE.length()))
        .toList();
  }

  private static List<String> commands(EventStream<JsonObject> stream) {
    return stream.events().stream()
        .map(event -> event.getJsonObject("data").getString("commandId"))
        .toList();
  }

  private static void awaitStates(EventStream<JsonObject> stream, String... expected) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(states(stream)).containsExactly(expected));
  }

  private static void awaitEnd(EventStream<JsonObject> stream) {
    await().atMost(PATIENCE).until(stream::ended);
  }

  private static void awaitBegun(EventStream<JsonObject> stream) {
    await().atMost(PATIENCE).until(() -> !stream.lastEventId().isEmpty());
  }

  /// A command that has come through all states.
  private static String done(DeviceKey device) {
    Session session = connected(device);
    String id = fixture.send(device, "", PING).id();
    gateway.delivered(session, id);
    gateway.progress(session, id);
    gateway.result(session, id, "succeeded", new byte[0]);
    await().atMost(PATIENCE).until(() -> fixture.command(id).state().equals("succeeded"));
    return id;
  }

  @Test
  void tellsEachStepOfACommandAndEndsAfterTheLast() {
    // Given
    DeviceKey device = knownDevice();
    String id = fixture.send(device, "", PING).id();
    try (EventStream<JsonObject> stream = follow(streamOf(id))) {
      awaitStates(stream, "queued");

      // When
      Session session = connected(device);
      awaitStates(stream, "queued", "sent");
      gateway.delivered(session, id);
      gateway.progress(session, id, "{\n  \"percent\": 40\n}\n");
      awaitStates(stream, "queued", "sent", "delivered", "running");
      gateway.result(session, id, "succeeded", "{\"percent\":100}".getBytes(UTF_8));

      // Then
      awaitEnd(stream);
      assertThat(states(stream))
          .containsExactly("queued", "sent", "delivered", "running", "succeeded");
      assertThat(stream.status()).isEqualTo(200);
      assertThat(stream.contentType()).isEqualTo("text/event-stream");
      JsonObject running = stream.events().get(3);
      assertThat(running.getString("specversion")).isEqualTo("1.0");
      assertThat(running.getString("source")).isEqualTo("/tenants/default");
      assertThat(running.getString("subject")).isEqualTo(device.device().value());
      assertThat(running.getString("time")).isNotEmpty();
      assertThat(running.getJsonObject("data").getJsonObject("progress").getJsonObject("body"))
          .isEqualTo(new JsonObject("{\"percent\":40}"));
      JsonObject last = stream.events().getLast();
      assertThat(last.getString("id")).isEqualTo(stream.lastEventId());
      assertThat(last.getJsonObject("data"))
          .isEqualTo(
              new JsonObject()
                  .put("commandId", id)
                  .put("deviceId", device.device().value())
                  .put("kind", "ping")
                  .put("attempt", 1)
                  .put("session", session.id().value())
                  .put("result", fixture.command(id).json().getJsonObject("result")));
    }
  }

  @Test
  void goesOnWhereItStoppedAndAnswersThatNothingIsLeft() {
    // Given
    String id = done(knownDevice());
    List<String> heard = new ArrayList<>();
    String last = "";
    try (EventStream<JsonObject> stream = follow(streamOf(id))) {
      awaitEnd(stream);
      assertThat(states(stream))
          .containsExactly("queued", "sent", "delivered", "running", "succeeded");
      last = stream.events().get(1).getString("id");
    }

    // When
    try (EventStream<JsonObject> stream = follow(streamOf(id), "Last-Event-ID", last)) {
      awaitEnd(stream);
      heard.addAll(states(stream));
      last = stream.lastEventId();
    }

    // Then
    assertThat(heard).containsExactly("delivered", "running", "succeeded");
    assertThat(follow(streamOf(id), "Last-Event-ID", last).status()).isEqualTo(204);
    assertThat(follow(streamOf(id) + "?cursor=" + last).status()).isEqualTo(204);
  }

  @Test
  void leavesALateAnswerToTheStreamsOfDevices() {
    // Given
    DeviceKey device = knownDevice();
    Session session = connected(device);
    try (EventStream<JsonObject> stream = follow(streamOf(device))) {
      awaitBegun(stream);
      String id = fixture.send(device, "", PING).id();
      fixture.cancel(id);

      // When
      gateway.result(session, id, "failed", "{}".getBytes(UTF_8));

      // Then
      awaitStates(stream, "queued", "sent", "cancelled", "failed");
      JsonObject late = stream.events().getLast().getJsonObject("data");
      assertThat(late.getBoolean("late")).isTrue();
      assertThat(late.containsKey("result")).isFalse();
      try (EventStream<JsonObject> ofCommand = follow(streamOf(id))) {
        awaitEnd(ofCommand);
        assertThat(states(ofCommand)).containsExactly("queued", "sent", "cancelled");
      }
    }
  }

  @Test
  void tellsNothingBeforeWhatAnOlderTransactionStillHides() {
    // Given
    DeviceKey device = knownDevice();
    String early = fixture.send(device, "", PING).id();
    try (EventStream<JsonObject> stream = follow(streamOf(device))) {
      awaitBegun(stream);
      SqlConnection connection = pool.getConnection().await();
      Transaction slow = connection.begin().await();
      connection
          .preparedQuery(
              """
              insert into command_change
                (xid, tenant, device_id, command_id, state, attempt, at, late)
              values (pg_current_xact_id(), 'default', $1, $2, 'sent', 1, now(), false)
              """)
          .execute(Tuple.of(device.device().value(), UUID.fromString(early)))
          .await();

      // When
      String later = fixture.send(device, "", PING).id();
      int before = stream.events().size();
      slow.commit().await();
      connection.close().await();

      // Then
      assertThat(before).isZero();
      await().atMost(PATIENCE).until(() -> stream.events().size() == 2);
      assertThat(commands(stream)).containsExactly(early, later);
    }
  }

  /// A transaction that began before the command was made, and comes to it afterwards.
  @Test
  void tellsTheStepsOfACommandInTheirOrderWhicheverTransactionBeganFirst() {
    // Given
    PgCommandStore store = new PgCommandStore(pool, new ReturnPace(1000, System::nanoTime));
    DeviceKey device = knownDevice();
    SqlConnection connection = pool.getConnection().await();
    Transaction early = connection.begin().await();
    connection.query("select pg_current_xact_id()::text").execute().await();
    String id = fixture.send(device, "", PING).id();
    CommandId command = CommandId.parse(id).orElseThrow();

    // When
    CommandEdit edit =
        new CommandEdit(
            Objects.requireNonNull(store.heads(connection, List.of(command)).await().get(command)));
    edit.ended(new CommandEvent.Cancelled(), Instant.now(), "by hand");
    store.write(connection, List.of(edit)).await();
    early.commit().await();
    connection.close().await();

    // Then
    try (EventStream<JsonObject> stream = follow(streamOf(id))) {
      awaitEnd(stream);
      assertThat(states(stream)).containsExactly("queued", "cancelled");
    }
  }

  @Test
  void tellsEverythingOnceToWhoeverComesBackAgainAndAgainToEitherReplica() {
    // Given
    List<DeviceKey> devices = IntStream.range(0, 8).mapToObj(_ -> fixture.newDevice()).toList();
    fixture.awaitFollowed(Topic.DEVICES);
    devices.forEach(device -> gateway.obey(gateway.open(device, "g1")));
    fixture.awaitFollowed(Topic.SESSIONS);
    int count = 80;
    String query = "?state=queued&state=succeeded";
    String last;
    try (EventStream<JsonObject> stream = follow(STREAM + query)) {
      awaitBegun(stream);
      last = stream.lastEventId();
    }

    // When
    List<CompletableFuture<Answer>> sent =
        IntStream.range(0, count)
            .mapToObj(
                number ->
                    fixture.sendAsync(
                        number % 2 == 0 ? service : other,
                        devices.get(number % devices.size()),
                        "",
                        PING))
            .toList();
    List<String> heard = new ArrayList<>();
    while (heard.size() < 2 * count) {
      int wanted = Math.min(7, 2 * count - heard.size());
      CommandService asked = heard.size() % 2 == 0 ? service : other;
      try (EventStream<JsonObject> stream =
          CommandFixture.follow(asked, VIEWER, STREAM + query, "Last-Event-ID", last)) {
        await().atMost(PATIENCE).until(() -> stream.events().size() >= wanted);
        for (JsonObject event : stream.events().subList(0, wanted)) {
          heard.add(event.getString("type") + event.getJsonObject("data").getString("commandId"));
          last = event.getString("id");
        }
      }
    }

    // Then
    List<String> expected =
        sent.stream()
            .map(answer -> answer.join().id())
            .flatMap(id -> Stream.of(TYPE + "queued" + id, TYPE + "succeeded" + id))
            .toList();
    assertThat(heard).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void tellsWhatHappensAtTheOtherReplicaSoon() {
    // Given
    DeviceKey device = knownDevice();
    try (EventStream<JsonObject> stream = CommandFixture.follow(other, VIEWER, streamOf(device))) {
      awaitBegun(stream);

      // When
      fixture.send(device, "", PING);

      // Then
      await().atMost(Duration.ofSeconds(2)).until(() -> stream.events().size() == 1);
    }
  }

  @Test
  void tellsOfTheDeviceThatIsAskedForAlone() {
    // Given
    DeviceKey mine = fixture.newDevice();
    DeviceKey theirs = knownDevice();
    try (EventStream<JsonObject> stream = follow(streamOf(mine) + "?state=queued")) {
      awaitBegun(stream);

      // When
      fixture.send(theirs, "", PING);
      String first = fixture.send(mine, "", PING).id();
      fixture.cancel(first);
      String second = fixture.send(mine, "", PING).id();

      // Then
      await().atMost(PATIENCE).until(() -> stream.events().size() == 2);
      assertThat(commands(stream)).containsExactly(first, second);
    }
  }

  @Test
  void leavesOutALargeAnswerAndSaysSo() {
    // Given
    DeviceKey device = knownDevice();
    Session session = connected(device);
    String id = fixture.send(device, "", PING).id();
    String text = "\"" + "x".repeat(20_000) + "\"";

    // When
    gateway.result(session, id, "succeeded", text.getBytes(UTF_8));

    // Then
    try (EventStream<JsonObject> stream = follow(streamOf(id) + "?state=succeeded")) {
      awaitEnd(stream);
      assertThat(states(stream)).containsExactly("succeeded");
      JsonObject data = stream.events().getLast().getJsonObject("data");
      assertThat(data.getBoolean("resultTooLarge")).isTrue();
      assertThat(data.getJsonObject("result").getString("status")).isEqualTo("succeeded");
      assertThat(data.getJsonObject("result").getValue("body")).isNull();
    }
  }

  @Test
  void tellsNothingOfOtherTenants() {
    // Given
    DeviceKey device = knownDevice();
    String id = fixture.send(device, "", PING).id();
    String begin = new Position(0, 0).cursor();

    // When
    int ofCommand = CommandFixture.follow(service, STRANGER, streamOf(id)).status();
    int ofDevice = CommandFixture.follow(service, STRANGER, streamOf(device)).status();
    try (EventStream<JsonObject> all =
        CommandFixture.follow(service, STRANGER, STREAM + "?cursor=" + begin)) {
      awaitBegun(all);

      // Then
      assertThat(all.events()).isEmpty();
    }
    assertThat(ofCommand).isEqualTo(404);
    assertThat(ofDevice).isEqualTo(404);
  }

  @Test
  void keepsAKeyOfAGroupToItsDevices() {
    // Given
    DeviceKey inside = CommandFixture.unmadeDevice();
    gateway.write(present(inside, "night"));
    DeviceKey outside = knownDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    String hidden = fixture.send(outside, "", PING).id();
    try (EventStream<JsonObject> all = CommandFixture.follow(service, KEEPER, STREAM);
        EventStream<JsonObject> one = CommandFixture.follow(service, KEEPER, streamOf(inside))) {
      awaitBegun(all);
      awaitBegun(one);

      // When
      fixture.send(outside, "", PING);
      String shown = fixture.send(inside, "", PING).id();
      await().atMost(PATIENCE).until(() -> all.events().size() == 1 && one.events().size() == 1);
      gateway.write(present(inside));
      fixture.awaitFollowed(Topic.DEVICES);
      fixture.cancel(shown);
      fixture.send(inside, "", PING);
      gateway.write(present(inside, "night"));
      fixture.awaitFollowed(Topic.DEVICES);
      String again = fixture.send(inside, "", PING).id();

      // Then
      await().atMost(PATIENCE).until(() -> commands(all).contains(again));
      assertThat(commands(all).getFirst()).isEqualTo(shown);
      assertThat(commands(all)).allMatch(id -> fixture.command(id).status() == 200);
      assertThat(CommandFixture.follow(service, KEEPER, streamOf(hidden)).status()).isEqualTo(404);
      assertThat(CommandFixture.follow(service, KEEPER, streamOf(outside)).status()).isEqualTo(404);
    }
  }

  /// Else a tenant, or a device, that was given the id of one before would be told of that one.
  @Test
  void tellsNothingOfADeviceThatHadTheIdBefore() {
    // Given
    DeviceKey device = knownDevice();
    String former = fixture.send(device, "", PING).id();
    String begin = new Position(0, 0).cursor();

    // When
    gateway.write(new DeviceChange.Deleted(device, System.currentTimeMillis()).toRecord());
    gateway.write(present(device));
    fixture.awaitFollowed(Topic.DEVICES);
    String anew = fixture.send(device, "", PING).id();

    // Then
    try (EventStream<JsonObject> stream = follow(streamOf(device) + "?cursor=" + begin);
        EventStream<JsonObject> ofFormer = follow(streamOf(former))) {
      await().atMost(PATIENCE).until(() -> !stream.events().isEmpty());
      assertThat(commands(stream)).containsOnly(anew);
      awaitEnd(ofFormer);
      assertThat(states(ofFormer)).containsExactly("queued", "cancelled");
    }
  }

  @Test
  void servesSoManyOfATenantAndNotOneMore() {
    // Given
    String[] crowded = {"Fairlead-Tenant", "crowded"};
    List<EventStream<JsonObject>> streams =
        IntStream.range(0, STREAMS_MAX)
            .mapToObj(_ -> CommandFixture.follow(service, PLATFORM, STREAM, crowded))
            .toList();

    // When
    int more = CommandFixture.follow(service, PLATFORM, STREAM, crowded).status();
    streams.getFirst().close();

    // Then
    assertThat(streams).allMatch(stream -> stream.status() == 200);
    assertThat(more).isEqualTo(429);
    await()
        .atMost(PATIENCE)
        .until(() -> CommandFixture.follow(service, PLATFORM, STREAM, crowded).status() == 200);
    streams.forEach(EventStream::close);
  }

  @Test
  void refusesACursorThatIsNoneAndOneThatIsTooOld() {
    // Given
    pool.query("update command_change_horizon set id = 2 where xid = '0'").execute().await();
    String old = new Position(0, 1).cursor();

    // When
    int none = follow(STREAM + "?cursor=nonsense").status();
    int tooOld = follow(STREAM, "Last-Event-ID", old).status();

    // Then
    pool.query("update command_change_horizon set id = 0 where xid = '0'").execute().await();
    assertThat(none).isEqualTo(400);
    assertThat(tooOld).isEqualTo(410);
  }

  @Test
  void endsWhenTheServiceStops() {
    // Given
    CommandService leaving = fixture.startService();
    try (EventStream<JsonObject> stream = CommandFixture.follow(leaving, VIEWER, STREAM)) {
      awaitBegun(stream);

      // When
      fixture.stop(leaving);

      // Then
      awaitEnd(stream);
    }
  }
}
