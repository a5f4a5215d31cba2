package dev.fairlead.runtime.http;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/// Reads the body of one request into memory, up to a limit.
final class BodyReader {
  /// How much of a refused body is read and thrown away, so that the client can read the answer; a
  /// body longer than this loses its connection.
  private static final long DISCARDED_BYTES_MAX = 16 << 20;

  private final HttpServerRequest request;
  private final long limit;
  private final Promise<Buffer> promise = Promise.promise();
  private Buffer body = Buffer.buffer();
  private long received;

  private BodyReader(HttpServerRequest request, long limit) {
    this.request = request;
    this.limit = limit;
  }

  /// The body. Fails with `payload-too-large` as soon as it is known to be longer than `limit`
  /// bytes, and with the cause when the client goes away. To be called on the context of the
  /// request, before anything else has been read.
  static Future<Buffer> read(HttpServerRequest request, long limit) {
    BodyReader reader = new BodyReader(request, limit);
    reader.start();
    return reader.promise.future();
  }

  private void start() {
    request.exceptionHandler(promise::tryFail);
    request.endHandler(_ -> promise.tryComplete(body));
    request.handler(this::append);
    if (declaredLength() > limit) {
      refuse();
    } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))
        && request.version() != HttpVersion.HTTP_1_0) {
      request.response().writeContinue();
    }
  }

  private void append(Buffer part) {
    received += part.length();
    if (received <= limit) {
      body.appendBuffer(part);
      return;
    }
    refuse();
    if (received > DISCARDED_BYTES_MAX) {
      request.connection().close();
    }
  }

  private void refuse() {
    body = Buffer.buffer();
    promise.tryFail(
        Problem.of(
                ProblemType.PAYLOAD_TOO_LARGE,
                "A body of at most " + limit + " bytes is taken here.")
            .with("limit", limit)
            .exception());
  }

  private long declaredLength() {
    @Nullable String text = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return text == null ? 0 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0; // the HTTP codec refuses such a request; what is read is counted in any case
    }
  }
}
