package dev.fairlead.gateway;

import static dev.fairlead.gateway.RawSocket.BINARY;
import static dev.fairlead.gateway.RawSocket.CONTINUATION;
import static dev.fairlead.gateway.RawSocket.FINAL;
import static dev.fairlead.gateway.RawSocket.TEXT;
import static dev.fairlead.gateway.RawSocket.frame;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.ControlError;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Frames that break a rule or a bound: the one who sent them is closed with the right code, and
/// nobody else notices.
class BadFramesIT {

  private static final String JSON = NativeProtocol.SUBPROTOCOL_JSON;
  private static final String MESSAGE_PACK = NativeProtocol.SUBPROTOCOL_MESSAGE_PACK;
  private static final int BYTES_MAX = 65_536;
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private static GatewayFixture fixture;
  private static GatewayFixture.Gateway gateway;

  @BeforeAll
  static void start() {
    fixture = new GatewayFixture();
    gateway = fixture.gateway("MESSAGE_BYTES_MAX", BYTES_MAX + "");
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  static Stream<Arguments> badFrames() {
    byte[] much = new byte[BYTES_MAX + 1];
    byte[] half = new byte[BYTES_MAX / 2 + 1];
    byte[] ping = bytes("{\"hdr\":{\"proto\":65535,\"typ\":\"ping\"}}");
    return Stream.of(
        Arguments.of("no JSON", JSON, 1007, List.of(frame(FINAL | TEXT, bytes("{]")))),
        Arguments.of("empty", JSON, 1007, List.of(frame(FINAL | TEXT, new byte[0]))),
        Arguments.of(
            "no UTF-8",
            JSON,
            1007,
            List.of(
                frame(
                    FINAL | TEXT,
                    concat(
                        bytes("{\"hdr\":{\"proto\":256,\"typ\":\"log\"},\"body\":\""),
                        new byte[] {(byte) 0xff, (byte) 0xfe},
                        bytes("\"}"))))),
        Arguments.of(
            "no MessagePack", MESSAGE_PACK, 1007, List.of(frame(FINAL | BINARY, bytes("x")))),
        Arguments.of(
            "cut MessagePack",
            MESSAGE_PACK,
            1007,
            List.of(frame(FINAL | BINARY, new byte[] {(byte) 0x82, (byte) 0xa3}))),
        Arguments.of("binary on JSON", JSON, 1003, List.of(frame(FINAL | BINARY, ping))),
        Arguments.of("text on MessagePack", MESSAGE_PACK, 1003, List.of(frame(FINAL | TEXT, ping))),
        Arguments.of("too large", JSON, 1009, List.of(frame(FINAL | TEXT, much))),
        Arguments.of(
            "announced too large",
            JSON,
            1009,
            List.of(frame(FINAL | TEXT, 1L << 40, new byte[1_000_000], true))),
        Arguments.of(
            "too large in pieces",
            JSON,
            1009,
            List.of(frame(TEXT, half), frame(FINAL | CONTINUATION, half))),
        Arguments.of("unmasked", JSON, 1002, List.of(frame(FINAL | TEXT, 4, ping, false))),
        Arguments.of("unknown opcode", JSON, 1002, List.of(frame(FINAL | 0x3, ping))),
        Arguments.of("reserved bit", JSON, 1002, List.of(frame(FINAL | 0x40 | TEXT, ping))),
        Arguments.of("long ping", JSON, 1002, List.of(frame(FINAL | 0x9, new byte[126]))),
        Arguments.of("ping in pieces", JSON, 1002, List.of(frame(0x9, new byte[1]))),
        Arguments.of(
            "continuation of nothing", JSON, 1002, List.of(frame(FINAL | CONTINUATION, ping))),
        Arguments.of(
            "message within a message",
            JSON,
            1002,
            List.of(frame(TEXT, ping), frame(FINAL | TEXT, ping))));
  }

  private static byte[] concat(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    Stream.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  @ParameterizedTest(name = "{0} on {1}: {2}")
  @MethodSource("badFrames")
  void closesTheSenderAloneWithTheRightCode(
      String what, String subprotocol, int code, List<byte[]> frames) throws IOException {
    // Given
    String id = "bad-" + NUMBERS.incrementAndGet();
    TestDevice bystander = fixture.device(gateway, "bystander-" + id);
    var sessions = fixture.recordsOf(Topic.SESSIONS);
    int closeCode;

    // When
    try (RawSocket socket =
        new RawSocket(gateway.port(), fixture.tokens().token(id, 1), subprotocol)) {
      socket.next();
      socket.send(frames.toArray(byte[][]::new));
      closeCode = socket.closeCode();
    }

    // Then
    assertThat(closeCode).as(what).isEqualTo(code);
    bystander.send(Messages.telemetry(Body.utf8("{}")).withId("still"));
    await().untilAsserted(() -> assertThat(bystander.acknowledged()).containsExactly("still"));
    bystander.close();
    await()
        .untilAsserted(
            () ->
                assertThat(GatewayFixture.sessions(sessions))
                    .filteredOn(message -> message.device().device().value().equals(id))
                    .last()
                    .isInstanceOfSatisfying(
                        SessionMessage.Closed.class,
                        closed -> assertThat(closed.reason()).isEqualTo(CloseReason.REFUSED)));
  }

  @Test
  void putsPiecesOfAMessageTogether() throws IOException {
    // Given
    byte[] ping = bytes("{\"hdr\":{\"proto\":65535,\"typ\":\"ping\"}}");
    try (RawSocket socket =
        new RawSocket(gateway.port(), fixture.tokens().token("pieces", 1), JSON)) {
      socket.next();

      // When
      socket.send(
          frame(TEXT, Arrays.copyOf(ping, 5)),
          frame(CONTINUATION, new byte[0]),
          frame(FINAL | CONTINUATION, Arrays.copyOfRange(ping, 5, ping.length)));

      // Then
      assertThat(new String(socket.next().orElseThrow().payload(), UTF_8)).contains("pong");
    }
  }

  private static Message telemetry(int bytes) {
    return Messages.telemetry(Body.utf8("\"" + "x".repeat(bytes - 2) + "\"")).withId("large");
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void takesMessageAtTheBound(WireFormat format) {
    // Given
    TestDevice device = fixture.device(gateway, format, "bound-" + format.name());
    var codec = format.codec(ProtocolLimits.DEFAULT);
    int probe = BYTES_MAX / 2;
    int overhead = codec.encode(telemetry(probe)).length - probe;
    byte[] message = codec.encode(telemetry(BYTES_MAX - overhead));

    // When
    device.sendRaw(format.isBinary(), message);

    // Then
    assertThat(message.length).isEqualTo(BYTES_MAX);
    await().untilAsserted(() -> assertThat(device.acknowledged()).containsExactly("large"));
  }

  @ParameterizedTest
  @EnumSource(WireFormat.class)
  void answersWhatItDoesNotKnowWithAnErrorAndGoesOn(WireFormat format) {
    // Given
    TestDevice device = fixture.device(gateway, format, "unknown-" + format.name());

    // When
    device
        .send(Message.of(999, "what", Body.EMPTY).withId("m1"))
        .send(Message.of(NativeProtocol.PROTO_DATA, "what", Body.EMPTY))
        .send(Messages.telemetry(Body.utf8("{}")).withId("x".repeat(257)))
        .send(Message.of(NativeProtocol.PROTO_COMMAND, "result", Body.EMPTY))
        .send(Messages.ping());

    // Then
    device.await(NativeProtocol.TYPE_PONG);
    List<Message> errors = device.of(NativeProtocol.TYPE_ERROR);
    assertThat(errors).hasSize(4);
    ControlError first = ControlError.from(errors.getFirst(), device.codec());
    assertThat(first.id()).contains("m1");
    assertThat(first.close()).isFalse();
    assertThat(device.closeCode()).isEmpty();
  }
}
