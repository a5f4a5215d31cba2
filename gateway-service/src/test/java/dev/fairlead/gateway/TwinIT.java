package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Headers;
import dev.fairlead.bus.ReceivedRecord;
import dev.fairlead.bus.Topic;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.DeviceMessage;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.ControlError;
import dev.fairlead.protocol.Desired;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.Value;
import dev.fairlead.protocol.WireFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Desired states on their way to devices, and what devices answer.
class TwinIT {

  private static GatewayFixture fixture;
  private static GatewayFixture.Gateway gateway;
  private static List<ReceivedRecord> events;

  @BeforeAll
  static void start() {
    fixture = new GatewayFixture();
    gateway = fixture.gateway();
    events = fixture.recordsOf(Topic.EVENTS);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static List<ReceivedRecord> eventsOf(String id) {
    return events.stream().filter(record -> record.key().equals("default/" + id)).toList();
  }

  private static InboxMessage.Desired desired(
      String id, String session, long version, OptionalLong base, String body) {
    return new InboxMessage.Desired(
        DeviceKey.of("default", id),
        new SessionId(session),
        Optional.empty(),
        version,
        base,
        body.getBytes(UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void handsDesiredStateToTheDeviceWholeOrAsAPatch(WireFormat wire) {
    // Given
    String id = "desired-" + wire.name();
    TestDevice device = fixture.device(gateway, wire, id);
    Hello hello = device.hello();
    InboxAddress address = InboxAddress.parse(hello.address());

    // When
    fixture.write(
        desired(id, hello.sessionId(), 1, OptionalLong.empty(), "{\"a\":1}").toRecord(address));
    fixture.write(desired(id, "another", 2, OptionalLong.of(1), "{\"a\":2}").toRecord(address));
    fixture.write(
        desired(id, hello.sessionId(), 3, OptionalLong.of(1), "{\"a\":null}").toRecord(address));

    // Then
    await().until(() -> device.of(NativeProtocol.TYPE_DESIRED).size() == 2);
    assertThat(device.of(NativeProtocol.TYPE_DESIRED).stream().map(Desired::from))
        .containsExactly(
            new Desired(1, OptionalLong.empty(), Body.utf8("{\"a\":1}")),
            new Desired(3, OptionalLong.of(1), Body.utf8("{\"a\":null}")));
  }

  @ParameterizedTest
  @EnumSource
  void carriesAnswersAndBasesOfReportsToTheBus(WireFormat wire) {
    // Given
    String id = "answering-" + wire.name();
    TestDevice device = fixture.device(gateway, wire, id);

    // When
    device
        .send(Messages.desiredAccepted(1))
        .send(Messages.desiredRejected(2, "too short"))
        .send(Messages.desiredUnknownBase(0).withId("u"))
        .send(Messages.reported(Body.utf8("{}"), NativeProtocol.FORM_WHOLE, 7));

    // Then
    await().until(() -> eventsOf(id).size() == 4);
    List<ReceivedRecord> said = eventsOf(id);
    assertThat(said)
        .extracting(record -> record.header(Headers.VERSION).orElse(""))
        .containsExactly("1", "2", "0", "7");
    assertThat(said.stream().map(DeviceMessage::decode).limit(3))
        .allMatch(message -> message.type() == DeviceMessage.Type.DESIRED_ACK)
        .extracting(message -> message.status().orElse(""))
        .containsExactly("", "rejected", "unknown-base");
    assertThat(DeviceMessage.decode(said.get(1)).reason()).contains("too short");
    assertThat(said.getLast().header(Headers.FORM)).contains(Headers.FORM_WHOLE);
    await().until(() -> device.of(NativeProtocol.TYPE_ACK).size() == 1);
    assertThat(device.acknowledged()).containsExactly("u");
  }

  @ParameterizedTest
  @EnumSource
  void refusesAnswersThatNameNoVersionOrAnUnknownStatus(WireFormat wire) {
    // Given
    String id = "babbling-" + wire.name();
    TestDevice device = fixture.device(gateway, wire, id);

    // When
    device
        .send(Messages.desiredAccepted(-1))
        .send(Messages.desiredAccepted(1).withProp(NativeProtocol.PROP_STATUS, Value.of("perhaps")))
        .send(Messages.status(Body.utf8("{}")).withId("last"));

    // Then
    await().until(() -> device.acknowledged().contains("last"));
    assertThat(device.of(NativeProtocol.TYPE_ERROR))
        .extracting(message -> ControlError.from(message, device.codec()))
        .allMatch(error -> error.type().equals(Optional.of(NativeProtocol.TYPE_ACK)))
        .extracting(ControlError::text)
        .containsExactly(
            "version missing or negative", "status must be accepted, rejected or unknown-base");
    await().until(() -> eventsOf(id).size() == 1);
  }
}
