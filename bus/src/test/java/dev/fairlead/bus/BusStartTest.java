package dev.fairlead.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.bus.consumer.TopicTail;
import dev.fairlead.runtime.health.Health;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Where no broker answers: a socket that takes connections and says nothing.
class BusStartTest {

  private final Vertx vertx = Vertx.vertx();
  private final ServerSocket silent;
  private final Bus bus;

  BusStartTest() throws IOException {
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    bus =
        new Bus(
            vertx,
            BusFixture.settings("127.0.0.1:" + silent.getLocalPort(), "none.", 1),
            new SimpleMeterRegistry(),
            new Health());
  }

  @AfterEach
  void close() throws IOException {
    vertx.close().await();
    silent.close();
  }

  @Test
  void endsItsStartWhenItIsClosed() {
    // Given
    Future<Void> start = bus.start();

    // When
    bus.close().await();

    // Then
    await().until(start::isComplete);
    assertThat(start.cause()).hasMessage("the bus was closed");
  }

  @Test
  void endsTheStartOfTailThatIsClosed() {
    // Given
    var tail =
        bus.tail(Topic.ACCESS, Set.of(0), new TopicTail.Start.Beginning(), record -> {}, () -> {});
    Future<Void> start = tail.start();

    // When
    Future<Void> closed = tail.close();

    // Then
    await().until(start::isComplete);
    assertThat(start.cause()).hasMessage("the tail was closed");
    await().until(closed::isComplete);
    bus.close().await();
  }
}
