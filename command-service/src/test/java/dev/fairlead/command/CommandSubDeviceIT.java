package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.DeviceChange;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.InboxMessage.Deliver;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway;
import dev.fairlead.command.testing.Gateway.Session;
import dev.fairlead.command.testing.Mail;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Commands to devices for which another one speaks: leases are so long that nothing is sent twice
/// to one session.
class CommandSubDeviceIT {

  private static final String PING = "{\"kind\":\"ping\"}";

  private static CommandFixture fixture;
  private static Gateway gateway;

  @BeforeAll
  static void start() {
    fixture = new CommandFixture(CommandFixture.settings(Map.of("QUEUE_MAX", "100")));
    gateway = fixture.gateway();
    fixture.startService();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /// Makes a device below another one, as often as the bus may say so.
  private static void putBelow(DeviceKey parent, DeviceKey device) {
    BusRecord record = CommandFixture.below(parent, device);
    gateway.write(record);
    gateway.write(record);
    fixture.awaitFollowed(Topic.DEVICES);
  }

  private static DeviceKey newBelow(DeviceKey parent) {
    DeviceKey device = CommandFixture.unmadeDevice();
    putBelow(parent, device);
    return device;
  }

  /// Opens a session, and says twice that it is there.
  private static Session connected(DeviceKey device, String name) {
    Session session = gateway.open(device, name);
    gateway.resume(session);
    fixture.awaitFollowed(Topic.SESSIONS);
    return session;
  }

  private static String send(DeviceKey device) {
    return fixture.send(device, "", PING).id();
  }

  private static String state(String id) {
    return fixture.command(id).state();
  }

  private static void succeed(Session session, String id) {
    gateway.result(session, id, "succeeded", new byte[0]);
    gateway.result(session, id, "succeeded", new byte[0]);
  }

  private static Deliver awaitDelivery(Session session, String id) {
    return await()
        .until(
            () ->
                gateway.deliveriesTo(session.device()).stream()
                    .filter(deliver -> deliver.session().equals(session.id()))
                    .filter(deliver -> deliver.commandId().equals(id))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sendsOverTheSessionOfTheParentWhicheverCameFirst(boolean isSessionFirst) {
    // Given
    DeviceKey parent = isSessionFirst ? CommandFixture.unmadeDevice() : fixture.newDevice();
    DeviceKey valve = CommandFixture.unmadeDevice();
    if (!isSessionFirst) {
      putBelow(parent, valve);
    }
    Session session = connected(parent, "g1");
    if (isSessionFirst) {
      putBelow(parent, valve);
    }

    // When
    String id = send(valve);
    Deliver deliver = awaitDelivery(session, id);
    gateway.delivered(session, id);
    gateway.progress(session, id);
    succeed(session, id);

    // Then
    await().until(() -> state(id).equals("succeeded"));
    assertThat(deliver.subDevice()).contains(valve.device());
    assertThat(fixture.command(id).history())
        .containsSubsequence("queued/0", "sent/1", "delivered/1", "running/1", "succeeded/1");
    assertThat(gateway.mailOf(valve)).isEmpty();
    assertThat(gateway.deliveriesTo(parent)).hasSize(1);
  }

  @Test
  void keepsItsOrderApartFromThatOfTheParentAndOfOthers() {
    // Given
    DeviceKey parent = fixture.newDevice();
    List<DeviceKey> valves = List.of(newBelow(parent), newBelow(parent));
    Session session = connected(parent, "g1");

    // When
    String own = send(parent);
    List<String> first = valves.stream().map(CommandSubDeviceIT::send).toList();
    String second = send(valves.getFirst());

    // Then
    assertThat(awaitDelivery(session, own).subDevice()).isEmpty();
    first.forEach(id -> awaitDelivery(session, id));
    assertThat(state(second)).isEqualTo("queued");
    succeed(session, first.getFirst());
    assertThat(awaitDelivery(session, second).subDevice()).contains(valves.getFirst().device());
  }

  @Test
  void waitsWhileTheParentIsAwayAndFollowsItToItsNextSession() {
    // Given
    DeviceKey parent = fixture.newDevice();
    DeviceKey valve = newBelow(parent);
    String id = send(valve);
    String before = state(id);

    // When
    Session first = connected(parent, "g1");
    awaitDelivery(first, id);
    gateway.close(first, CloseReason.TIMED_OUT);
    gateway.close(first, CloseReason.TIMED_OUT);
    fixture.awaitFollowed(Topic.SESSIONS);
    String waiting = send(newBelow(parent));
    String meanwhile = state(waiting);
    Session second = connected(parent, "g2");

    // Then
    assertThat(before).isEqualTo("queued");
    assertThat(meanwhile).isEqualTo("queued");
    assertThat(awaitDelivery(second, id).attempt()).isEqualTo(2);
    awaitDelivery(second, waiting);
    succeed(second, id);
    await().until(() -> state(id).equals("succeeded"));
  }

  @Test
  void goesToTheParentThatItHasNowAndHearsThatOneAlone() {
    // Given
    DeviceKey former = fixture.newDevice();
    DeviceKey parent = fixture.newDevice();
    DeviceKey valve = newBelow(former);
    Session before = connected(former, "g1");
    Session now = connected(parent, "g2");
    String id = send(valve);
    awaitDelivery(before, id);

    // When
    putBelow(parent, valve);
    Deliver again = awaitDelivery(now, id);
    gateway.result(before, id, "failed", new byte[0]);
    await().until(() -> gateway.deadLetters(former.toString()).size() == 1);
    succeed(now, id);

    // Then
    await().until(() -> state(id).equals("succeeded"));
    assertThat(again.attempt()).isEqualTo(2);
    assertThat(again.subDevice()).contains(valve.device());
    assertThat(gateway.deadLetters(former.toString()).getFirst().header(Headers.REASON))
        .contains("the command belongs to another device");
  }

  @Test
  void heedsNeitherStrangersNorASessionOfItsOwn() {
    // Given
    DeviceKey parent = fixture.newDevice();
    DeviceKey valve = newBelow(parent);
    Session session = connected(parent, "g1");
    Session stranger = connected(newBelow(parent), "g1");
    Session own = connected(valve, "g1");
    String id = send(valve);
    awaitDelivery(session, id);

    // When
    gateway.result(stranger, id, "failed", new byte[0]);
    gateway.result(own, id, "failed", new byte[0]);
    await().until(() -> gateway.deadLetters(stranger.device().toString()).size() == 1);
    await().until(() -> gateway.deadLetters(valve.toString()).size() == 1);
    gateway.close(own, CloseReason.REVOKED);
    fixture.awaitFollowed(Topic.SESSIONS);

    // Then
    assertThat(state(id)).isEqualTo("sent");
    assertThat(gateway.deliveriesTo(valve)).isEmpty();
    succeed(session, id);
    await().until(() -> state(id).equals("succeeded"));
    awaitDelivery(session, send(valve));
  }

  @Test
  void isReachedByItselfOnceItHasNoParent() {
    // Given
    DeviceKey parent = fixture.newDevice();
    DeviceKey valve = newBelow(parent);
    connected(parent, "g1");

    // When
    gateway.write(CommandFixture.present(valve));
    fixture.awaitFollowed(Topic.DEVICES);
    String id = send(valve);
    String before = state(id);
    Session own = connected(valve, "g1");

    // Then
    assertThat(before).isEqualTo("queued");
    assertThat(awaitDelivery(own, id).subDevice()).isEmpty();
    assertThat(gateway.deliveriesTo(parent)).isEmpty();
  }

  @Test
  void tellsTheParentThatACommandIsNoLongerWanted() {
    // Given
    DeviceKey parent = fixture.newDevice();
    DeviceKey valve = newBelow(parent);
    Session session = connected(parent, "g1");
    String id = send(valve);
    awaitDelivery(session, id);

    // When
    fixture.cancel(id);

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(gateway.mailOf(parent))
                    .extracting(Mail::message)
                    .contains(
                        new InboxMessage.Cancel(
                            parent, session.id(), Optional.of(valve.device()), id)));
  }

  @Test
  void hearsTheParentOnceTheDeviceIsNoMore() {
    // Given
    DeviceKey parent = fixture.newDevice();
    DeviceKey valve = newBelow(parent);
    Session session = connected(parent, "g1");
    String id = send(valve);
    awaitDelivery(session, id);
    gateway.write(new DeviceChange.Deleted(valve, System.currentTimeMillis()).toRecord());
    await().until(() -> state(id).equals("cancelled"));

    // When
    succeed(session, id);

    // Then
    await().until(() -> fixture.command(id).history().contains("~succeeded/1"));
    assertThat(state(id)).isEqualTo("cancelled");
    assertThat(gateway.deadLetters(parent.toString())).isEmpty();
  }

  @Test
  void missesNoSessionThatOpensWhileTheDeviceIsPutBelow() throws SQLException {
    // Given
    DeviceKey parent = fixture.newDevice();
    DeviceKey valve = fixture.newDevice();
    fixture.awaitFollowed(Topic.DEVICES);
    Session session;
    try (Connection connection = fixture.connection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate(
          "update command.device_queue set parent = parent where device_id = '%s'"
              .formatted(parent.device()));
      statement.executeUpdate(
          "update command.device_queue set parent = '%s' where device_id = '%s'"
              .formatted(parent.device(), valve.device()));

      // When
      session = gateway.open(parent, "g1");
      await().until(() -> somebodyWaitsForALock());
      connection.commit();
    }
    fixture.awaitFollowed(Topic.SESSIONS);

    // Then
    assertThat(awaitDelivery(session, send(valve)).subDevice()).contains(valve.device());
  }

  private static boolean somebodyWaitsForALock() throws SQLException {
    try (Connection connection = fixture.connection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                select 1 from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """)) {
      return rows.next();
    }
  }
}
