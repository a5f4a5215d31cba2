package dev.fairlead.runtime.problem;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where a failure becomes an answer. Safe to use from any thread.
///
/// What no mapper knows is `internal`: logged once, with an id that the caller is told and nothing
/// else about it. Every answer is counted as `http.problems`, tagged with its type.
public final class Problems {
  private static final Logger log = LoggerFactory.getLogger(Problems.class);

  /// How deep a failure may be wrapped; the bound also ends a chain of causes that is a circle.
  private static final int CAUSES_MAX = 8;

  private final List<ProblemMapper> mappers;
  private final MeterRegistry meters;

  /// Counts on `meters` and asks `mappers`, in this order, after the failures that are known
  /// everywhere.
  public Problems(MeterRegistry meters, ProblemMapper... mappers) {
    this.meters = meters;
    List<ProblemMapper> all = new ArrayList<>();
    all.add(new CommonFailures());
    all.addAll(List.of(mappers));
    this.mappers = List.copyOf(all);
  }

  /// The problem that a failure stands for. An unknown failure is logged here, once, with `place`.
  public Problem of(Throwable failure, String place) {
    @Nullable Throwable cause = failure;
    for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++) {
      Optional<Problem> known = known(cause);
      if (known.isPresent()) {
        return known.get().instance() == null ? known.get().at(place) : known.get();
      }
      cause = isWrapper(cause) ? cause.getCause() : null;
    }
    String id = UUID.randomUUID().toString();
    log.atError()
        .addKeyValue("problemId", id)
        .addKeyValue("place", place)
        .setCause(failure)
        .log("request failed");
    return Problem.of(
            ProblemType.INTERNAL,
            "The request could not be served. Tell us the id and we can look it up.")
        .with("id", id)
        .at(place);
  }

  /// Answers a request with what a failure stands for, and says what that is. To be called on the
  /// context of the request.
  public Problem answer(HttpServerRequest request, Throwable failure) {
    @Nullable String path = request.path();
    Problem problem = of(failure, path == null ? "/" : path);
    answer(request, problem);
    return problem;
  }

  /// Answers a request with a problem, unless it has been answered or its connection is gone. To be
  /// called on the context of the request.
  public void answer(HttpServerRequest request, Problem problem) {
    answer(request, problem, false);
  }

  private void answer(HttpServerRequest request, Problem problem, boolean asPage) {
    meters.counter("http.problems", "type", problem.type().slug()).increment();
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed() || response.headWritten()) {
      return;
    }
    @Nullable String path = request.path();
    Problem placed = problem.instance() == null && path != null ? problem.at(path) : problem;
    response.setStatusCode(placed.type().status());
    if (asPage) {
      ProblemPage.describe(response);
    } else {
      response.putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
    }
    if (placed.type() == ProblemType.UNAUTHORIZED) {
      // RFC 9110 §11.6.1: a 401 names a way to authenticate.
      response.putHeader("WWW-Authenticate", "Bearer realm=\"fairlead\"");
    }
    placed.headers().forEach(response::putHeader);
    Buffer body = asPage ? Buffer.buffer(ProblemPage.html(placed)) : placed.json().toBuffer();
    response.end(body).onFailure(e -> log.atDebug().setCause(e).log("answer not delivered"));
  }

  /// The same for whoever may sit in front of a browser: a page for a browser, the document for
  /// everybody else.
  public Problem answerPerson(HttpServerRequest request, Throwable failure) {
    @Nullable String path = request.path();
    Problem problem = of(failure, path == null ? "/" : path);
    answer(request, problem, ProblemPage.isAskedFor(request));
    return problem;
  }

  private Optional<Problem> known(Throwable failure) {
    return mappers.stream()
        .map(mapper -> mapper.map(failure))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static boolean isWrapper(Throwable failure) {
    return failure instanceof ExecutionException || failure instanceof CompletionException;
  }
}
