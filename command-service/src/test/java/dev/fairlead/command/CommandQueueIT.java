package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import dev.fairlead.command.testing.Gateway;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a tenant may have waiting, and what becomes of it when its devices come back together.
class CommandQueueIT {

  private static final int TENANT_QUEUE_MAX = 8;
  private static final String REBOOT = "{\"kind\":\"reboot\"}";

  private CommandFixture fixture;
  private Gateway gateway;
  private CommandService service;

  @BeforeEach
  void start() {
    fixture =
        new CommandFixture(
            CommandFixture.settings(
                Map.of(
                    "QUEUE_MAX",
                    "100",
                    "TENANT_QUEUE_MAX",
                    Integer.toString(TENANT_QUEUE_MAX),
                    "RETURN_RATE",
                    "2")));
    gateway = fixture.gateway();
    service = fixture.startService();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private List<DeviceKey> devices(int count) {
    List<DeviceKey> devices = IntStream.range(0, count).mapToObj(_ -> fixture.newDevice()).toList();
    fixture.awaitFollowed(Topic.DEVICES);
    return devices;
  }

  @Test
  void refusesWhatATenantHasNoRoomForUntilSomethingHasEnded() {
    // Given
    List<DeviceKey> devices = devices(2);
    IntStream.range(0, TENANT_QUEUE_MAX - 1)
        .forEach(_ -> fixture.send(devices.getFirst(), "", REBOOT));
    String last = fixture.send(devices.getLast(), "", REBOOT).id();

    // When
    Answer refused = fixture.send(devices.getLast(), "", REBOOT);
    fixture.cancel(last);
    Answer accepted = fixture.send(devices.getLast(), "", REBOOT);

    // Then
    assertThat(refused.problem()).isEqualTo("too-many-requests");
    assertThat(refused.json().getString("detail")).startsWith("The tenant has 8 unfinished");
    assertThat(refused.header("Retry-After")).isNotEmpty();
    assertThat(accepted.status()).isEqualTo(202);
  }

  @Test
  void countsWithinOneRequestForMany() {
    // Given
    JsonArray ids = new JsonArray();
    devices(TENANT_QUEUE_MAX + 2).forEach(device -> ids.add(device.device().value()));

    // When
    Answer sent =
        fixture.post(
            service,
            CommandFixture.OPERATOR,
            "/api/v1/commands/batches",
            new JsonObject(REBOOT).put("devices", ids).encode());

    // Then
    assertThat(sent.json().getInteger("accepted")).isEqualTo(TENANT_QUEUE_MAX);
    assertThat(sent.json().getJsonArray("refused")).hasSize(2);
  }

  @Test
  void sendsWhatHasWaitedAtAPaceWhenAFleetComesBack() throws SQLException {
    // Given
    List<DeviceKey> devices = devices(TENANT_QUEUE_MAX);
    devices.forEach(device -> fixture.send(device, "", REBOOT));

    // When
    devices.forEach(device -> gateway.open(device, "g1"));
    fixture.awaitFollowed(Topic.SESSIONS);

    // Then
    assertThat(ofWhomTheTurnComesLater()).isPositive();
    await()
        .until(() -> devices.stream().allMatch(device -> gateway.deliveriesTo(device).size() == 1));
  }

  /// The last is looked at three seconds after the first.
  private int ofWhomTheTurnComesLater() throws SQLException {
    try (Connection connection = fixture.connection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                select count(*) from command.device_queue
                where session_id is not null and due_at > now() + interval '100 milliseconds'
                  and due_at < now() + interval '10 seconds'
                """)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
