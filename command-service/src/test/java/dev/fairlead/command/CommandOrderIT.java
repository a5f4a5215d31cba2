package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.InboxMessage.Deliver;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway;
import dev.fairlead.command.testing.Gateway.Session;
import dev.fairlead.command.testing.Mail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which command of a device is sent when: leases are so long that nothing is sent twice.
class CommandOrderIT {

  private static final int CONCURRENT_MAX = 3;
  private static final String PING = "{\"kind\":\"ping\"}";
  private static final String BESIDE = "{\"kind\":\"ping\",\"order\":\"concurrent\"}";

  private static CommandFixture fixture;
  private static Gateway gateway;
  private static CommandService service;

  @BeforeAll
  static void start() {
    fixture =
        new CommandFixture(
            CommandFixture.settings(
                Map.of("QUEUE_MAX", "100", "CONCURRENT_MAX", Integer.toString(CONCURRENT_MAX))));
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

  private static String send(DeviceKey device, String body) {
    return fixture.send(device, "", body).id();
  }

  private static String with(String member) {
    return "{\"kind\":\"ping\"," + member + "}";
  }

  private static List<String> sentTo(DeviceKey device) {
    return gateway.deliveriesTo(device).stream().map(Deliver::commandId).toList();
  }

  private static void succeed(Session session, String id) {
    gateway.result(session, id, "succeeded", new byte[0]);
  }

  /// Lets the device do what it is told, as long as that is what it is to be told next.
  private static void awaitOneByOne(Session session, List<String> commands) {
    for (int index = 0; index < commands.size(); index++) {
      List<String> sent = commands.subList(0, index + 1);
      await().until(() -> sentTo(session.device()).equals(sent));
      succeed(session, commands.get(index));
    }
  }

  @Test
  void sendsAnOrderedCommandWhenTheOneBeforeHasEnded() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String first = send(device, PING);
    String second = send(device, PING);
    String third = send(device, PING);
    gateway.delivered(session, first);
    gateway.progress(session, first);
    await().until(() -> fixture.command(first).state().equals("running"));

    // When
    List<String> before = sentTo(device);
    succeed(session, first);

    // Then
    await().until(() -> sentTo(device).size() == 2);
    assertThat(before).containsExactly(first);
    assertThat(sentTo(device)).containsExactly(first, second);
    assertThat(fixture.command(third).state()).isEqualTo("queued");
    succeed(session, second);
    await().until(() -> sentTo(device).equals(List.of(first, second, third)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cancelled", "expired", "failed", "rejected"})
  void goesOnHoweverTheOneBeforeHasEnded(String end) {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String first = send(device, end.equals("expired") ? with("\"deadline\":\"300ms\"") : PING);
    String second = send(device, PING);

    // When
    switch (end) {
      case "cancelled" -> fixture.cancel(first);
      case "expired" -> {}
      default -> gateway.result(session, first, end, new byte[0]);
    }

    // Then
    await().until(() -> sentTo(device).equals(List.of(first, second)));
    assertThat(fixture.command(first).state()).isEqualTo(end);
  }

  @Test
  void goesOnWhenAResultComesBeforeItsAcknowledgement() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String first = send(device, PING);
    String second = send(device, PING);

    // When
    succeed(session, first);
    gateway.delivered(session, first);

    // Then
    await().until(() -> sentTo(device).equals(List.of(first, second)));
    succeed(session, second);
    await().until(() -> fixture.command(second).state().equals("succeeded"));
  }

  @Test
  void sendsTheHighestPriorityFirst() {
    // Given
    DeviceKey device = fixture.newDevice();
    String usual = send(device, PING);
    String low = send(device, with("\"priority\":0"));
    String high = send(device, with("\"priority\":9"));
    String alsoHigh = send(device, with("\"priority\":9"));

    // When
    Session session = gateway.open(device, "g1");

    // Then
    awaitOneByOne(session, List.of(high, alsoHigh, usual, low));
  }

  @Test
  void sendsConcurrentCommandsBesideAnOrderedOneUpToTheBound() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String ordered = send(device, PING);
    List<String> beside =
        IntStream.rangeClosed(0, CONCURRENT_MAX).mapToObj(number -> send(device, BESIDE)).toList();
    await().until(() -> sentTo(device).size() == CONCURRENT_MAX + 1);

    // When
    succeed(session, beside.get(1));

    // Then
    await().until(() -> sentTo(device).size() == CONCURRENT_MAX + 2);
    assertThat(sentTo(device))
        .containsExactly(ordered, beside.get(0), beside.get(1), beside.get(2), beside.get(3));
  }

  @Test
  void sendsTheBoundOfConcurrentCommandsToADeviceThatComes() {
    // Given
    DeviceKey device = fixture.newDevice();
    List<String> beside =
        IntStream.rangeClosed(0, CONCURRENT_MAX).mapToObj(number -> send(device, BESIDE)).toList();
    String ordered = send(device, PING);

    // When
    Session session = gateway.open(device, "g1");

    // Then
    await().until(() -> sentTo(device).size() == CONCURRENT_MAX + 1);
    assertThat(sentTo(device))
        .containsExactlyInAnyOrder(beside.get(0), beside.get(1), beside.get(2), ordered);
    succeed(session, beside.get(0));
    await().until(() -> sentTo(device).contains(beside.get(3)));
  }

  @Test
  void replacesWhatWasNotSentYet() {
    // Given
    DeviceKey device = fixture.newDevice();
    String otherKey = send(device, with("\"supersedes\":\"volume\""));
    String old = send(device, with("\"supersedes\":\"brightness\",\"body\":10"));
    CompletableFuture<Answer> waits =
        fixture.sendAsync(
            service, device, "?wait=30s", with("\"supersedes\":\"brightness\",\"body\":20"));
    await().until(() -> fixture.command(old).state().equals("cancelled"));

    // When
    String last = send(device, with("\"supersedes\":\"brightness\",\"body\":30"));

    // Then
    assertThat(waits.join().state()).isEqualTo("cancelled");
    assertThat(waits.join().text()).contains("superseded by " + last);
    awaitOneByOne(gateway.open(device, "g1"), List.of(otherKey, last));
  }

  @Test
  void leavesWhatWasSentToTheDevice() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session session = connected(device);
    String sent = send(device, with("\"supersedes\":\"brightness\""));

    // When
    String next = send(device, with("\"supersedes\":\"brightness\""));

    // Then
    assertThat(fixture.command(sent).state()).isEqualTo("sent");
    succeed(session, sent);
    await().until(() -> sentTo(device).equals(List.of(sent, next)));
  }

