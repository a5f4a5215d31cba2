package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.InboxMessage.Deliver;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway;
import dev.fairlead.command.testing.Gateway.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandReplicasIT {

  private static final String PING = "{\"kind\":\"ping\"}";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private CommandFixture fixture;
  private Gateway gateway;

  @BeforeEach
  void start() {
    // A lease so short that redelivery and replies race.
    fixture =
        new CommandFixture(CommandFixture.settings(Map.of("LEASE", "300ms", "EXPIRY_GRACE", "5s")));
    gateway = fixture.gateway();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void twoServicesNeverSendTheSameAttempt() {
    // Given
    CommandService first = fixture.startService();
    CommandService second = fixture.startService();
    List<DeviceKey> devices = new ArrayList<>();
    for (int number = 0; number < 20; number++) {
      devices.add(fixture.newDevice());
    }
    fixture.awaitFollowed(Topic.DEVICES);
    List<CompletableFuture<Answer>> sent = new ArrayList<>();
    for (int number = 0; number < 400; number++) {
      sent.add(
          fixture.sendAsync(
              number % 2 == 0 ? first : second, devices.get(number % devices.size()), "", PING));
    }
    List<String> ids = sent.stream().map(CompletableFuture::join).map(Answer::id).toList();

    // When
    List<Session> sessions = devices.stream().map(device -> gateway.open(device, "g1")).toList();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                devices.stream()
                    .flatMap(device -> gateway.deliveriesTo(device).stream())
                    .anyMatch(deliver -> deliver.attempt() > 2));
    sessions.forEach(gateway::obey);

    // Then
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(ids)
                    .allSatisfy(
                        id -> assertThat(fixture.command(id).state()).isEqualTo("succeeded")));
    List<String> attempts =
        devices.stream()
            .flatMap(device -> gateway.deliveriesTo(device).stream())
            .map(deliver -> deliver.commandId() + "/" + deliver.attempt())
            .toList();
    assertThat(attempts).doesNotHaveDuplicates();
    assertThat(attempts).hasSizeGreaterThanOrEqualTo(400);
  }

  @Test
  void wakesTheOneWhoWaitsAtTheOtherReplica() {
    // Given
    CommandService first = fixture.startService();
    CommandService second = fixture.startService();
    DeviceKey device = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    gateway.obey(gateway.open(device, "g1"));
    fixture.awaitFollowed(Topic.SESSIONS);

    // When
    CompletableFuture<Answer> here = fixture.sendAsync(first, device, "?wait=30s", PING);
    CompletableFuture<Answer> there = fixture.sendAsync(second, device, "?wait=30s", PING);

    // Then
    assertThat(here.join().state()).isEqualTo("succeeded");
    assertThat(there.join().state()).isEqualTo("succeeded");
  }

  @Test
  void goesOnAfterARestart() {
    // Given
    CommandService before = fixture.startService();
    DeviceKey device = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    Session session = gateway.open(device, "g1");
    fixture.awaitFollowed(Topic.SESSIONS);
    String answered = fixture.send(device, "", PING).id();
    String lost = fixture.send(device, "", PING).id();
    fixture.stop(before);
    gateway.result(session, answered, "succeeded", new byte[0]);

    // When
    fixture.startService();

    // Then
    await().atMost(PATIENCE).until(() -> fixture.command(answered).state().equals("succeeded"));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                gateway.deliveriesTo(device).stream()
                    .filter(deliver -> deliver.commandId().equals(lost))
                    .map(Deliver::attempt)
                    .anyMatch(attempt -> attempt > 1));
    gateway.result(session, lost, "succeeded", new byte[0]);
    await().atMost(PATIENCE).until(() -> fixture.command(lost).state().equals("succeeded"));
  }

  @Test
  void answersThoseWhoWaitWhenItStops() {
    // Given
    CommandService service = fixture.startService();
    DeviceKey device = fixture.newDevice();
    CompletableFuture<Answer> waiting = fixture.sendAsync(service, device, "?wait=60s", PING);
    await()
        .until(
            () ->
                fixture
                    .get("/api/v1/devices/" + device.device() + "/commands")
                    .text()
                    .contains("queued"));

    // When
    fixture.stop(service);

    // Then
    assertThat(waiting)
        .succeedsWithin(Duration.ofSeconds(10))
        .satisfies(answer -> assertThat(answer.status()).isEqualTo(202));
  }
}
