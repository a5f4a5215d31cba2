package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.protocol.NativeProtocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Many connect at the same moment, more than an event loop takes in at once.
class FleetIT {

  private static final int DEVICES = 400;
  private static final int BAD_OF = 8;

  private final GatewayFixture fixture = new GatewayFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void eachIsAnsweredAsIfItWereAlone() throws Exception {
    // Given
    var gateway = fixture.gateway("CONNECTIONS_PER_LOOPBACK_ADDRESS", "1000");
    CountDownLatch ready = new CountDownLatch(DEVICES);
    List<Callable<String>> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      String token = i % BAD_OF == 0 ? "bad" : fixture.tokens().token("fleet-" + i, 1);
      devices.add(
          () -> {
            ready.countDown();
            ready.await();
            String outcome = outcome(gateway.port(), token);
            // As a slow machine may answer.
            while (outcome.contains(" 503 ")) {
              outcome = outcome(gateway.port(), token);
            }
            return outcome;
          });
    }

    // When
    List<String> outcomes = new ArrayList<>();
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<String> device : each.invokeAll(devices)) {
        outcomes.add(device.get());
      }
    }

    // Then
    assertThat(Collections.frequency(outcomes, "hello")).isEqualTo(DEVICES - DEVICES / BAD_OF);
    assertThat(outcomes)
        .filteredOn(outcome -> !outcome.equals("hello"))
        .hasSize(DEVICES / BAD_OF)
        .allMatch(outcome -> outcome.contains("401"));
    assertThat(gateway.gauge("gateway.handshakes.waiting")).isZero();
  }

  private static String outcome(int port, String token) {
    try (RawSocket socket = new RawSocket(port, token, NativeProtocol.SUBPROTOCOL_JSON)) {
      String first = new String(socket.next().orElseThrow().payload(), UTF_8);
      return first.contains("\"hello\"") ? "hello" : first;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
