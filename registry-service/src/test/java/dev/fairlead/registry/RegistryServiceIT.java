package dev.fairlead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.consumer.DeadLetters;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.Epoch;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.runtime.settings.Secret;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RegistryServiceIT {

  private static final InboxAddress GATEWAY = new InboxAddress(1, "gateway-1");
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static RegistryFixture registry;

  @BeforeAll
  static void start() {
    registry = new RegistryFixture();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static DeviceKey key(String id) {
    return DeviceKey.of("default", id);
  }

  private static Epoch open(String device, String session, InboxAddress gateway) {
    SessionMessage.Place place = new SessionMessage.Place(gateway, "test", "192.0.2.1");
    long offset =
        registry
            .send(
                SessionMessage.opened(
                    key(device), new SessionId(session), 1, place, System.currentTimeMillis()))
            .offset();
    return new Epoch(1, offset);
  }

  private static void close(String device, String session, Epoch epoch) {
    registry.send(
        SessionMessage.closed(
            key(device),
            new SessionId(session),
            epoch,
            CloseReason.CLOSED,
            System.currentTimeMillis()));
  }

  private static BusRecord said(DeviceMessage.Type type, String device, Epoch epoch, String body) {
    return new DeviceMessage(
            type,
            key(device),
            new SessionId("s"),
            epoch,
            System.currentTimeMillis(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Headers.JSON,
            body.getBytes(StandardCharsets.UTF_8))
        .toRecord();
  }

  private static JsonObject presence(String device) {
    return registry.device(device).getJsonObject("presence");
  }

  private static void awaitOnline(String device, boolean online) {
    Awaitility.await().atMost(TIMEOUT).until(() -> presence(device).getBoolean("online") == online);
  }

  private static boolean isClose(ReceivedRecord record, String device, String session) {
    return InboxMessage.decode(record) instanceof InboxMessage.Close close
        && close.device().equals(key(device))
        && close.session().value().equals(session);
  }

  private static void awaitClose(String device, String session, String reason) {
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(registry.heard(Topic.INBOX))
                    .filteredOn(record -> isClose(record, device, session))
                    .extracting(record -> record.header(Headers.REASON).orElse(""))
                    .contains(reason));
  }

  @Test
  void showsSessionAndItsEnd() {
    // Given
    registry.createDevice("seen");
    Epoch epoch = open("seen", "s1", new InboxAddress(1, "lively"));
    keepAlive("lively");
    awaitOnline("seen", true);

    // When
    close("seen", "s1", epoch);

    // Then
    awaitOnline("seen", false);
    assertThat(presence("seen").getString("reason")).isEqualTo("closed");
    assertThat(presence("seen").getString("epoch")).isEqualTo(epoch.toString());
  }

  /// Gateways that the tests speak for beat on the registry's own beats.
  private static void keepAlive(String gateway) {
    registry
        .vertx()
        .setPeriodic(
            50,
            id ->
                registry.sendLater(
                    new GatewayMessage.GatewayBeat(new InboxAddress(1, gateway), 1, false)
                        .toRecord()));
  }

  @Test
  void hasOlderSessionClosed() {
    // Given
    registry.createDevice("moved");
    keepAlive(GATEWAY.gateway());
    open("moved", "old", GATEWAY);
    awaitOnline("moved", true);

    // When
    open("moved", "new", GATEWAY);

    // Then
    awaitClose("moved", "old", CloseReason.REPLACED);
    assertThat(presence("moved").getString("session")).isEqualTo("new");
  }

  @Test
  void hasSessionOfUnknownDeviceClosed() {
    // When
    open("nobody", "s1", GATEWAY);

    // Then
    awaitClose("nobody", "s1", CloseReason.REVOKED);
  }

  @Test
  void hasSessionOfDeletedDeviceClosed() {
    // Given
    registry.createDevice("deleted");
    keepAlive("deleting");
    open("deleted", "s1", new InboxAddress(2, "deleting"));
    awaitOnline("deleted", true);

    // When
    registry.request(HttpMethod.DELETE, "/api/v1/devices/deleted");

    // Then
    awaitClose("deleted", "s1", CloseReason.REVOKED);
  }

  @Test
  void endsSessionsOfSilentGateway() {
    // Given
    registry.createDevice("orphan");

    // When
    open("orphan", "s1", new InboxAddress(1, "silent"));

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> "gateway-lost".equals(presence("orphan").getString("reason")));
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                registry.heard(Topic.GATEWAYS).stream()
                    .anyMatch(
                        record ->
                            record.key().contains("silent")
                                && GatewayMessage.decode(record)
                                    instanceof GatewayMessage.GatewayLost));
  }

  @Test
  void takesHealthFromAlertsOfConnectedDevice() {
    // Given
    registry.createDevice("ill");
    keepAlive("clinic");
    Epoch epoch = open("ill", "s", new InboxAddress(1, "clinic"));
    BusRecord raised =
        said(
            DeviceMessage.Type.ALERT,
            "ill",
            epoch,
            "{\"code\":\"hot\",\"severity\":\"critical\",\"text\":\"Too hot\",\"state\":\"raised\"}");

    // When
    registry.send(raised);
    registry.send(raised);

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> registry.device("ill").getString("health").equals("red"));
    assertThat(registry.device("ill").getJsonArray("alerts")).hasSize(1);
    registry.send(
        said(DeviceMessage.Type.ALERT, "ill", epoch, "{\"code\":\"hot\",\"state\":\"cleared\"}"));
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> registry.device("ill").getString("health").equals("green"));
  }

  @Test
  void mergesWhatNewestSessionReportsAndIgnoresOlder() {
    // Given
    registry.createDevice("twin");
    registry.send(
        said(DeviceMessage.Type.STATUS, "twin", new Epoch(1, 7), "{\"a\":1,\"b\":{\"c\":2}}"));
    registry.send(said(DeviceMessage.Type.STATUS, "twin", new Epoch(1, 6), "{\"a\":\"old\"}"));

    // When
    registry.send(
        said(DeviceMessage.Type.REPORTED, "twin", new Epoch(1, 7), "{\"b\":{\"c\":null,\"d\":3}}"));

    // Then
    JsonObject wanted = new JsonObject().put("a", 1).put("b", new JsonObject().put("d", 3));
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> registry.device("twin").getJsonObject("reported").equals(wanted));
  }

  @Test
  void showsLatestTelemetry() {
    // Given
    registry.createDevice("meter");
    registry.send(said(DeviceMessage.Type.TELEMETRY, "meter", new Epoch(1, 1), "[1,2]"));
    registry.send(said(DeviceMessage.Type.TELEMETRY, "meter", new Epoch(1, 1), "{\"t\":1}"));

    // When
    registry.send(
        said(DeviceMessage.Type.TELEMETRY, "meter", new Epoch(1, 1), "{\"t\":2.5,\"on\":true}"));

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () -> {
              JsonObject values =
                  registry.device("meter").getJsonObject("telemetry").getJsonObject("values");
              assertThat(values.fieldNames()).containsExactlyInAnyOrder("t", "on");
              assertThat(values.getJsonObject("t").getDouble("value")).isEqualTo(2.5);
              assertThat(values.getJsonObject("on").getBoolean("value")).isTrue();
            });
  }

  @Test
  void putsAwayWhatItCannotUnderstandAndGoesOn() {
    // Given
    registry.createDevice("garbled");
    registry.send(
        BusRecord.keyed(Topic.SESSIONS, "default/garbled/s", Map.of("type", "odd"), new byte[1]));
    registry.send(said(DeviceMessage.Type.STATUS, "garbled", new Epoch(1, 1), "{\"a\":"));
    registry.send(
        said(DeviceMessage.Type.STATUS, "garbled", new Epoch(1, 1), "{\"a\":\"\\u0000\"}"));

    // When
    registry.send(said(DeviceMessage.Type.STATUS, "garbled", new Epoch(1, 1), "{\"ok\":true}"));

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                registry
                    .device("garbled")
                    .getJsonObject("reported")
                    .equals(new JsonObject().put("ok", true)));
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(registry.heard(Topic.DEAD_LETTERS))
                    .filteredOn(record -> record.key().contains("garbled"))
                    .extracting(record -> record.header(Headers.REASON).orElse(""))
                    .contains(
                        "unknown type 'odd'",
                        "the body is not JSON",
                        "the body holds a character that cannot be kept"));
  }

  @Test
  void showsSameTelemetryWhenRecordsRepeatAndComeLate() {
    // Given
    registry.createDevice("echo");
    BusRecord newest =
        said(DeviceMessage.Type.TELEMETRY, "echo", new Epoch(1, 9), "{\"t\":2,\"u\":\"on\"}");
    registry.send(newest);

    // When
    registry.send(newest);
    registry.send(said(DeviceMessage.Type.TELEMETRY, "echo", new Epoch(1, 8), "{\"t\":1}"));
    registry.send(newest);
    registry.send(said(DeviceMessage.Type.TELEMETRY, "echo", new Epoch(1, 9), "{\"last\":1}"));

    // Then
    Awaitility.await().atMost(TIMEOUT).until(() -> telemetry("echo").containsKey("last"));
    assertThat(telemetry("echo").fieldNames()).containsExactlyInAnyOrder("t", "u", "last");
    assertThat(telemetry("echo").getJsonObject("t").getInteger("value")).isEqualTo(2);
  }

  private static JsonObject telemetry(String device) {
    return registry.device(device).getJsonObject("telemetry").getJsonObject("values");
  }

  @Test
  void putsAwayTelemetryAndBeatsThatItCannotUnderstandAndGoesOn() {
    // Given
    registry.createDevice("noisy");
    Map<String, String> odd = Map.of(Headers.TYPE, "odd");
    registry.send(BusRecord.keyed(Topic.TELEMETRY, "default/noisy", odd, new byte[] {1}));
    registry.send(BusRecord.keyed(Topic.GATEWAYS, "noisy", odd, new byte[] {1}));

    // When
    registry.send(said(DeviceMessage.Type.TELEMETRY, "noisy", new Epoch(1, 1), "{\"t\":1}"));
    keepAlive("noisy-gateway");
    open("noisy", "s", new InboxAddress(1, "noisy-gateway"));

    // Then
    awaitOnline("noisy", true);
    Awaitility.await().atMost(TIMEOUT).until(() -> telemetry("noisy").containsKey("t"));
    Awaitility.await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(registry.heard(Topic.DEAD_LETTERS))
                    .filteredOn(record -> record.key().contains("noisy"))
                    .extracting(record -> record.header(DeadLetters.TOPIC).orElse(""))
                    .contains("telemetry", "gateways"));
  }

  @Test
  void resumesWhereItStoppedAndTakesNewAdminKey() {
    // Given
    registry.createDevice("restarted");
    registry.stop();
    registry.send(said(DeviceMessage.Type.STATUS, "restarted", new Epoch(1, 1), "{\"n\":1}"));

    // When
    registry.start(
        config ->
            new RegistryConfig(
                config.http(),
                config.api(),
                config.database(),
                config.bus(),
                Optional.of(Secret.of("another-key")),
                config.masterKey(),
                config.previousMasterKey(),
                config.deviceTokenLifetime(),
                config.deviceCertificateLifetime(),
                config.signingKeyLifetime(),
                config.auditRetention(),
                config.enrolment(),
                config.changes(),
                config.webhooks(),
                config.gatewayLostBeats(),
                config.gatewayBeatInterval(),
                config.signIn(),
                config.limits(),
                config.alerts(),
                config.flapping(),
                config.telemetry(),
                config.map(),
                config.bulk(),
                config.tracing()));

    // Then
    Awaitility.await()
        .atMost(TIMEOUT)
        .until(
            () ->
                RegistryFixture.json(
                        registry.request(
                            HttpMethod.GET,
                            "/api/v1/devices/restarted",
                            Map.of(),
                            Buffer.buffer(),
                            "another-key"))
                    .getJsonObject("reported")
                    .equals(new JsonObject().put("n", 1)));
    assertThat(registry.request(HttpMethod.GET, "/api/v1/devices").statusCode()).isEqualTo(401);
    registry.stop();
    registry.start(config -> config);
    assertThat(registry.heard(Topic.ACCESS))
        .filteredOn(record -> AccessMessage.decode(record) instanceof AccessMessage.SigningKey)
        .extracting(ReceivedRecord::key)
        .containsOnly(
            registry.heard(Topic.ACCESS).stream()
                .filter(r -> AccessMessage.decode(r) instanceof AccessMessage.SigningKey)
                .findFirst()
                .orElseThrow()
                .key());
  }
}
