package dev.fairlead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.problem.Problems;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class VertxInstancesTest {

  /// Now and then the transport sees nothing but the end of a connection that was cut.
  private static final int TRIES = 20;

  private final Vertx vertx = VertxInstances.create(new SimpleMeterRegistry());

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void usesTheSocketsOfTheSystem() {
    // Then
    assertThat(vertx.isNativeTransportEnabled()).isTrue();
  }

  @Test
  void saysOfACutConnectionWhatIsTakenForAnOutage() throws Exception {
    // Given
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      // When
      Optional<Throwable> cut = Optional.empty();
      for (int i = 0; i < TRIES && cut.isEmpty(); i++) {
        cut = connectedAndCut(server);
      }

      // Then
      assertThat(cut).isPresent();
      assertThat(new Problems(new SimpleMeterRegistry()).of(cut.get(), "/x").type())
          .isEqualTo(ProblemType.UNAVAILABLE);
    }
  }

  private Optional<Throwable> connectedAndCut(ServerSocket server) throws Exception {
    CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();
    NetSocket socket =
        vertx
            .createNetClient()
            .connect(server.getLocalPort(), "127.0.0.1")
            .onSuccess(
                made ->
                    made.exceptionHandler(failure -> end.complete(Optional.of(failure)))
                        .closeHandler(_ -> end.complete(Optional.empty())))
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    assertThat(socket).isNotNull();
    try (Socket peer = server.accept()) {
      peer.setSoLinger(true, 0);
    }
    return end.get(10, TimeUnit.SECONDS);
  }
}
