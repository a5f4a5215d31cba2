package dev.fairlead.runtime.health;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.problem.Problems;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// The port for those who run the process: `/health/live`, `/health/ready` and `/metrics`. It is
/// not public and asks for no key.
public final class ManagementServer {
  private static final Set<HttpMethod> METHODS = Set.of(HttpMethod.GET, HttpMethod.HEAD);
  private static final String ALL_ADDRESSES = "0.0.0.0";
  private static final int IDLE_SECONDS = 75;
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final Vertx vertx;
  private final HttpServer server;
  private final Health health;
  private final PrometheusMeterRegistry meters;
  private final Problems problems;

  /// A server that does not listen yet.
  ///
  /// @param port the port on all addresses, 0 for a free one
  public ManagementServer(Vertx vertx, int port, Health health, PrometheusMeterRegistry meters) {
    this(vertx, ALL_ADDRESSES, port, health, meters);
  }

  /// A server that does not listen yet.
  ///
  /// @param host the address to listen on
  /// @param port the port there, 0 for a free one
  public ManagementServer(
      Vertx vertx, String host, int port, Health health, PrometheusMeterRegistry meters) {
    this.vertx = vertx;
    this.health = health;
    this.meters = meters;
    this.problems = new Problems(meters);
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost(host)
                    .setPort(port)
                    .setIdleTimeout(IDLE_SECONDS)
                    .setIdleTimeoutUnit(TimeUnit.SECONDS))
            .requestHandler(this::handle);
  }

  /// Listens. Fails when the port is taken.
  public Future<Void> start() {
    return server.listen().mapEmpty();
  }

  /// Closes the port.
  public Future<Void> stop() {
    return server.close();
  }

  /// The port it listens on.
  public int port() {
    return server.actualPort();
  }

  private void handle(HttpServerRequest request) {
    if (!METHODS.contains(request.method())) {
      problems.answer(
          request,
          Problem.of(ProblemType.METHOD_NOT_ALLOWED, "Methods of this resource: GET, HEAD.")
              .withHeader("Allow", "GET, HEAD"));
      return;
    }
    switch (request.path()) {
      case "/health/live" -> answer(request, 200, new JsonObject().put("status", "live"));
      case "/health/ready" -> ready(request);
      case "/metrics" -> metrics(request);
      case null, default ->
          problems.answer(
              request, Problem.of(ProblemType.NOT_FOUND, "There is nothing at this path."));
    }
  }

  /// 404 is what a balancer takes for "no new work, and leave alone what is there"; causes never
  /// change the status.
  private void ready(HttpServerRequest request) {
    Health.State state = health.state();
    int status =
        switch (state) {
          case STARTING -> 503;
          case READY -> 200;
          case DRAINING -> 404;
        };
    JsonObject causes = new JsonObject();
    Map<String, String> all = health.causes();
    all.keySet().stream().sorted().forEach(name -> causes.put(name, all.get(name)));
    answer(
        request,
        status,
        new JsonObject()
            .put("status", state.name().toLowerCase(Locale.ROOT))
            .put("causes", causes));
  }

  /// Off the event loop: the text of a large registry takes milliseconds.
  private void metrics(HttpServerRequest request) {
    vertx
        .executeBlocking(meters::scrape)
        .onSuccess(
            text ->
                request.response().putHeader(HttpHeaders.CONTENT_TYPE, PROMETHEUS_TEXT).end(text))
        .onFailure(e -> problems.answer(request, e));
  }

  private static void answer(HttpServerRequest request, int status, JsonObject body) {
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(body.toBuffer());
  }
}
