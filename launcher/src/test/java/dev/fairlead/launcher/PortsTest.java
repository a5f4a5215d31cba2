package dev.fairlead.launcher;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {

  @Test
  void saysInOneLineThatAPortIsTaken() throws IOException {
    // Given
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      int port = taken.getLocalPort();

      // When
      assertThatThrownBy(() -> Ports.requireFree("127.0.0.1", port))

          // Then
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("port " + port + " is taken; choose another --port");
    }
  }

  @Test
  void tellsAPortThatCannotBeUsedFromOneThatIsTaken() {
    // When
    // TEST-NET-1 (RFC 5737) is no address of this machine.
    assertThatThrownBy(() -> Ports.requireFree("192.0.2.1", 8080))

        // Then
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("port 8080 cannot be used (")
        .hasMessageNotContaining("taken");
  }

  @Test
  void takesAnyPortForFreeThatNobodyHas() {
    // When
    assertThatCode(() -> Ports.requireFree("127.0.0.1", 0))

        // Then
        .doesNotThrowAnyException();
  }
}
