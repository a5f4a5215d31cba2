package dev.fairlead.runtime.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// Looks, as long as an answer lasts, whether its caller may still have it: whose key was taken
/// back, whose tenant was suspended or whose role is another hears no more of it. Confined to the
/// context of the request.
final class StreamGuard {

  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Vertx vertx;
  private final HttpServerResponse response;
  private final ApiStream stream;
  private final Supplier<Future<Optional<Principal>>> standing;
  private final Future<Optional<Principal>> first;

  /// That the caller did not take its end either.
  private boolean stopped;

  private StreamGuard(
      Vertx vertx,
      HttpServerResponse response,
      ApiStream stream,
      Supplier<Future<Optional<Principal>>> standing) {
    this.vertx = vertx;
    this.response = response;
    this.stream = stream;
    this.standing = standing;
    this.first = standing.get();
  }

  /// Begins to look, until the answer is over.
  ///
  /// @param standing tells who the caller is; a failure tells nothing, and is looked past
  /// @param sent completes at the end of the answer
  static void watch(
      Vertx vertx,
      Context context,
      HttpServerResponse response,
      ApiStream stream,
      Supplier<Future<Optional<Principal>>> standing,
      Future<Void> sent) {
    StreamGuard guard = new StreamGuard(vertx, response, stream, standing);
    long timer =
        vertx.setPeriodic(INTERVAL.toMillis(), _ -> context.runOnContext(_ -> guard.look()));
    sent.onComplete(_ -> guard.end(timer));
  }

  private void look() {
    if (stopped) {
      response.reset();
      return;
    }
    standing
        .get()
        .onSuccess(
            who -> {
              if (who.isEmpty() || (first.succeeded() && !who.equals(first.result()))) {
                stopped = true;
                stream.stop().run();
              }
            });
  }

  private void end(long timer) {
    vertx.cancelTimer(timer);
  }
}
