package dev.fairlead.runtime.http;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request on its way: key, body, check, operation, answer. Begins and ends on the context of
/// the request; the check and the operation run on a virtual thread between.
final class ApiExchange {
  private static final Logger log = LoggerFactory.getLogger(ApiExchange.class);

  private final ApiParts parts;
  private final BoundOperation operation;
  private final RoutingContext routing;
  private final HttpServerRequest request;
  private final Context context;
  private final AtomicBoolean timedOut = new AtomicBoolean();
  private final Timer.Sample sample;

  /// Set before the thread of the operation is started, and read by it.
  private long timer;

  ApiExchange(ApiParts parts, BoundOperation operation, RoutingContext routing) {
    this.parts = parts;
    this.operation = operation;
    this.routing = routing;
    this.request = routing.request();
    this.context = parts.vertx().getOrCreateContext();
    this.sample = Timer.start(parts.meters());
  }

  void begin() {
    @Nullable Principal principal = null;
    if (operation.secured()) {
      try {
        principal = parts.signIns().principalOf(request.headers(), peerAddress());
      } catch (ProblemException refused) {
        fail(refused);
        return;
      }
    }
    dispatch(principal);
  }

  private void dispatch(@Nullable Principal principal) {
    RequestValues values = RequestValues.of(routing);
    BodyReader.read(request, parts.settings().bodyBytesMax())
        .onSuccess(body -> dispatch(values, body.getBytes(), principal))
        .onFailure(this::fail);
  }

  private String peerAddress() {
    SocketAddress peer = request.remoteAddress();
    return peer == null || peer.hostAddress() == null ? "" : peer.hostAddress();
  }

  private void dispatch(RequestValues values, byte[] body, @Nullable Principal principal) {
    if (!parts.permits().tryAcquire()) {
      fail(
          Problem.of(ProblemType.UNAVAILABLE, "Too many requests are under way here.")
              .retryAfter(Duration.ofSeconds(1))
              .exception());
      return;
    }
    ApiRequest apiRequest = new ApiRequest(request, context, values, body, principal);
    Thread thread =
        Thread.ofVirtual().name("api-" + operation.id()).unstarted(() -> run(apiRequest, values));
    timer = parts.vertx().setTimer(parts.settings().timeout().toMillis(), _ -> interrupt(thread));
    thread.start();
  }

  private void interrupt(Thread thread) {
    timedOut.set(true);
    thread.interrupt();
  }

  private void run(ApiRequest apiRequest, RequestValues values) {
    Runnable answer;
    try {
      answer = served(apiRequest, values);
    } catch (Throwable e) { // an Error too: nobody else would answer the request
      Throwable failure = timedOut.get() ? tooLong() : e;
      answer = () -> fail(failure);
    } finally {
      parts.vertx().cancelTimer(timer);
      // Before the answer: who has it may ask again, and finds the place free.
      parts.permits().release();
    }
    Runnable ready = answer;
    context.runOnContext(_ -> ready.run());
  }

  private Runnable served(ApiRequest apiRequest, RequestValues values) throws Exception {
    operation.check(values, apiRequest.bodyBytes());
    ApiResponse response = operation.operation().handle(apiRequest);
    @Nullable Object document = response.body();
    Buffer body = document == null ? Buffer.buffer() : Buffer.buffer(Json.write(document));
    return () -> write(response, body);
  }

  private static Throwable tooLong() {
    return Problem.of(
            ProblemType.UNAVAILABLE,
            "The request took too long; whether it had an effect is not known.")
        .retryAfter(Duration.ofSeconds(1))
        .exception();
  }

  private void write(ApiResponse answer, Buffer body) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      stop(answer.status());
      return;
    }
    try {
      answer.headers().forEach(response::putHeader);
    } catch (IllegalArgumentException e) { // a header field that HTTP cannot carry
      response.headers().clear();
      fail(e);
      return;
    }
    stop(answer.status());
    response.setStatusCode(answer.status());
    if (answer.body() != null) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }
    response.end(body).onFailure(e -> log.atDebug().setCause(e).log("answer not delivered"));
  }

  private void fail(Throwable failure) {
    stop(parts.problems().answer(request, failure).type().status());
  }

  private void stop(int status) {
    sample.stop(
        parts
            .meters()
            .timer(
                "http.requests", "operation", operation.id(), "status", Integer.toString(status)));
  }
}
