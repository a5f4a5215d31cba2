package dev.fairlead.runtime.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.handler.HttpException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemsTest {
  private static final Problem CONFLICT =
      Problem.of(ProblemType.VERSION_CONFLICT, "Version 4 is there.");

  private final Problems problems =
      new Problems(
          new SimpleMeterRegistry(),
          failure ->
              failure instanceof ArithmeticException ? Optional.of(CONFLICT) : Optional.empty());

  @Test
  void writesDocumentOfRfc9457() {
    // Given
    Problem problem = CONFLICT.with("version", 4).at("/api/v1/things/7");

    // When
    JsonObject json = problem.json();

    // Then
    assertThat(json.encode())
        .isEqualTo(
            """
            {"type":"https://fairlead.dev/problems/version-conflict",\
            "title":"The resource has changed in the meantime","status":412,\
            "detail":"Version 4 is there.","instance":"/api/v1/things/7","version":4}""");
  }

  @Test
  void refusesExtensionWithNameOfStandardMember() {
    // Then
    assertThatThrownBy(() -> CONFLICT.with("status", 200))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysRetryAfterInWholeSecondsAtLeastOne() {
    // Then
    assertThat(CONFLICT.retryAfter(Duration.ofMillis(10)).headers())
        .isEqualTo(Map.of("Retry-After", "1"));
    assertThat(CONFLICT.retryAfter(Duration.ofSeconds(30)).headers())
        .isEqualTo(Map.of("Retry-After", "30"));
  }

  @Test
  void unwrapsWhatIsWrapped() {
    // Given
    Throwable wrapped = new ExecutionException(new CompletionException(CONFLICT.exception()));

    // When
    Problem problem = problems.of(wrapped, "/x");

    // Then
    assertThat(problem).isEqualTo(CONFLICT.at("/x"));
  }

  @Test
  void asksMappers() {
    // Then
    assertThat(problems.of(new ArithmeticException(), "/x").type())
        .isEqualTo(ProblemType.VERSION_CONFLICT);
  }

  @Test
  void takesOutageForUnavailable() {
    // Then
    assertThat(
            java.util.List.of(
                new ConnectException("refused"),
                new SocketException("Connection reset"),
                new TimeoutException(),
                new ClosedChannelException()))
        .allSatisfy(
            failure -> {
              Problem problem = problems.of(failure, "/x");
              assertThat(problem.type()).isEqualTo(ProblemType.UNAVAILABLE);
              assertThat(problem.headers()).containsKey("Retry-After");
              assertThat(problem.detail()).doesNotContain("refused");
            });
  }

  @Test
  void takesDecodeFailureForMalformedJson() {
    // Then
    assertThat(problems.of(new DecodeException("x"), "/x").type())
        .isEqualTo(ProblemType.MALFORMED_JSON);
  }

  @Test
  void givesUnknownFailureAnId() {
    // When
    Problem first = problems.of(new IllegalStateException("inside"), "/x");
    Problem second = problems.of(new IllegalStateException(first.exception()), "/x");

    // Then
    assertThat(first.type()).isEqualTo(ProblemType.INTERNAL);
    assertThat(first.json().encode()).doesNotContain("inside");
    assertThat(second.type()).isEqualTo(ProblemType.INTERNAL);
    assertThat(second.extensions().get("id")).isNotEqualTo(first.extensions().get("id"));
  }

  @ParameterizedTest
  @CsvSource({
    "400,BAD_REQUEST",
    "401,UNAUTHORIZED",
    "403,FORBIDDEN",
    "404,NOT_FOUND",
    "405,METHOD_NOT_ALLOWED",
    "413,PAYLOAD_TOO_LARGE",
    "415,UNSUPPORTED_MEDIA_TYPE",
    "417,BAD_REQUEST",
    "429,TOO_MANY_REQUESTS",
    "500,INTERNAL",
    "503,UNAVAILABLE"
  })
  void mapsStatus(int status, ProblemType type) {
    // Then
    assertThat(problems.of(new HttpException(status), "/x").type()).isEqualTo(type);
  }
}
