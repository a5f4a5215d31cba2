package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Message;
import dev.fairlead.protocol.MessageCodec;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.ResultStatus;
import dev.fairlead.protocol.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The bytes that each exchange takes above TCP, as `docs/protocol.md` has them.
class WireCostIT {

  private static final String TABLE =
      "| Bytes above TCP | JSON, device | JSON, gateway | MessagePack, device | MessagePack, gateway"
          + " |";
  private static final String COMMAND = "01a0b1c2-0000-7000-8000-000000000001";
  private static final int KEEPALIVE_SECONDS = 25;
  private static final long KEEPALIVES_AN_HOUR =
      Duration.ofHours(1).toSeconds() / KEEPALIVE_SECONDS;

  private final GatewayFixture fixture = new GatewayFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  /// What one side and the other send.
  private record Cost(long device, long gateway) {
    Cost since(Cost before) {
      return new Cost(device - before.device, gateway - before.gateway);
    }

    Cost times(long count) {
      return new Cost(device * count, gateway * count);
    }
  }

  /// One row of the table.
  private record Row(String what, Cost cost) {}

  @Test
  void isWhatTheProtocolsPageSays() throws IOException {
    // When
    List<Row> json = exchanges(WireFormat.JSON);
    List<Row> messagePack = exchanges(WireFormat.MESSAGE_PACK);

    // Then
    List<String> measured = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      measured.add(
          "| %s | %d | %d | %d | %d |"
              .formatted(
                  json.get(i).what(),
                  json.get(i).cost().device(),
                  json.get(i).cost().gateway(),
                  messagePack.get(i).cost().device(),
                  messagePack.get(i).cost().gateway()));
    }
    assertThat(documented()).isEqualTo(measured);
  }

  private List<Row> exchanges(WireFormat format) throws IOException {
    var gateway = fixture.gateway();
    List<Row> rows = new ArrayList<>();
    MessageCodec codec = format.codec(ProtocolLimits.DEFAULT);
    String token = fixture.tokens().token("device-0001", 1);
    try (RawSocket socket = new RawSocket(gateway.port(), token, format.subprotocol())) {
      Cost handshake = costOf(socket);
      rows.add(new Row("handshake, of which the token is " + token.length(), handshake));

      Hello hello = Hello.from(codec.decode(socket.next().orElseThrow().payload()));
      Cost greeted = costOf(socket);
      rows.add(new Row("`hello`", greeted.since(handshake)));

      say(socket, format, Messages.telemetry(measurements()).withId("4711"));
      socket.next();
      Cost acknowledged = costOf(socket);
      rows.add(new Row("telemetry with a body of 150, and its `ack`", acknowledged.since(greeted)));

      order(hello);
      socket.next();
      say(socket, format, Messages.delivered(COMMAND));
      say(socket, format, Messages.result(COMMAND, ResultStatus.SUCCEEDED, Body.EMPTY));
      Cost obeyed = costOf(socket);
      rows.add(
          new Row(
              "`command` without an argument, `delivered`, `result`", obeyed.since(acknowledged)));
    }
    Cost alive = keepalive(format);
    rows.add(new Row("a ping and its pong", alive));
    rows.add(
        new Row(
            "an idle hour, with a keepalive of %d s".formatted(KEEPALIVE_SECONDS),
            alive.times(KEEPALIVES_AN_HOUR)));
    return rows;
  }

  private Cost keepalive(WireFormat format) throws IOException {
    var gateway = fixture.gateway("KEEPALIVE", "400ms");
    String token = fixture.tokens().token("device-0002", 1);
    try (RawSocket socket = new RawSocket(gateway.port(), token, format.subprotocol())) {
      socket.next();
      Cost greeted = costOf(socket);
      assertThat(socket.next().orElseThrow().opcode()).isEqualTo(RawSocket.PING);
      socket.send(RawSocket.frame(RawSocket.FINAL | RawSocket.PONG, new byte[0]));
      return costOf(socket).since(greeted);
    }
  }

  private static Cost costOf(RawSocket socket) {
    return new Cost(socket.sentBytes(), socket.receivedBytes());
  }

  private static void say(RawSocket socket, WireFormat format, Message message) throws IOException {
    int opcode = format.isBinary() ? RawSocket.BINARY : RawSocket.TEXT;
    byte[] payload = format.codec(ProtocolLimits.DEFAULT).encode(message);
    socket.send(RawSocket.frame(RawSocket.FINAL | opcode, payload));
  }

  private void order(Hello hello) {
    fixture.write(
        new InboxMessage.Deliver(
                DeviceKey.of("default", "device-0001"),
                new SessionId(hello.sessionId()),
                Optional.empty(),
                COMMAND,
                "ping",
                System.currentTimeMillis() + 60_000,
                1,
                "application/json",
                new byte[0])
            .toRecord(InboxAddress.parse(hello.address())));
  }

  private static Body measurements() {
    String start = "{\"temperature\":21.5,\"note\":\"";
    String end = "\"}";
    return Body.utf8(start + "x".repeat(150 - start.length() - end.length()) + end);
  }

  private static List<String> documented() throws IOException {
    Path page = Path.of("..", "docs", "protocol.md");
    try (Stream<String> lines = Files.lines(page)) {
      return lines
          .dropWhile(line -> !line.equals(TABLE))
          .skip(2)
          .takeWhile(line -> line.startsWith("|"))
          .toList();
    }
  }
}
