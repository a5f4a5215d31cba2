package dev.fairlead.registry.contractpage;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import dev.fairlead.runtime.problem.Problems;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the page that shows the contracts, to everyone, and hands every other request on. The
/// page fetches the contracts from its own address, where the URL map has them, and nothing from
/// elsewhere; its `Content-Security-Policy` allows no more than that.
public final class ContractPage implements Handler<HttpServerRequest> {

  /// The path of the page.
  public static final String PATH = "/api/v1/openapi";

  private static final Logger log = LoggerFactory.getLogger(ContractPage.class);

  private static final String FILES = PATH + "/page/";
  private static final String OWN = "/registry/openapi-page/";
  private static final String RENDERER = "/META-INF/resources/webjars/swagger-ui/";
  private static final String RENDERER_PROPERTIES =
      "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

  private static final String HTML = "text/html; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  /// Pictures of the renderer lie in its style sheet, as `data:`.
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Map<String, StaticFile> files = new HashMap<>();
  private final Handler<HttpServerRequest> others;
  private final Problems problems;

  /// @param others takes what is no part of the page
  public ContractPage(Handler<HttpServerRequest> others, Problems problems) {
    this.others = others;
    this.problems = problems;
    String renderer = RENDERER + rendererVersion() + "/";
    files.put(PATH, StaticFile.read(OWN + "index.html", HTML));
    files.put(FILES + "page.css", StaticFile.read(OWN + "page.css", CSS));
    files.put(FILES + "page.js", StaticFile.read(OWN + "page.js", SCRIPT));
    files.put(FILES + "swagger-ui.css", StaticFile.read(renderer + "swagger-ui.css", CSS));
    files.put(
        FILES + "swagger-ui-bundle.js", StaticFile.read(renderer + "swagger-ui-bundle.js", SCRIPT));
  }

  /// The files of the renderer lie below its version, which only its jar knows.
  private static String rendererVersion() {
    Properties properties = new Properties();
    try {
      properties.load(
          new StringReader(
              new String(StaticFile.bytes(RENDERER_PROPERTIES), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "");
  }

  @Override
  public void handle(HttpServerRequest request) {
    @Nullable StaticFile file = files.get(String.valueOf(request.path()));
    if (file == null) {
      others.handle(request);
    } else if (request.method().equals(HttpMethod.GET)
        || request.method().equals(HttpMethod.HEAD)) {
      answer(request, file);
    } else {
      problems.answer(
          request,
          Problem.of(ProblemType.METHOD_NOT_ALLOWED, "Methods of this resource: GET, HEAD.")
              .withHeader("Allow", "GET, HEAD"));
    }
  }

  private static void answer(HttpServerRequest request, StaticFile file) {
    HttpServerResponse response =
        request
            .response()
            .putHeader("Content-Security-Policy", POLICY)
            .putHeader("X-Content-Type-Options", "nosniff")
            .putHeader("Referrer-Policy", "no-referrer")
            // Kept, and asked for again each time: a new version shows at once.
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
            .putHeader(HttpHeaders.ETAG, file.entityTag());
    if (file.entityTag().equals(request.getHeader(HttpHeaders.IF_NONE_MATCH))) {
      response.setStatusCode(304);
      end(response);
      return;
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, file.mediaType())
        .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(file.content().length()));
    if (request.method().equals(HttpMethod.GET)) {
      response
          .end(file.content().copy())
          .onFailure(e -> log.atDebug().setCause(e).log("page not delivered"));
    } else {
      end(response);
    }
  }

  private static void end(HttpServerResponse response) {
    response.end().onFailure(e -> log.atDebug().setCause(e).log("page not delivered"));
  }
}
