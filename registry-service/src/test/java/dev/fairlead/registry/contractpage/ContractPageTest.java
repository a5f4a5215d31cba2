package dev.fairlead.registry.contractpage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.problem.Problems;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContractPageTest {

  private static final Pattern FILE =
      Pattern.compile("(?:src|href)=\"(/api/v1/openapi/page/[^\"]+)\"");

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private int port;

  @BeforeEach
  void start() {
    ContractPage page =
        new ContractPage(
            request -> request.response().setStatusCode(418).end(),
            new Problems(new SimpleMeterRegistry()));
    port =
        vertx.createHttpServer().requestHandler(page).listen(0, "127.0.0.1").await().actualPort();
  }

  @AfterEach
  void stop() {
    client.close();
    vertx.close().await();
  }

  private HttpResponse<String> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void showsThePageWithNothingFromElsewhere() throws Exception {
    // When
    HttpResponse<String> page = send("GET", "/api/v1/openapi");

    // Then
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(page.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(
            policy ->
                assertThat(policy)
                    .startsWith("default-src 'none';")
                    .contains("script-src 'self';", "frame-ancestors 'none'")
                    .doesNotContain("unsafe", "http", "*"));
    assertThat(page.body()).doesNotContain("//");
  }

  @Test
  void hasEveryFileThatThePageNames() throws Exception {
    // Given
    List<String> files =
        FILE.matcher(send("GET", "/api/v1/openapi").body()).results().map(m -> m.group(1)).toList();

    // When
    for (String file : files) {
      HttpResponse<String> answer = send("GET", file);

      // Then
      assertThat(answer.statusCode()).as(file).isEqualTo(200);
      assertThat(answer.body()).as(file).isNotBlank();
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValueSatisfying(
              type -> assertThat(type).startsWith(file.endsWith(".js") ? "text/java" : "text/css"));
    }
    assertThat(files).hasSize(4);
  }

  @Test
  void sendsNothingAgainThatIsThereAlready() throws Exception {
    // Given
    String tag = send("GET", "/api/v1/openapi").headers().firstValue("ETag").orElseThrow();

    // When
    HttpResponse<String> again = send("GET", "/api/v1/openapi", "If-None-Match", tag);

    // Then
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @Test
  void answersHeadWithoutABody() throws Exception {
    // When
    HttpResponse<String> head = send("HEAD", "/api/v1/openapi");

    // Then
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValueAsLong("Content-Length").orElse(0)).isPositive();
    assertThat(head.body()).isEmpty();
  }

  @Test
  void refusesOtherMethods() throws Exception {
    // When
    HttpResponse<String> answer = send("POST", "/api/v1/openapi");

    // Then
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
    assertThat(answer.body()).contains("/method-not-allowed");
  }

  @Test
  void handsOnWhatIsNoPartOfIt() throws Exception {
    // When
    HttpResponse<String> contract = send("GET", "/api/v1/openapi/registry.yaml");
    HttpResponse<String> climbing = send("GET", "/api/v1/openapi/page/../../../../etc/passwd");

    // Then
    assertThat(contract.statusCode()).isEqualTo(418);
    assertThat(climbing.statusCode()).isEqualTo(418);
  }
}
