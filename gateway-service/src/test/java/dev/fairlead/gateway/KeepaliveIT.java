package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.Topic;
import dev.fairlead.bus.message.CloseReason;
import dev.fairlead.bus.message.SessionMessage;
import dev.fairlead.protocol.Body;
import dev.fairlead.protocol.Messages;
import dev.fairlead.protocol.NativeProtocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Life is seen by what a device answers, and its absence ends the session.
class KeepaliveIT {

  private final GatewayFixture fixture = new GatewayFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void endsTheSessionOfASilentPeerAndKeepsThatOfOneThatAnswersPings() throws IOException {
    // Given
    var gateway = fixture.gateway("KEEPALIVE", "400ms");
    var sessions = fixture.recordsOf(Topic.SESSIONS);
    TestDevice alive = fixture.device(gateway, "alive");
    int code;

    // When
    try (RawSocket silent =
        new RawSocket(
            gateway.port(), fixture.tokens().token("silent", 1), NativeProtocol.SUBPROTOCOL_JSON)) {
      code = silent.closeCode();
    }

    // Then
    assertThat(code).isEqualTo(4008);
    assertThat(alive.pings()).isPositive();
    assertThat(alive.closeCode()).isEmpty();
    await()
        .untilAsserted(
            () ->
                assertThat(GatewayFixture.sessions(sessions))
                    .last()
                    .isInstanceOfSatisfying(
                        SessionMessage.Closed.class,
                        closed -> assertThat(closed.reason()).isEqualTo(CloseReason.TIMED_OUT)));
  }

  @Test
  void givesBackThePlaceOfAPeerThatNeverCloses() throws IOException {
    // Given
    var gateway = fixture.gateway("KEEPALIVE", "400ms", "CONNECTIONS_MAX", "1");
    try (RawSocket silent =
        new RawSocket(
            gateway.port(), fixture.tokens().token("silent", 1), NativeProtocol.SUBPROTOCOL_JSON)) {
      silent.next();

      // When
      await().until(() -> gateway.count("gateway.sessions.closed", "reason", "timed-out") == 1);

      // Then
      await()
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(fixture.device(gateway, "next")).isNotNull());
    }
  }

  @Test
  void keepsDevicesThatAreSilentForLongerThanHttpMayBe() throws IOException {
    // Given
    var gateway = fixture.gateway("HTTP_IDLE_TIMEOUT", "1s");
    TestDevice device = fixture.device(gateway, "quiet");

    // When
    int closed;
    try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      closed = idle.getInputStream().read();
    }

    // Then
    assertThat(closed).isEqualTo(-1);
    device.send(Messages.telemetry(Body.utf8("{}")).withId("still"));
    await().untilAsserted(() -> assertThat(device.acknowledged()).containsExactly("still"));
  }
}
