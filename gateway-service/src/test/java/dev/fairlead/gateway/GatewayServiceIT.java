package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Command;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What devices and the bus see of a gateway while all is well.
class GatewayServiceIT {

  private static GatewayFixture fixture;
  private static GatewayFixture.Gateway gateway;

  @BeforeAll
  static void start() {
    fixture = new GatewayFixture();
    gateway = fixture.gateway();
  }

  @AfterAll
  static void stop() {
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

  private static List<DeviceMessage> wordsOf(List<ReceivedRecord> records, String id) {
    return GatewayFixture.words(records).stream()
        .filter(message -> message.device().equals(key(id)))
        .toList();
  }

  private static void mail(Hello hello, InboxMessage message) {
    fixture.write(message.toRecord(InboxAddress.parse(hello.address())));
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void opensSessionOnTheBusBeforeItSaysHello(WireFormat format) {
    // Given
    String id = "opening-" + format.name();

    // When
    TestDevice device = fixture.device(gateway, format, id);

    // Then
    Hello hello = device.hello();
    List<SessionMessage> sessions = sessionsOf(fixture.recordsOf(Topic.SESSIONS), id);
    assertThat(sessions).singleElement().isInstanceOf(SessionMessage.Opened.class);
    SessionMessage.Opened opened = (SessionMessage.Opened) sessions.getFirst();
    assertThat(opened.session().value()).isEqualTo(hello.sessionId());
    assertThat(opened.place().address().toString()).isEqualTo(hello.address());
    assertThat(opened.place().address().gateway()).isEqualTo(gateway.service().name());
    assertThat(opened.place().wire()).isEqualTo(format.subprotocol());
    assertThat(hello.keepalive()).hasSeconds(25);
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void carriesWhatADeviceSaysToItsTopicUntouched(WireFormat format) {
    // Given
    String id = "speaking-" + format.name();
    TestDevice device = fixture.device(gateway, format, id);
    List<ReceivedRecord> telemetry = fixture.recordsOf(Topic.TELEMETRY);
    List<ReceivedRecord> events = fixture.recordsOf(Topic.EVENTS);
    List<ReceivedRecord> replies = fixture.recordsOf(Topic.REPLIES);
    Body body = Body.utf8("{\"t\":  21.50}");

    // When
    device
        .send(Messages.telemetry(body).withId("a"))
        .send(Messages.status(body).withId("b"))
        .send(Messages.alert(body).withId("c"))
        .send(Messages.log(Body.of(new byte[] {1, -1})).withContentType("x/y").withId("d"))
        .send(Messages.reported(body, NativeProtocol.FORM_WHOLE, 7))
        .send(Messages.delivered("c1"))
        .send(Messages.progress("c1", body))
        .send(Messages.result("c1", ResultStatus.FAILED, "broken", body));

    // Then
    await()
        .untilAsserted(
            () -> {
              assertThat(wordsOf(telemetry, id)).hasSize(1);
              assertThat(wordsOf(events, id)).hasSize(4);
              assertThat(wordsOf(replies, id)).hasSize(3);
              assertThat(device.acknowledged()).containsExactlyInAnyOrder("a", "b", "c", "d");
            });
    DeviceMessage measured = wordsOf(telemetry, id).getFirst();
    assertThat(new String(measured.body(), StandardCharsets.UTF_8)).isEqualTo(body.toUtf8());
    assertThat(measured.session().value()).isEqualTo(device.hello().sessionId());
    assertThat(measured.correlation()).contains("a");
    assertThat(wordsOf(events, id))
        .extracting(DeviceMessage::type)
        .containsExactly(
            DeviceMessage.Type.STATUS,
            DeviceMessage.Type.ALERT,
            DeviceMessage.Type.LOG,
            DeviceMessage.Type.REPORTED);
    DeviceMessage logged = wordsOf(events, id).get(2);
    assertThat(logged.contentType()).isEqualTo("x/y");
    assertThat(logged.body()).containsExactly(1, -1);
    DeviceMessage result = wordsOf(replies, id).getLast();
    assertThat(result.status()).contains("failed");
    assertThat(result.reason()).contains("broken");
    assertThat(result.correlation()).contains("c1");
    assertThat(result.epoch())
        .isEqualTo(sessionsOf(fixture.recordsOf(Topic.SESSIONS), id).getFirst().epoch());
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void handsCommandToTheDeviceWithTheTimeThatIsLeft(WireFormat format) {
    // Given
    String id = "obeying-" + format.name();
    TestDevice device = fixture.device(gateway, format, id);
    Hello hello = device.hello();
    var session = new SessionId(hello.sessionId());

    // When
    mail(
        hello,
        new InboxMessage.Deliver(
            key(id),
            session,
            Optional.empty(),
            "c1",
            "ping",
            System.currentTimeMillis() + 60_000,
            2,
            "application/json",
            "{}".getBytes(StandardCharsets.UTF_8)));
    mail(hello, new InboxMessage.Cancel(key(id), session, Optional.empty(), "c1"));

    // Then
    Command command = Command.from(device.await(NativeProtocol.TYPE_COMMAND));
    assertThat(command.id()).isEqualTo("c1");
    assertThat(command.kind()).isEqualTo("ping");
    assertThat(command.attempt()).isEqualTo(2);
    assertThat(command.timeLeft().toMillis()).isBetween(1L, 60_000L);
    assertThat(command.body().toUtf8()).isEqualTo("{}");
    assertThat(device.await(NativeProtocol.TYPE_CANCEL).header().textProp("id")).contains("c1");
  }

  @Test
  void saysOnTheBusThatASessionIsOver() {
    // Given
    TestDevice device = fixture.device(gateway, "leaving");
    List<ReceivedRecord> sessions = fixture.recordsOf(Topic.SESSIONS);

    // When
    device.close();

    // Then
    await().untilAsserted(() -> assertThat(sessionsOf(sessions, "leaving")).hasSize(2));
    SessionMessage.Closed closed =
        (SessionMessage.Closed) sessionsOf(sessions, "leaving").getLast();
    assertThat(closed.reason()).isEqualTo(CloseReason.CLOSED);
    assertThat(closed.epoch()).isEqualTo(sessionsOf(sessions, "leaving").getFirst().epoch());
  }
}
