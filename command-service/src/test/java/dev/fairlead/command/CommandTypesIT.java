package dev.fairlead.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.TypeChange;
import dev.fairlead.command.testing.Answer;
import dev.fairlead.command.testing.CommandFixture;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The bodies of commands, as the types of devices want them.
class CommandTypesIT {

  private static final TenantId TENANT = new TenantId("default");
  private static final AtomicLong REVISION = new AtomicLong();
  private static final String OPEN =
      """
      {"telemetry":{"type":"object"},
       "commands":{"open":{"type":"object","required":["percent"],
         "properties":{"percent":{"type":"integer","maximum":100}}}}}
      """;

  private static CommandFixture fixture;
  private static CommandService service;

  @BeforeAll
  static void start() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(20));
    fixture =
        new CommandFixture(
            CommandFixture.settings(
                Map.of("LEASE", "1s", "EXPIRY_GRACE", "200ms", "QUEUE_MAX", "100")));
    service = fixture.startService();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static void define(String type, String schemas) {
    long revision = REVISION.incrementAndGet();
    fixture
        .gateway()
        .write(
            new TypeChange.Defined(
                    TENANT, type, revision, revision, schemas, System.currentTimeMillis())
                .toRecord());
  }

  private static void delete(String type) {
    fixture
        .gateway()
        .write(new TypeChange.Deleted(TENANT, type, System.currentTimeMillis()).toRecord());
  }

  private static DeviceKey device(String type) {
    DeviceKey device = CommandFixture.unmadeDevice();
    fixture.gateway().write(CommandFixture.ofType(device, type));
    fixture.awaitFollowed(Topic.DEVICES);
    return device;
  }

  private static Answer open(DeviceKey device, String body) {
    return fixture.send(device, "", "{\"kind\":\"open\"" + body + "}");
  }

  @Test
  void refusesABodyThatTheTypeDoesNotAllow() {
    // Given
    define("valve", OPEN);
    DeviceKey device = device("valve");

    // When
    Answer tooMuch = open(device, ",\"body\":{\"percent\":140}");
    Answer nothing = open(device, "");
    Answer right = open(device, ",\"body\":{\"percent\":40}");
    Answer otherKind = fixture.send(device, "", "{\"kind\":\"close\",\"body\":[1]}");

    // Then
    assertThat(tooMuch.status()).isEqualTo(422);
    assertThat(tooMuch.problem()).isEqualTo("schema-violation");
    assertThat(tooMuch.json().getJsonArray("errors").getJsonObject(0).getString("pointer"))
        .isEqualTo("/percent");
    assertThat(nothing.status()).isEqualTo(422);
    assertThat(right.status()).isEqualTo(202);
    assertThat(otherKind.status()).isEqualTo(202);
    assertThat(
            fixture
                .get("/api/v1/devices/" + device.device() + "/commands")
                .json()
                .getJsonArray("items"))
        .hasSize(2);
  }

  @Test
  void refusesBytesWhereTheTypeHasASchema() {
    // Given
    define("sluice", OPEN);
    DeviceKey device = device("sluice");

    // When
    Answer bytes = open(device, ",\"enc\":\"base64\",\"body\":\"AAE=\"");
    Answer pretended =
        open(device, ",\"enc\":\"base64\",\"contentType\":\"application/json\",\"body\":\"AAE=\"");

    // Then
    assertThat(pretended.problem()).isEqualTo("schema-violation");
    assertThat(bytes.status()).isEqualTo(422);
    assertThat(bytes.problem()).isEqualTo("schema-violation");
  }

  @Test
  void asksNothingOfDevicesOfOtherTypesAndTenants() {
    // Given
    define("gate", OPEN);
    DeviceKey other = device("door");
    DeviceKey elsewhere = DeviceKey.of("other", CommandFixture.unmadeDevice().device().value());
    fixture.gateway().write(CommandFixture.ofType(elsewhere, "gate"));
    fixture.awaitFollowed(Topic.DEVICES);

    // When
    Answer ofOtherType = open(other, "");
    Answer ofOtherTenant =
        fixture.post(
            service,
            CommandFixture.STRANGER,
            "/api/v1/devices/" + elsewhere.device() + "/commands",
            "{\"kind\":\"open\"}");

    // Then
    assertThat(ofOtherType.status()).isEqualTo(202);
    assertThat(ofOtherTenant.status()).isEqualTo(202);
  }

  @Test
  void followsTypesThatChangeAndGo() {
    // Given
    define("changing", OPEN);
    DeviceKey device = device("changing");
    int before = open(device, "").status();

    // When
    define("changing", "{\"commands\":{\"open\":{\"type\":\"null\"}}}");
    fixture.awaitFollowed(Topic.DEVICES);
    int changed = open(device, "").status();
    int withBody = open(device, ",\"body\":{\"percent\":40}").status();
    delete("changing");
    fixture.awaitFollowed(Topic.DEVICES);
    int deleted = open(device, ",\"body\":{\"percent\":40}").status();
    define("changing", OPEN);
    fixture.awaitFollowed(Topic.DEVICES);
    int madeAgain = open(device, "").status();
    fixture.gateway().write(CommandFixture.ofType(device, "another"));
    fixture.awaitFollowed(Topic.DEVICES);
    int ofAnotherType = open(device, "").status();

    // Then
    assertThat(before).isEqualTo(422);
    assertThat(changed).isEqualTo(202);
    assertThat(withBody).isEqualTo(422);
    assertThat(deleted).isEqualTo(202);
    assertThat(madeAgain).isEqualTo(422);
    assertThat(ofAnotherType).isEqualTo(202);
  }

  @Test
  void answersARepeatedRequestWithItsCommandThoughTheTypeHasChanged() {
    // Given
    define("repeating", "{}");
    DeviceKey device = device("repeating");
    String path = "/api/v1/devices/" + device.device() + "/commands";
    String body = "{\"kind\":\"open\",\"body\":1}";
    Answer first =
        fixture.post(
            service, CommandFixture.OPERATOR, path, body, "Idempotency-Key", "repeating-1");

    // When
    define("repeating", OPEN);
    fixture.awaitFollowed(Topic.DEVICES);
    Answer again =
        fixture.post(
            service, CommandFixture.OPERATOR, path, body, "Idempotency-Key", "repeating-1");

    // Then
    assertThat(again.status()).isEqualTo(202);
    assertThat(again.id()).isEqualTo(first.id());
  }

  @Test
  void comesToTheSameWhenEverythingIsReadAgain() throws SQLException {
    // Given
    define("twice", "{\"commands\":{\"open\":{\"type\":\"null\"}}}");
    define("twice", OPEN);
    define("gone-twice", OPEN);
    delete("gone-twice");
    DeviceKey kept = device("twice");
    DeviceKey free = device("gone-twice");

    // When
    fixture.stop(service);
    fixture.forgetPositions(Topic.DEVICES);
    service = fixture.startService();
    fixture.awaitFollowed(Topic.DEVICES);

    // Then
    assertThat(open(kept, "").status()).isEqualTo(422);
    assertThat(open(kept, ",\"body\":{\"percent\":1}").status()).isEqualTo(202);
    assertThat(open(free, "").status()).isEqualTo(202);
  }
}
