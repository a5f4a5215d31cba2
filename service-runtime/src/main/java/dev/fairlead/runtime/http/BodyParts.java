package dev.fairlead.runtime.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/// The body of one request, taken part by part while the caller sends it. What is not asked for
/// stays with the caller: nothing is read ahead but what the connection holds. Safe to use from any
/// thread, one part at a time.
public final class BodyParts {

  /// How much that nobody wants is read and thrown away, so that the caller can read the answer; a
  /// body that is longer loses its connection.
  private static final long DISCARDED_BYTES_MAX = 16 << 20;

  private final HttpServerRequest request;
  private final Context context;

  // What follows is confined to the context.

  private Runnable taken = () -> {};
  private @Nullable Promise<Buffer> asked;
  private @Nullable Throwable failure;
  private boolean begun;
  private boolean ended;
  private long discarded;

  private BodyParts(HttpServerRequest request, Context context) {
    this.request = request;
    this.context = context;
  }

  /// Holds a body back until it is asked for. To be called on the context of the request, before
  /// anything of the body was read.
  static BodyParts of(HttpServerRequest request, Context context) {
    BodyParts parts = new BodyParts(request, context);
    request.exceptionHandler(parts::failed);
    request.endHandler(_ -> parts.ended());
    request.handler(parts::came);
    request.pause();
    return parts;
  }

  /// Is told of each part that somebody takes.
  void onTaken(Runnable listener) {
    taken = listener;
  }

  /// The next part; an empty one at the end, and after it. Fails when the caller goes away before
  /// the end.
  public Future<Buffer> next() {
    Promise<Buffer> promise = Promise.promise();
    context.runOnContext(_ -> ask(promise));
    return promise.future();
  }

  private void ask(Promise<Buffer> promise) {
    if (failure != null) {
      promise.fail(failure);
    } else if (ended) {
      promise.complete(Buffer.buffer());
    } else {
      asked = promise;
      begin();
      fetch();
    }
  }

  private void begin() {
    if (!begun
        && "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))
        && request.version() != HttpVersion.HTTP_1_0) {
      request.response().writeContinue();
    }
    begun = true;
  }

  private void fetch() {
    try {
      request.fetch(1);
    } catch (IllegalStateException e) { // it came to its end in this very moment
      ended();
    }
  }

  private void came(Buffer part) {
    Promise<Buffer> promise = asked;
    if (promise == null) {
      discarded += part.length();
      if (discarded > DISCARDED_BYTES_MAX) {
        request.connection().close();
      }
    } else if (part.length() == 0) {
      fetch(); // an empty one would be the end
    } else {
      asked = null;
      taken.run();
      promise.complete(part);
    }
  }

  private void ended() {
    ended = true;
    Promise<Buffer> promise = asked;
    asked = null;
    if (promise != null) {
      promise.complete(Buffer.buffer());
    }
  }

  private void failed(Throwable cause) {
    failure = cause;
    Promise<Buffer> promise = asked;
    asked = null;
    if (promise != null) {
      promise.fail(cause);
    }
  }

  /// Reads what is left and throws it away. To be called on the context of the request.
  void discard() {
    asked = null;
    if (!ended && failure == null) {
      try {
        request.resume();
      } catch (IllegalStateException e) {
        ended = true;
      }
    }
  }
}
