package dev.fairlead.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.CommandEnded;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.command.lifecycle.PgCommandStore;
import dev.fairlead.command.session.ReturnPace;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway;
import dev.fairlead.command.testing.Gateway.Session;
import dev.fairlead.embedded.testing.EventStream;
import dev.fairlead.runtime.database.PgPools;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The ends of commands on `fairlead.commands`.
class CommandEndsIT {

  private static CommandFixture fixture;
  private static Gateway gateway;
  private static CommandService service;

  @BeforeAll
  static void start() {
    fixture = new CommandFixture(CommandFixture.settings(Map.of("QUEUE_MAX", "100")));
    gateway = fixture.gateway();
    service = fixture.startService();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static Session connected(DeviceKey device) {
    Session session = gateway.open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);
    return session;
  }

  /// Sends a command that goes beside others.
  private static String send(DeviceKey device, String members) {
    return fixture
        .send(device, "", "{\"kind\":\"valve/open\",\"order\":\"concurrent\"" + members + "}")
        .id();
  }

  private static List<CommandEnded> awaitEnds(DeviceKey device, int count) {
    await().until(() -> gateway.ends(device).size() >= count);
    return gateway.ends(device);
  }

  private static List<String> ids(List<CommandEnded> ends) {
    return ends.stream().map(end -> end.command().toString()).toList();
  }

  /// Whether the device did not answer before the end.
  private static boolean deviceIsLate(String end) {
    return end.equals("expired") || end.equals("cancelled");
  }

  @ParameterizedTest
  @ValueSource(strings = {"succeeded", "failed", "rejected", "expired", "cancelled"})
  void tellsTheEndOnceOfACommandThatAsksForIt(String end) {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String deadline = end.equals("expired") ? ",\"deadline\":\"300ms\"" : "";
    String silent = send(device, deadline);
    String id = send(device, ",\"notify\":true" + deadline);
    gateway.delivered(session, id);

    // When
    for (String each : List.of(silent, id)) {
      switch (end) {
        case "cancelled" -> fixture.cancel(each);
        case "expired" -> await().until(() -> fixture.command(each).state().equals(end));
        default -> gateway.result(session, each, end, "[1]".getBytes(UTF_8));
      }
    }
    awaitEnds(device, 1);
    gateway.result(session, id, "succeeded", new byte[0]);
    gateway.result(session, id, end.equals("failed") ? "rejected" : "failed", new byte[0]);
    String last = send(device, ",\"notify\":true");
    gateway.result(session, last, "succeeded", new byte[0]);

    // Then: what is told of one device comes in order, so that nothing more was told of the first.
    List<CommandEnded> ends = awaitEnds(device, 2);
    assertThat(ids(ends)).containsExactly(id, last);
    CommandEnded first = ends.getFirst();
    assertThat(first.kind()).isEqualTo("valve/open");
    assertThat(first.state()).isEqualTo(end);
    assertThat(first.attempt()).isEqualTo(1);
    assertThat(first.result().isPresent()).isEqualTo(!deviceIsLate(end));
    assertThat(fixture.command(silent).state()).isEqualTo(end);
    assertThat(fixture.command(silent).json().getBoolean("notify")).isFalse();
    assertThat(fixture.command(id).json().getBoolean("notify")).isTrue();
  }

