package dev.fairlead.runtime.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.problem.Problems;
import dev.fairlead.runtime.settings.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PgProblemsTest {
  private final Problems problems = new Problems(new SimpleMeterRegistry(), new PgProblems());

  @ParameterizedTest
  @CsvSource({
    "08006,UNAVAILABLE",
    "53300,UNAVAILABLE",
    "57P01,UNAVAILABLE",
    "57014,UNAVAILABLE",
    "40001,UNAVAILABLE",
    "23505,INTERNAL",
    "42601,INTERNAL",
    "40000,INTERNAL"
  })
  void tellsOutageFromFault(String state, ProblemType expected) {
    // When
    Problem problem = problems.of(new PgException("secret text", "FATAL", state, "detail"), "/x");

    // Then
    assertThat(problem.type()).isEqualTo(expected);
    assertThat(problem.json().encode()).doesNotContain("secret text");
  }

  @Test
  void knowsWhatClientSays() {
    // Then
    assertThat(
            List.of(
                ClosedConnectionException.INSTANCE,
                new TimeoutException("Timeout 5000 (ms) fired"),
                new VertxException("Pool closed", true),
                new VertxException("Connection is not active now, current status: CLOSED", true),
                new VertxException(
                    "Pending requests failed to be sent due to connection has been closed.", true),
                new IOException("Broken pipe"),
                new SocketException("Connection reset")))
        .allSatisfy(
            e -> assertThat(problems.of(e, "/x").type()).isEqualTo(ProblemType.UNAVAILABLE));
    assertThat(List.of(new VertxException("Other", true), new IOException("Other")))
        .allSatisfy(e -> assertThat(problems.of(e, "/x").type()).isEqualTo(ProblemType.INTERNAL));
  }

  @Test
  void takesDatabaseThatIsNotThereForUnavailable() throws IOException {
    // Given
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Vertx vertx = Vertx.vertx();
    Pool pool =
        PgPools.create(
            vertx,
            new DatabaseSettings("127.0.0.1", port, "d", "u", Secret.of("p"), 1, true),
            "test",
            "test");

    // When
    Throwable failure =
        pool.query("select 1")
            .execute()
            .<Throwable>map(_ -> new AssertionError("connected"))
            .otherwise(e -> e)
            .await();

    // Then
    assertThat(problems.of(failure, "/x").type()).isEqualTo(ProblemType.UNAVAILABLE);
    vertx.close().await();
  }
}
