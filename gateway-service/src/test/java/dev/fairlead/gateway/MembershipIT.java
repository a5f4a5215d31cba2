package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.BusRecord;
import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.identity.TenantId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.GatewayMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.GoAway;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.WireFormat;
import dev.fairlead.runtime.health.Health;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A gateway among others: takeover, revocation, loss, a new generation, its inbox, its end.
class MembershipIT {

  private final GatewayFixture fixture = new GatewayFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static DeviceKey key(String id) {
    return DeviceKey.of("default", id);
  }

  private static List<SessionMessage> sessionsOf(List<ReceivedRecord> records, String id) {
    return GatewayFixture.sessions(records).stream()
        .filter(message -> message.device().equals(key(id)))
        .toList();
  }

  private void mail(Hello hello, InboxMessage message) {
    fixture.write(message.toRecord(InboxAddress.parse(hello.address())));
  }

  private static InboxMessage.Deliver command(
      String id, Hello hello, String commandId, long deadlineMillis) {
    return new InboxMessage.Deliver(
        key(id),
        new SessionId(hello.sessionId()),
        Optional.empty(),
        commandId,
        "ping",
        deadlineMillis,
        1,
        "application/json",
        "{}".getBytes(UTF_8));
  }

  @Test
  void closesTheOlderSessionOfADeviceHereAtOnce() {
    // Given
    var gateway = fixture.gateway();
    List<ReceivedRecord> sessions = fixture.recordsOf(Topic.SESSIONS);
    TestDevice older = fixture.device(gateway, "d");

    // When
    TestDevice newer = fixture.device(gateway, "d");

    // Then
    assertThat(older.awaitClose()).isEqualTo(4001);
    assertThat(newer.closeCode()).isEmpty();
    await()
        .untilAsserted(
            () ->
                assertThat(sessionsOf(sessions, "d"))
                    .filteredOn(SessionMessage.Closed.class::isInstance)
                    .singleElement()
                    .satisfies(
                        closed -> {
                          assertThat(closed.session().value()).isEqualTo(older.hello().sessionId());
                          assertThat(((SessionMessage.Closed) closed).reason())
                              .isEqualTo(CloseReason.REPLACED);
                        }));
    assertThat(gateway.gauge("gateway.sessions.active")).isEqualTo(1);
  }

  @Test
  void closesTheLastSessionThatADeviceNamesOnAnotherGateway() {
    // Given
    var first = fixture.gateway();
    var second = fixture.gateway();
    TestDevice older = fixture.device(first, "d");
    Hello hello = older.hello();

    // When
    TestDevice newer =
        TestDevice.connect(
            fixture.vertx(),
            WireFormat.JSON,
            TestDevice.options(second.port(), WireFormat.JSON)
                .addHeader("Authorization", "Bearer " + fixture.tokens().token("d", 1))
                .addHeader("Fairlead-Last-Session", hello.sessionId() + "@" + hello.address()));

    // Then
    assertThat(older.awaitClose()).isEqualTo(4001);
    newer.hello();
    assertThat(newer.closeCode()).isEmpty();
  }