  @Test
  void carriesByWhatItsSenderKnowsIt() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);

    // When
    String known = send(device, ",\"notify\":true,\"correlation\":\"order/4711=\"");
    String nameless = send(device, ",\"notify\":true");
    gateway.result(session, known, "succeeded", new byte[0]);
    gateway.result(session, nameless, "succeeded", new byte[0]);

    // Then
    assertThat(awaitEnds(device, 2))
        .extracting(end -> end.correlation().orElse("none"))
        .containsExactly("order/4711=", "none");
    assertThat(fixture.command(known).json().getString("correlation")).isEqualTo("order/4711=");
    assertThat(fixture.command(nameless).json().getValue("correlation")).isNull();
    assertThat(steps(known))
        .extracting(step -> step.getString("correlation"))
        .containsOnly("order/4711=");
    assertThat(steps(nameless)).noneMatch(step -> step.containsKey("correlation"));
  }

  private static List<JsonObject> steps(String command) {
    try (EventStream<JsonObject> stream =
        CommandFixture.follow(
            service, CommandFixture.OPERATOR, "/api/v1/commands/" + command + "/stream")) {
      await().until(stream::ended);
      return stream.events().stream().map(event -> event.getJsonObject("data")).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "\u00e9", "\\n"})
  void refusesWhatIsNoName(String correlation) {
    // Given
    DeviceKey device = fixture.newDevice();

    // When
    Answer answer =
        fixture.send(
            device, "", "{\"kind\":\"ping\",\"correlation\":\"%s\"}".formatted(correlation));

    // Then
    assertThat(answer.problem()).isEqualTo("validation-failed");
  }

  @Test
  void tellsWhatAnotherTookThePlaceOf() {
    // Given
    DeviceKey device = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    String key = ",\"notify\":true,\"supersedes\":\"brightness\"";
    String old = send(device, key);

    // When
    String next = send(device, key);

    // Then
    List<CommandEnded> ends = awaitEnds(device, 1);
    assertThat(ids(ends)).containsExactly(old);
    assertThat(ends.getFirst().state()).isEqualTo("cancelled");
    assertThat(ends.getFirst().attempt()).isZero();
    assertThat(ends.getFirst().reason()).contains("superseded by " + next);
    assertThat(ends.getFirst().result()).isEmpty();
  }

  @Test
  void tellsWhatADeletedDeviceWillNotDo() {
    // Given
    DeviceKey device = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    String one = send(device, ",\"notify\":true");
    send(device, "");
    String two = send(device, ",\"notify\":true");

    // When
    gateway.write(new DeviceChange.Deleted(device, 1_700_000_000_000L).toRecord());

    // Then
    List<CommandEnded> ends = awaitEnds(device, 2);
    assertThat(ids(ends)).containsExactlyInAnyOrder(one, two);
    assertThat(ends)
        .allSatisfy(
            end -> {
              assertThat(end.state()).isEqualTo("cancelled");
              assertThat(end.reason()).contains("the device was deleted");
              assertThat(end.at().toEpochMilli()).isEqualTo(1_700_000_000_000L);
            });
  }

  @Test
  void takesSmallAnswersAlongAndLeavesLargeOnesOut() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String small = send(device, ",\"notify\":true");
    String large = send(device, ",\"notify\":true");
    String none = send(device, ",\"notify\":true");

    // When
    gateway.result(session, small, "succeeded", new byte[CommandEnded.BODY_BYTES_MAX]);
    gateway.result(session, large, "succeeded", new byte[CommandEnded.BODY_BYTES_MAX + 1]);
    gateway.result(session, none, "succeeded", new byte[0]);

    // Then
    List<CommandEnded.Result> results =
        awaitEnds(device, 3).stream().map(end -> end.result().orElseThrow()).toList();
    assertThat(results.get(0).body()).hasSize(CommandEnded.BODY_BYTES_MAX);
    assertThat(results.get(0).contentType()).contains(Headers.JSON);
    assertThat(results.get(0).isBodyOmitted()).isFalse();
    assertThat(results.get(1).body()).isNull();
    assertThat(results.get(1).contentType()).contains(Headers.JSON);
    assertThat(results.get(1).isBodyOmitted()).isTrue();
    assertThat(results.get(2).body()).isNull();
    assertThat(results.get(2).contentType()).isEmpty();
    assertThat(results.get(2).isBodyOmitted()).isFalse();
  }

  @Test
  void hasTheOutboxReadRightAfterACommitThatTellsOfAnEnd() {
    // Given
    Vertx vertx = Vertx.vertx();
    Pool pool = PgPools.create(vertx, fixture.database(), "test", "command");
    PgCommandStore commands = new PgCommandStore(pool, new ReturnPace(1000, System::nanoTime));
    AtomicInteger told = new AtomicInteger();
    commands.onTold(told::incrementAndGet);
    DeviceKey silent = fixture.newDevice();
    DeviceKey asking = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    send(silent, "");
    String id = send(asking, ",\"notify\":true");

    // When
    pool.withTransaction(
            transaction -> commands.cancelAll(transaction, silent, Instant.EPOCH, "by a test"))
        .await();
    pool.withTransaction(
            transaction ->
                commands
                    .cancelAll(transaction, asking, Instant.EPOCH, "by a test")
                    .compose(_ -> Future.failedFuture("rolled back")))
        .otherwiseEmpty()
        .await();
    int before = told.get();
    pool.withTransaction(
            transaction -> commands.cancelAll(transaction, asking, Instant.EPOCH, "by a test"))
        .await();

    // Then
    assertThat(before).isZero();
    await().until(() -> told.get() == 1);
    assertThat(ids(awaitEnds(asking, 1))).containsExactly(id);
    pool.close().await();
    vertx.close().await();
  }
}
