package dev.fairlead.runtime.problem;

import com.fasterxml.jackson.core.JacksonException;
import io.netty.channel.unix.Errors.NativeIoException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.DecodeException;
import io.vertx.ext.web.handler.HttpException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/// The failures that the JDK, Vert.x and Jackson throw.
final class CommonFailures implements ProblemMapper {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  @Override
  public Optional<Problem> map(Throwable failure) {
    return Optional.ofNullable(
        switch (failure) {
          case ProblemException problem -> problem.problem();
          case HttpException http -> ofStatus(http.getStatusCode());
          case DecodeException _ -> malformedJson();
          case JacksonException _ -> malformedJson();
          case SocketException _ -> unavailable();
          case NativeIoException _ -> unavailable();
          case UnknownHostException _ -> unavailable();
          case ClosedChannelException _ -> unavailable();
          case TimeoutException _ -> unavailable();
          case HttpClosedException _ -> unavailable();
          case ConnectionPoolTooBusyException _ -> unavailable();
          default -> null;
        });
  }

  private static Problem malformedJson() {
    return Problem.of(ProblemType.MALFORMED_JSON, "The body cannot be read as JSON.");
  }

  static Problem unavailable() {
    return Problem.of(
            ProblemType.UNAVAILABLE,
            "Something that this request needs does not answer at the moment.")
        .retryAfter(RETRY_AFTER);
  }

  /// A status that a handler of Vert.x Web chose. Those that we do not speak of are faults of ours.
  static Problem ofStatus(int status) {
    return switch (status) {
      case 400 -> Problem.of(ProblemType.BAD_REQUEST, "The request cannot be understood.");
      case 401 -> Problem.of(ProblemType.UNAUTHORIZED, "The request carries no valid key.");
      case 403 -> Problem.of(ProblemType.FORBIDDEN, "The key does not allow this request.");
      case 404 -> Problem.of(ProblemType.NOT_FOUND, "There is nothing at this path.");
      case 405 ->
          Problem.of(ProblemType.METHOD_NOT_ALLOWED, "The resource does not know this method.");
      case 413 -> Problem.of(ProblemType.PAYLOAD_TOO_LARGE, "The body is too large.");
      case 415 ->
          Problem.of(ProblemType.UNSUPPORTED_MEDIA_TYPE, "The media type is not understood.");
      case 429 -> Problem.of(ProblemType.TOO_MANY_REQUESTS, "Too many requests.");
      case 503 -> unavailable();
      default ->
          status < 500
              ? Problem.of(ProblemType.BAD_REQUEST, "The request cannot be understood.")
              : Problem.of(ProblemType.INTERNAL, "The request could not be served.");
    };
  }
}
