package dev.fairlead.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessagesTest {

  private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void makesTheMessagesOfTheVectors() {
    // When
    Map<String, Message> made = new LinkedHashMap<>();
    made.put(
        "telemetry that asks for an ack",
        Messages.telemetry(Body.utf8("{\"cpu\":0.25}")).withId("t-1").withTime(TIME));
    made.put(
        "log as plain text", Messages.log(Body.utf8("grüß Gott\n")).withContentType("text/plain"));
    made.put("ack of one", Messages.ack("t-1"));
    made.put("ack of several", Messages.ack(List.of("t-1", "s-1", "a-1")));
    made.put(
        "second sending without a body",
        Command.json("c-2", "ping", Duration.ofMillis(4200), 2, Body.EMPTY).toMessage());
    made.put("cancel", Messages.cancel("c-2"));
    made.put("delivered", Messages.delivered("c-2"));
    made.put("progress", Messages.progress("c-2", Body.utf8("{\"percent\":40}")));
    made.put(
        "result with a reason",
        Messages.result("c-2", ResultStatus.REJECTED, "not on the list", Body.EMPTY));
    made.put("reported patch", Messages.reported(Body.utf8("{\"interval\":10}")));
    made.put(
        "reported whole",
        Messages.reported(Body.utf8("{\"interval\":10}"), NativeProtocol.FORM_WHOLE, 70_000));
    made.put(
        "desired whole",
        new Desired(3, OptionalLong.empty(), Body.utf8("{\"interval\":10,\"site\":\"north\"}"))
            .toMessage());
    made.put(
        "desired patch",
        new Desired(4, OptionalLong.of(3), Body.utf8("{\"interval\":30}")).toMessage());
    made.put("desired accepted", Messages.desiredAccepted(4));
    made.put("desired rejected", Messages.desiredRejected(4, "interval too short"));
    made.put("desired with an unknown base", Messages.desiredUnknownBase(2));
    made.put("hello", hello().toMessage());
    made.put("goaway", new GoAway("drain", Duration.ofMillis(1500)).toMessage());
    made.put("ping", Messages.ping());
    made.put("pong", Messages.pong());
    made.put("error on the MessagePack wire", error().toMessage(codec(WireFormat.MESSAGE_PACK)));
    made.put("error on the JSON wire", error().toMessage(codec(WireFormat.JSON)));

    // Then
    made.forEach((name, message) -> assertThat(message).as(name).isEqualTo(vector(name)));
  }

  @Test
  void readsIdsOfAcks() {
    // Given
    Message odd =
        Messages.ping()
            .withProp("id", Value.of(List.of(Value.of("a"), Value.of(1), Value.of("b"))));

    // Then
    assertThat(Messages.acknowledgedIds(Messages.ack("a"))).containsExactly("a");
    assertThat(Messages.acknowledgedIds(Messages.ack(List.of("a", "b")))).containsExactly("a", "b");
    assertThat(Messages.acknowledgedIds(odd)).containsExactly("a", "b");
    assertThat(Messages.acknowledgedIds(Messages.ping())).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void readsBackTypedMessagesFromEveryWire(WireFormat wire) {
    // Given
    MessageCodec codec = codec(wire);
    Command command =
        new Command("c-1", "exec", Duration.ofSeconds(3), 2, "text/plain", Body.utf8("uname"));

    Desired patch = new Desired(70_000, OptionalLong.of(3), Body.utf8("{\"a\":null}"));
    Desired whole = new Desired(1, OptionalLong.empty(), Body.utf8("{}"));

    // Then
    assertThat(Command.from(travel(codec, command.toMessage()))).isEqualTo(command);
    assertThat(Desired.from(travel(codec, patch.toMessage()))).isEqualTo(patch);
    assertThat(Desired.from(travel(codec, whole.toMessage()))).isEqualTo(whole);
    assertThat(Hello.from(travel(codec, hello().toMessage()))).isEqualTo(hello());
    assertThat(ControlError.from(travel(codec, error().toMessage(codec)), codec))
        .isEqualTo(error());
  }

  @Test
  void refusesDesiredStateWithoutItsVersionOrBase() {
    // Given
    Message noVersion = Message.of(258, "desired", Body.utf8("{}")).withProp("form", text("whole"));
    Message noBase = Message.of(258, "desired", Body.utf8("{}")).withProp("version", Value.of(2));
    Message zero = noVersion.withProp("version", Value.of(0));

    // Then
    for (Message message : List.of(noVersion, noBase, zero)) {
      assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> Desired.from(message));
    }
  }

  private static Value text(String word) {
    return Value.of(word);
  }

  @Test
  void readsErrorThatSaysLittle() {
    // Given
    MessageCodec codec = codec(WireFormat.JSON);
    Message message = Message.of(0xffff, "error", Body.utf8("{\"close\":1,\"msgproto\":70000}"));

    // When
    ControlError error = ControlError.from(message, codec);

    // Then
    assertThat(error)
        .isEqualTo(
            new ControlError(
                "",
                false,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty()));
  }

  @Test
  void namesTheMessageAnErrorIsAbout() {
    // Given
    Header header = Messages.telemetry(Body.EMPTY).withId("t-9").header();

    // When
    ControlError error = ControlError.about(header, "no");

    // Then
    assertThat(error)
        .isEqualTo(
            new ControlError(
                "no",
                false,
                OptionalInt.of(256),
                Optional.of("telemetry"),
                Optional.of("t-9"),
                OptionalInt.empty()));
  }

  @Test
  void carriesTheCodeOfAnErrorAndPassesOverOneThatIsNone() {
    for (WireFormat wire : WireFormat.values()) {
      // Given
      MessageCodec codec = codec(wire);
      ControlError error = error();

      // When
      ControlError coded =
          ControlError.from(travel(codec, error.withCode(429).toMessage(codec)), codec);
      ControlError uncoded =
          ControlError.from(travel(codec, error.withCode(200).toMessage(codec)), codec);

      // Then
      assertThat(coded).isEqualTo(error.withCode(429));
      assertThat(uncoded).isEqualTo(error);
    }
  }

  @Test
  void makesTheMessagesOfARenewal() {
    // Then
    assertThat(
            Messages.certificateRequest(
                "c-1",
                """
                -----BEGIN CERTIFICATE REQUEST-----
                MAA=
                -----END CERTIFICATE REQUEST-----
                """))
        .isEqualTo(vector("csr"));
    assertThat(
            Messages.certificate(
                Optional.of("c-1"),
                """
                -----BEGIN CERTIFICATE-----
                MAA=
                -----END CERTIFICATE-----
                """))
        .isEqualTo(vector("credential with a certificate"));
    assertThat(Messages.noCertificate(Optional.of("c-1"), "bad-certificate"))
        .isEqualTo(vector("credential that is refused"));
    assertThat(Messages.credential("a.new.token")).isEqualTo(vector("credential with a token"));
  }

  @Test
  void refusesCommandWithoutWhatItNeeds() {
    // Given
    Message complete = Command.json("c", "ping", Duration.ofSeconds(1), 1, Body.EMPTY).toMessage();

    // Then
    for (String prop : List.of("id", "kind", "deadline")) {
      Message lacking = new Message(complete.header().withoutProp(prop), complete.body());
      assertThatExceptionOfType(ProtocolException.class)
          .as(prop)
          .isThrownBy(() -> Command.from(lacking));
    }
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> Command.from(complete.withProp("deadline", Value.of(-1))));
    assertThat(Command.from(new Message(complete.header().withoutProp("attempt"), complete.body())))
        .returns(1, Command::attempt);
    assertThatIllegalArgumentException().isThrownBy(() -> Command.from(Messages.ping()));
  }

  @Test
  void refusesErrorThatIsNoMap() {
    // Given
    Message message = Message.of(0xffff, "error", Body.utf8("[]"));

    // Then
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> ControlError.from(message, codec(WireFormat.JSON)));
  }

  @Test
  void knowsWiresAndStatusesByName() {
    // Then
    for (WireFormat wire : WireFormat.values()) {
      assertThat(WireFormat.ofSubprotocol(wire.subprotocol())).contains(wire);
    }
    for (ResultStatus status : ResultStatus.values()) {
      assertThat(ResultStatus.ofWireName(status.wireName())).contains(status);
    }
    assertThat(WireFormat.ofSubprotocol("protomsg/msgpack")).isEmpty();
    assertThat(ResultStatus.ofWireName("SUCCEEDED")).isEmpty();
  }

  private static Hello hello() {
    Map<String, Long> limits = new LinkedHashMap<>();
    limits.put(Hello.LIMIT_MESSAGE_BYTES, 1L << 20);
    limits.put(Hello.LIMIT_HEADER_BYTES, 16L << 10);
    return new Hello(
        "0197a2b0-0000-7000-8000-000000000001",
        "3:gateway-a",
        TIME,
        Duration.ofSeconds(60),
        limits);
  }

  private static ControlError error() {
    return new ControlError(
        "unknown type",
        false,
        OptionalInt.of(256),
        Optional.of("telemetri"),
        Optional.of("t-9"),
        OptionalInt.empty());
  }

  private static MessageCodec codec(WireFormat wire) {
    return wire.codec(ProtocolLimits.DEFAULT);
  }

  private static Message travel(MessageCodec codec, Message message) {
    return codec.decode(codec.encode(message));
  }

  private static Message vector(String name) {
    return Vectors.accepted()
        .filter(vector -> vector.name().equals(name))
        .findFirst()
        .orElseThrow()
        .message();
  }
}
