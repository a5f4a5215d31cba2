package dev.fairlead.gateway;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.problem.Problems;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// Serves the OpenAPI document of the gateway's doors, to everyone. The doors themselves are no
/// routes of it: what they take is decided before an upgrade, at the cost of a refusal.
final class Contract implements Handler<HttpServerRequest> {

  static final String PATH = "/api/v1/openapi/gateway.yaml";

  private static final String RESOURCE = "/gateway/openapi.yaml";
  private static final String YAML = "application/yaml";

  private final Problems problems;
  private final Buffer document = read();

  Contract(Problems problems) {
    this.problems = problems;
  }

  private static Buffer read() {
    try (InputStream in = Contract.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (request.method().equals(HttpMethod.GET)) {
      var _ = request.response().putHeader(HttpHeaders.CONTENT_TYPE, YAML).end(document.copy());
    } else {
      problems.answer(
          request,
          Problem.of(ProblemType.METHOD_NOT_ALLOWED, "Methods of this resource: GET.")
              .withHeader("Allow", "GET"));
    }
  }
}
