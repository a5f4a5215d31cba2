package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.identity.DeviceId;
import dev.fairlead.bus.identity.DeviceKey;
import dev.fairlead.bus.identity.InboxAddress;
import dev.fairlead.bus.identity.SessionId;
import dev.fairlead.bus.message.InboxMessage;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Hello;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import dev.fairlead.protocol.ProtocolLimits;
import dev.fairlead.protocol.WireFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Devices that do not read what they are sent: what waits for them is bounded, and nobody else
/// notices.
class SlowReaderIT {

  private static final int BODY_BYTES = 48 * 1024;

  /// More than all buffers between a gateway and a device hold.
  private static final int COMMANDS_MAX = 400;

  private static final int PINGS_A_WRITE = 512;
  private static final long PING_BYTES_MAX = 64L * 1024 * 1024;

  private GatewayFixture fixture;
  private GatewayFixture.Gateway gateway;

  @BeforeEach
  void start() {
    fixture = new GatewayFixture();
    gateway = fixture.gateway("MESSAGE_BYTES_MAX", "64KiB", "SEND_QUEUE_BYTES_MAX", "64KiB");
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private RawSocket slow(String id) throws IOException {
    return RawSocket.withSmallBuffer(
        gateway.port(), fixture.tokens().token(id, 1), NativeProtocol.SUBPROTOCOL_JSON);
  }

  private static Hello hello(RawSocket socket) throws IOException {
    return Hello.from(
        WireFormat.JSON
            .codec(ProtocolLimits.DEFAULT)
            .decode(socket.next().orElseThrow().payload()));
  }

  private void command(String device, Hello hello, String id) {
    command(device, Optional.empty(), hello, id);
  }

  private void command(String device, Optional<DeviceId> subDevice, Hello hello, String id) {
    byte[] body = ("\"" + "x".repeat(BODY_BYTES) + "\"").getBytes(UTF_8);
    fixture.write(
        new InboxMessage.Deliver(
                DeviceKey.of("default", device),
                new SessionId(hello.sessionId()),
                subDevice,
                id,
                "ping",
                System.currentTimeMillis() + 60_000,
                1,
                "application/json",
                body)
            .toRecord(InboxAddress.parse(hello.address())));
  }

  private boolean hasRefused() {
    return gateway.count("gateway.sessions.closed", "reason", "refused") == 1;
  }

  private void assertThatIsServed(TestDevice device, String id) {
    command(id, device.hello(), "c-good");
    device.await(NativeProtocol.TYPE_COMMAND);
    device.send(Messages.telemetry(Body.utf8("{}")).withId("t"));
    await().untilAsserted(() -> assertThat(device.acknowledged()).containsExactly("t"));
    assertThat(device.closeCode()).isEmpty();
    assertThat(gateway.gauge("gateway.sessions.active")).isEqualTo(1);
  }

  @Test
  void closesDeviceThatReadsNoneOfItsCommands() throws IOException {
    // Given
    TestDevice bystander = fixture.device(gateway, "bystander");
    try (RawSocket socket = slow("slow")) {
      Hello hello = hello(socket);

      // When
      for (int i = 0; i < COMMANDS_MAX && !hasRefused(); i++) {
        command("slow", hello, "c" + i);
      }

      // Then
      await().until(this::hasRefused);
      assertThatIsServed(bystander, "bystander");
      assertThat(socket.closeCode()).isEqualTo(1013);
    }
  }

  @Test
  void keepsDeviceThatIsSentMoreForItsSubDevicesThanItCanRead() throws IOException {
    // Given
    try (RawSocket socket = slow("parent")) {
      Hello hello = hello(socket);

      // When
      for (int i = 0; i < COMMANDS_MAX && !hasDropped(); i++) {
        command("parent", Optional.of(new DeviceId("valve-" + i)), hello, "c" + i);
      }
      await().until(this::hasDropped);

      // Then
      assertThat(socket.next()).isPresent();
      assertThat(hasRefused()).isFalse();
      assertThat(gateway.gauge("gateway.sessions.active")).isEqualTo(1);
    }
  }

  private boolean hasDropped() {
    return gateway.count("gateway.inbox.dropped", "reason", "no-room") > 0;
  }

  @Test
  void cutsDeviceThatPingsWithoutEndAndReadsNoAnswer() throws IOException {
    // Given
    TestDevice bystander = fixture.device(gateway, "bystander");
    byte[] ping = RawSocket.frame(RawSocket.FINAL | RawSocket.PING, new byte[125]);
    byte[][] pings = new byte[PINGS_A_WRITE][];
    Arrays.fill(pings, ping);
    try (RawSocket socket = slow("flooding")) {
      hello(socket);

      // When
      assertThatThrownBy(
              () -> {
                for (long sent = 0;
                    sent < PING_BYTES_MAX;
                    sent += (long) ping.length * PINGS_A_WRITE) {
                  socket.send(pings);
                }
              })

          // Then
          .isInstanceOf(IOException.class);
      await().until(this::hasRefused);
      assertThatIsServed(bystander, "bystander");
    }
  }

  @Test
  void answersAsManyPingsAsADeviceLikesWhileItReads() throws IOException {
    // Given
    byte[] ping = RawSocket.frame(RawSocket.FINAL | RawSocket.PING, new byte[125]);
    byte[][] pings = new byte[PINGS_A_WRITE][];
    Arrays.fill(pings, ping);
    int pongs = 0;
    try (RawSocket socket = slow("lively")) {
      hello(socket);

      // When
      for (int round = 0; round < 10; round++) {
        socket.send(pings);
        for (int i = 0; i < pings.length; i++) {
          pongs += socket.next().orElseThrow().opcode() == RawSocket.PONG ? 1 : 0;
        }
      }
    }

    // Then
    assertThat(pongs).isEqualTo(10 * PINGS_A_WRITE);
    assertThat(hasRefused()).isFalse();
  }
}