  @Test
  void leavesAloneTheSessionOfAnotherDeviceThatALastSessionNames() {
    // Given
    var first = fixture.gateway();
    var second = fixture.gateway();
    TestDevice victim = fixture.device(first, "victim");
    Hello hello = victim.hello();

    // When
    TestDevice.connect(
            fixture.vertx(),
            WireFormat.JSON,
            TestDevice.options(second.port(), WireFormat.JSON)
                .setURI("/connect?last=" + hello.sessionId() + "@" + hello.address())
                .addHeader("Authorization", "Bearer " + fixture.tokens().token("thief", 1)))
        .hello();

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(first.count("gateway.inbox.dropped", "reason", "no-session"))
                    .isEqualTo(1));
    assertThat(victim.closeCode()).isEmpty();
  }

  @Test
  void closesForTheReasonThatMailGives() {
    // Given
    var gateway = fixture.gateway();
    TestDevice device = fixture.device(gateway, "d");
    Hello hello = device.hello();

    // When
    mail(
        hello,
        new InboxMessage.Close(key("d"), new SessionId(hello.sessionId()), CloseReason.REVOKED));

    // Then
    assertThat(device.awaitClose()).isEqualTo(4002);
  }

  @Test
  void cutsLiveSessionsOfRevokedCredentialsAndNoOthers() {
    // Given
    var gateway = fixture.gateway();
    TestDevice revoked = fixture.device(gateway, "revoked");
    TestDevice renewed =
        TestDevice.connect(
            fixture.vertx(), gateway.port(), WireFormat.JSON, fixture.tokens().token("renewed", 2));
    renewed.hello();

    // When
    fixture.write(new AccessMessage.Revocation(key("renewed"), 2, Long.MAX_VALUE).toRecord());
    fixture.write(new AccessMessage.Revocation(key("revoked"), 2, Long.MAX_VALUE).toRecord());

    // Then
    assertThat(revoked.awaitClose()).isEqualTo(4002);
    assertThat(renewed.closeCode()).isEmpty();
  }

  @Test
  void cutsAndRefusesWhoCameInWithATokenOfAKeyThatIsTakenBack() {
    // Given
    var first = fixture.gateway();
    var second = fixture.gateway();
    TestTokens leaked = TestTokens.withKey("leaked");
    fixture.write(leaked.published().toRecord());
    await()
        .ignoreExceptions()
        .until(
            () ->
                !connect(first, leaked.token("here", 1)).hello().sessionId().isEmpty()
                    && !connect(second, leaked.token("there", 1)).hello().sessionId().isEmpty());
    TestDevice here = connect(first, leaked.token("here", 1));
    TestDevice there = connect(second, leaked.token("there", 1));
    TestDevice other = fixture.device(first, "other");
    here.hello();
    there.hello();

    // When
    fixture.write(new AccessMessage.Withdrawn(leaked.published().key()).toRecord());

    // Then
    assertThat(here.awaitClose()).isEqualTo(4002);
    assertThat(there.awaitClose()).isEqualTo(4002);
    assertThat(other.closeCode()).isEmpty();
    assertThatThrownBy(() -> connect(first, leaked.token("here", 1))).hasMessageContaining("401");
  }

  private TestDevice connect(GatewayFixture.Gateway gateway, String token) {
    return TestDevice.connect(fixture.vertx(), gateway.port(), WireFormat.JSON, token);
  }

  @Test
  void givesADeviceTheTokenThatCameForIt() {
    // Given
    var gateway = fixture.gateway();
    List<ReceivedRecord> sessions = fixture.recordsOf(Topic.SESSIONS);
    TestDevice device = fixture.device(gateway, "d");
    Hello hello = device.hello();

    // When
    mail(
        hello,
        new InboxMessage.Credential(key("d"), new SessionId(hello.sessionId()), "a.new.token"));

    // Then
    assertThat(device.await(NativeProtocol.TYPE_CREDENTIAL).header().textProp("token"))
        .contains("a.new.token");
    assertThat(sessionsOf(sessions, "d"))
        .filteredOn(SessionMessage.Opened.class::isInstance)
        .allSatisfy(
            opened ->
                assertThat(((SessionMessage.Opened) opened).place().credential().token())
                    .get()
                    .satisfies(token -> assertThat(token.generation()).isEqualTo(1)));
  }

  @Test
  void cutsAndRefusesTheDevicesOfASuspendedTenantAndNoOthers() {
    // Given
    var gateway = fixture.gateway();
    TestDevice other = fixture.device(gateway, "of-default");
    String token = fixture.tokens().token(fixture.tokens().claims("lamp").put("ten", "acme"));
    TestDevice suspended =
        TestDevice.connect(fixture.vertx(), gateway.port(), WireFormat.JSON, token);
    suspended.hello();
    AccessMessage.Suspension suspension = new AccessMessage.Suspension(new TenantId("acme"));

    // When
    fixture.write(suspension.toRecord());

    // Then
    assertThat(suspended.awaitClose()).isEqualTo(4002);
    assertThat(other.closeCode()).isEmpty();
    assertThatThrownBy(
            () -> TestDevice.connect(fixture.vertx(), gateway.port(), WireFormat.JSON, token))
        .hasMessageContaining("401");
    fixture.write(new AccessMessage.Withdrawn(suspension.key()).toRecord());
    await()
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(
                        TestDevice.connect(fixture.vertx(), gateway.port(), WireFormat.JSON, token)
                            .hello()
                            .sessionId())
                    .isNotEmpty());
  }

  @Test
  void announcesItsSessionsUnderTheirOldEpochsWhenItWasDeclaredLost() {
    // Given
    var gateway = fixture.gateway();
    List<ReceivedRecord> sessions = fixture.recordsOf(Topic.SESSIONS);
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      fixture.device(gateway, "d" + i);
      ids.add("d" + i);
    }

    // When
    fixture.write(new GatewayMessage.GatewayLost("gw-another").toRecord());
    fixture.write(new GatewayMessage.GatewayLost(gateway.service().name()).toRecord());

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(GatewayFixture.sessions(sessions))
                    .filteredOn(SessionMessage.Resumed.class::isInstance)
                    .hasSize(20));
    for (String id : ids) {
      List<SessionMessage> mine = sessionsOf(sessions, id);
      assertThat(mine).hasSize(2);
      assertThat(mine.getLast().epoch()).isEqualTo(mine.getFirst().epoch());
      assertThat(mine.getLast().session()).isEqualTo(mine.getFirst().session());
    }
  }

  @Test
  void announcesItsSessionsAgainAndReadsOnWhenItsMailWasLost() {
    // Given
    var gateway = fixture.gateway();
    List<ReceivedRecord> sessions = fixture.recordsOf(Topic.SESSIONS);
    TestDevice device = fixture.device(gateway, "d");
    Hello hello = device.hello();
    long later = System.currentTimeMillis() + 60_000;
    mail(hello, command("d", hello, "c-before", later));
    device.await(NativeProtocol.TYPE_COMMAND);

    // When
    fixture.loseRecordsOf(Topic.INBOX);

    // Then
    await()
        .untilAsserted(
            () ->
                assertThat(sessionsOf(sessions, "d"))
                    .hasSize(2)
                    .last()
                    .isInstanceOfSatisfying(
                        SessionMessage.Resumed.class,
                        resumed -> {
                          assertThat(resumed.session().value()).isEqualTo(hello.sessionId());
                          assertThat(resumed.epoch())
                              .isEqualTo(sessionsOf(sessions, "d").getFirst().epoch());
                        }));
    assertThat(gateway.count("bus.consumer.gaps", "topic", "inbox")).isEqualTo(1);
    mail(hello, command("d", hello, "c-after", later));
    await()
        .untilAsserted(
            () ->
                assertThat(device.of(NativeProtocol.TYPE_COMMAND))
                    .extracting(command -> command.header().textProp("id").orElseThrow())
                    .containsExactly("c-before", "c-after"));
    assertThat(device.closeCode()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bus.producer.pending.bytes, topics, replies",
    "bus.consumed, topic, access",
    "bus.consumed, topic, inbox"
  })
  void leavesNothingRunningWhenItIsStoppedDuringItsStart(String meter, String tag, String value) {
    // Given
    List<String> before = kafkaThreads();
    var gateway = fixture.unstarted();
    Future<Void> started = gateway.service().start();
    await()
        .pollInterval(Duration.ofMillis(1))
        .until(() -> gateway.meters().find(meter).tag(tag, value).meter() != null);

    // When
    gateway.service().stop().await();

    // Then
    await().untilAsserted(() -> assertThat(before).containsAll(kafkaThreads()));
    assertThat(started.succeeded()).isFalse();
  }

  private static List<String> kafkaThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains("kafka"))
        .sorted()
        .toList();
  }

  @Test
  void opensItsSessionsAnewUnderANewGeneration() {
    // Given
    fixture.write(new AccessMessage.Generation(3).toRecord());
    var gateway = fixture.gateway();
    List<ReceivedRecord> sessions = fixture.recordsOf(Topic.SESSIONS);
    List<ReceivedRecord> telemetry = fixture.recordsOf(Topic.TELEMETRY);
    TestDevice device = fixture.device(gateway, "d");

    // When
    fixture.write(new AccessMessage.Generation(4).toRecord());

    // Then
    await().untilAsserted(() -> assertThat(sessionsOf(sessions, "d")).hasSize(2));
    assertThat(sessionsOf(sessions, "d").getFirst().epoch().generation()).isEqualTo(3);
    SessionMessage anew = sessionsOf(sessions, "d").getLast();
    assertThat(anew).isInstanceOf(SessionMessage.Opened.class);
    assertThat(anew.epoch().generation()).isEqualTo(4);
    assertThat(anew.session().value()).isEqualTo(device.hello().sessionId());
    await()
        .untilAsserted(
            () -> {
              device.send(Messages.telemetry(Body.utf8("{}")));
              assertThat(GatewayFixture.words(telemetry))
                  .extracting(DeviceMessage::epoch)
                  .contains(anew.epoch());
            });
    device.close();
    await()
        .untilAsserted(
            () ->
                assertThat(sessionsOf(sessions, "d").getLast())
                    .isInstanceOf(SessionMessage.Closed.class)
                    .extracting(SessionMessage::epoch)
                    .isEqualTo(anew.epoch()));
  }

  @Test
  void dropsMailThatIsNotForASessionHere() {
    // Given
    var gateway = fixture.gateway();
    TestDevice device = fixture.device(gateway, "d");
    Hello hello = device.hello();
    InboxAddress address = InboxAddress.parse(hello.address());
    long later = System.currentTimeMillis() + 60_000;
    var other = new InboxAddress(address.partition(), "gw-another");
    List<ReceivedRecord> deadLetters = fixture.recordsOf(Topic.DEAD_LETTERS);

    // When
    fixture.write(command("d", hello, "c-other", later).toRecord(other));
    mail(hello, command("e", hello, "c-device", later));
    mail(hello, command("d", hello, "c-past", System.currentTimeMillis() - 1));
    fixture.write(
        BusRecord.addressed(
            Topic.INBOX,
            address.partition(),
            "default/d",
            Map.of(Headers.TO, address.gateway(), Headers.TYPE, "nonsense"),
            new byte[0]));
    mail(hello, command("d", hello, "c-good", later));

    // Then
    assertThat(device.await(NativeProtocol.TYPE_COMMAND).header().textProp("id"))
        .isEqualTo(Optional.of("c-good"));
    assertThat(gateway.count("gateway.inbox.dropped", "reason", "not-addressed")).isEqualTo(1);
    assertThat(gateway.count("gateway.inbox.dropped", "reason", "no-session")).isEqualTo(1);
    assertThat(gateway.count("gateway.inbox.dropped", "reason", "past-deadline")).isEqualTo(1);
    assertThat(gateway.count("gateway.inbox.dropped", "reason", "malformed")).isEqualTo(1);
    await().untilAsserted(() -> assertThat(deadLetters).hasSize(1));
  }

  @Test
  void readsThePartThatTheFewestGatewaysRead() {
    // Given
    List<ReceivedRecord> gateways = fixture.recordsOf(Topic.GATEWAYS);

    // When
    for (int i = 0; i < 3; i++) {
      fixture.gateway();
    }

    // Then
    await()
        .untilAsserted(
            () -> {
              Set<Integer> parts = new HashSet<>();
              for (ReceivedRecord record : gateways) {
                if (GatewayMessage.decode(record) instanceof GatewayMessage.GatewayBeat beat) {
                  parts.add(beat.address().partition());
                }
              }
              assertThat(parts).containsExactlyInAnyOrder(0, 1, 2);
            });
  }

  @Test
  void endsItsSessionsThenTheirRecordsThenItself() {
    // Given
    var gateway = fixture.gateway();
    List<ReceivedRecord> sessions = fixture.recordsOf(Topic.SESSIONS);
    List<ReceivedRecord> gateways = fixture.recordsOf(Topic.GATEWAYS);
    List<TestDevice> devices = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      devices.add(fixture.device(gateway, "d" + i));
    }

    // When
    Future<Void> stopped = gateway.service().stop();

    // Then
    assertThat(gateway.service().health().state()).isEqualTo(Health.State.DRAINING);
    stopped.await();
    for (TestDevice device : devices) {
      assertThat(device.awaitClose()).isEqualTo(1012);
      assertThat(GoAway.from(device.await(NativeProtocol.TYPE_GOAWAY)).reconnectAfter())
          .isPositive();
    }
    await()
        .untilAsserted(
            () -> {
              assertThat(GatewayFixture.sessions(sessions))
                  .filteredOn(
                      message ->
                          message instanceof SessionMessage.Closed closed
                              && closed.reason().equals(CloseReason.DRAINED))
                  .hasSize(10);
              assertThat(GatewayMessage.decode(gateways.getLast()))
                  .isEqualTo(new GatewayMessage.GatewayStopped(gateway.service().name()));
            });
    long lastTombstone =
        sessions.stream().mapToLong(ReceivedRecord::timestampMillis).max().orElseThrow();
    assertThat(gateways.getLast().timestampMillis()).isGreaterThanOrEqualTo(lastTombstone);
  }
}