  @Test
  void keepsTheOrderWhenTheSessionIsLost() {
    // Given
    DeviceKey device = fixture.newDevice();
    Session lost = connected(device);
    String first = send(device, PING);
    String second = send(device, PING);
    await().until(() -> sentTo(device).equals(List.of(first)));

    // When
    gateway.close(lost, CloseReason.GATEWAY_LOST);
    Session next = gateway.open(device, "g2");

    // Then
    await().until(() -> sentTo(device).equals(List.of(first, first)));
    succeed(next, first);
    await().until(() -> sentTo(device).equals(List.of(first, first, second)));
  }

  @Test
  void takesAllCommandsOfADeviceBack() {
    // Given
    DeviceKey device = fixture.newDevice();
    DeviceKey other = fixture.newDevice();
    Session session = connected(device);
    String ended = send(device, PING);
    succeed(session, ended);
    await().until(() -> fixture.command(ended).state().equals("succeeded"));
    String sent = send(device, PING);
    String waiting = send(device, PING);
    String ofOther = send(other, PING);

    // When
    Answer answer = cancelAll(device);

    // Then
    assertThat(answer.json().getInteger("cancelled")).isEqualTo(2);
    assertThat(fixture.command(ended).state()).isEqualTo("succeeded");
    assertThat(fixture.command(sent).state()).isEqualTo("cancelled");
    assertThat(fixture.command(waiting).state()).isEqualTo("cancelled");
    assertThat(fixture.command(ofOther).state()).isEqualTo("queued");
    await()
        .until(
            () ->
                gateway.mailOf(device).stream()
                    .map(Mail::message)
                    .toList()
                    .contains(
                        new InboxMessage.Cancel(device, session.id(), Optional.empty(), sent)));
    assertThat(cancelAll(device).json().getInteger("cancelled")).isZero();
    assertThat(cancelAll(CommandFixture.unmadeDevice()).problem()).isEqualTo("device-not-found");
  }

  private static Answer cancelAll(DeviceKey device) {
    return fixture.post(
        service,
        CommandFixture.OPERATOR,
        "/api/v1/devices/" + device.device() + "/commands/cancel",
        "");
  }

  @Test
  void showsTheOrderAndRefusesWhatIsNone() {
    // Given
    DeviceKey device = fixture.newDevice();

    // When
    Answer shown =
        fixture.send(
            device, "", with("\"order\":\"concurrent\",\"priority\":7,\"supersedes\":\"key\""));

    // Then
    assertThat(shown.json().getString("order")).isEqualTo("concurrent");
    assertThat(shown.json().getInteger("priority")).isEqualTo(7);
    assertThat(shown.json().getString("supersedes")).isEqualTo("key");
    assertThat(fixture.send(device, "", with("\"priority\":10")).problem())
        .isEqualTo("validation-failed");
    assertThat(fixture.send(device, "", with("\"order\":\"sideways\"")).problem())
        .isEqualTo("validation-failed");
    assertThat(fixture.send(device, "", with("\"supersedes\":\"\"")).problem())
        .isEqualTo("validation-failed");
  }
}
