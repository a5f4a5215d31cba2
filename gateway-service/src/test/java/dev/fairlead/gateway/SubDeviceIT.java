package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.AccessMessage;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Command;
import dev.fairlead.protocol.ControlError;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.Value;
import dev.fairlead.protocol.WireFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Commands for sub-devices on their way to the device that speaks for them, and what it answers.
class SubDeviceIT {

  private static final DeviceId VALVE = new DeviceId("valve-3");

  private static GatewayFixture fixture;
  private static GatewayFixture.Gateway gateway;
  private static List<ReceivedRecord> replies;

  @BeforeAll
  static void start() {
    fixture = new GatewayFixture();
    gateway = fixture.gateway();
    replies = fixture.recordsOf(Topic.REPLIES);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static Message about(String subDevice, Message message) {
    return message.withProp(NativeProtocol.PROP_DEVICE, Value.of(subDevice));
  }

  private static List<ReceivedRecord> repliesOf(String id) {
    return replies.stream().filter(record -> record.key().equals("default/" + id)).toList();
  }

  private static void deliver(TestDevice device, String id, DeviceId subDevice, String command) {
    fixture.write(
        new InboxMessage.Deliver(
                DeviceKey.of("default", id),
                new SessionId(device.hello().sessionId()),
                Optional.of(subDevice),
                command,
                "valve/open",
                System.currentTimeMillis() + 60_000,
                1,
                Headers.JSON,
                "{}".getBytes(UTF_8))
            .toRecord(InboxAddress.parse(device.hello().address())));
  }

  @ParameterizedTest
  @EnumSource
  void takesAnErrorAboutACommandForItsRejection(WireFormat wire) {
    // Given
    String id = "plain-" + wire.name();
    TestDevice device = fixture.device(gateway, wire, id);
    deliver(device, id, VALVE, "c1");
    Message command = device.await(NativeProtocol.TYPE_COMMAND);

    // When
    device
        .send(ControlError.about(command.header(), "no such device").toMessage(device.codec()))
        .send(
            ControlError.about(Messages.telemetry(Body.EMPTY).header(), "no such thing")
                .toMessage(device.codec()))
        .send(Messages.delivered("c2"));

    // Then
    await().until(() -> repliesOf(id).size() == 2);
    DeviceMessage rejection = DeviceMessage.decode(repliesOf(id).getFirst());
    assertThat(rejection.type()).isEqualTo(DeviceMessage.Type.RESULT);
    assertThat(rejection.correlation()).contains("c1");
    assertThat(rejection.status()).contains("rejected");
    assertThat(rejection.reason()).contains("no such device");
  }

  @Test
  void sendsNothingForASubDeviceThatIsBlocked() {
    // Given
    String id = "watched";
    TestDevice device = fixture.device(gateway, WireFormat.JSON, id);
    TestDevice ofItsOwn = fixture.device(gateway, WireFormat.JSON, "valve-blocked");
    fixture.write(new AccessMessage.Block(DeviceKey.of("default", "valve-blocked")).toRecord());
    ofItsOwn.awaitClose();

    // When
    deliver(device, id, new DeviceId("valve-blocked"), "c1");
    deliver(device, id, VALVE, "c2");

    // Then
    assertThat(Command.from(device.await(NativeProtocol.TYPE_COMMAND)).id()).isEqualTo("c2");
    assertThat(gateway.count("gateway.inbox.dropped", "reason", "blocked")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void namesTheSubDeviceOfACommandAndOfItsCancellation(WireFormat wire) {
    // Given
    String id = "house-" + wire.name();
    TestDevice device = fixture.device(gateway, wire, id);
    Hello hello = device.hello();
    InboxAddress address = InboxAddress.parse(hello.address());
    DeviceKey key = DeviceKey.of("default", id);
    SessionId session = new SessionId(hello.sessionId());

    // When
    deliver(device, id, VALVE, "c1");
    fixture.write(
        new InboxMessage.Cancel(key, session, Optional.of(VALVE), "c1").toRecord(address));

    // Then
    Message command = device.await(NativeProtocol.TYPE_COMMAND);
    Message cancel = device.await(NativeProtocol.TYPE_CANCEL);
    assertThat(Command.from(command).kind()).isEqualTo("valve/open");
    assertThat(List.of(command, cancel))
        .extracting(message -> message.header().textProp(NativeProtocol.PROP_DEVICE))
        .containsOnly(Optional.of("valve-3"));
  }

  @ParameterizedTest
  @EnumSource
  void carriesRepliesWithWhomTheyAreAbout(WireFormat wire) {
    // Given
    String id = "answering-" + wire.name();
    TestDevice device = fixture.device(gateway, wire, id);

    // When
    device
        .send(about("valve-3", Messages.delivered("c1")))
        .send(about("valve-3", Messages.progress("c1", Body.utf8("40"))))
        .send(about("valve-3", Messages.result("c1", ResultStatus.SUCCEEDED, Body.EMPTY)))
        .send(Messages.delivered("c2"));

    // Then
    await().until(() -> repliesOf(id).size() == 4);
    assertThat(repliesOf(id))
        .extracting(record -> record.header(Headers.SUB_DEVICE).orElse(""))
        .containsExactly("valve-3", "valve-3", "valve-3", "");
    assertThat(repliesOf(id).stream().map(DeviceMessage::decode))
        .extracting(message -> message.correlation().orElse(""))
        .containsExactly("c1", "c1", "c1", "c2");
  }

  @ParameterizedTest
  @EnumSource
  void refusesAReplyThatIsAboutWhatCanBeNoDevice(WireFormat wire) {
    // Given
    String id = "babbling-" + wire.name();
    TestDevice device = fixture.device(gateway, wire, id);

    // When
    device.send(about("no id", Messages.delivered("c1"))).send(Messages.delivered("c2"));

    // Then
    Message error = device.await(NativeProtocol.TYPE_ERROR);
    assertThat(ControlError.from(error, device.codec()).text()).isEqualTo("device is no id");
    await().until(() -> repliesOf(id).size() == 1);
    assertThat(repliesOf(id).getFirst().header(Headers.CORRELATION)).contains("c2");
  }
}
