package dev.fairlead.runtime.health;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ManagementServerTest {
  private final Vertx vertx = Vertx.vertx();
  private final Health health = new Health();
  private final ManagementServer server =
      new ManagementServer(vertx, 0, health, Metrics.create("test"));

  @BeforeEach
  void open() {
    server.start().await();
  }

  @AfterEach
  void close() {
    server.stop().await();
    vertx.close().await();
  }

  private HttpResponse<Buffer> request(HttpMethod method, String path) {
    return WebClient.create(vertx).request(method, server.port(), "127.0.0.1", path).send().await();
  }

  private static JsonObject json(HttpResponse<Buffer> response) {
    return requireNonNull(response.bodyAsJsonObject());
  }

  private HttpResponse<Buffer> get(String path) {
    return request(HttpMethod.GET, path);
  }

  @Test
  void tellsEachStateByItsStatus() {
    // When
    HttpResponse<Buffer> starting = get("/health/ready");
    health.ready();
    HttpResponse<Buffer> ready = get("/health/ready");
    health.draining();
    HttpResponse<Buffer> draining = get("/health/ready");

    // Then
    assertThat(starting.statusCode()).isEqualTo(503);
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(draining.statusCode()).isEqualTo(404);
    assertThat(json(draining).getString("status")).isEqualTo("draining");
  }

  @Test
  void showsCausesWithoutChangingStatus() {
    // Given
    health.ready();
    health.component("kafka").down("no broker answers");
    health.component("postgres").down("refused");

    // When
    HttpResponse<Buffer> troubled = get("/health/ready");
    health.component("postgres").up();
    HttpResponse<Buffer> better = get("/health/ready");

    // Then
    assertThat(troubled.statusCode()).isEqualTo(200);
    assertThat(troubled.bodyAsString())
        .isEqualTo(
            """
            {"status":"ready","causes":{"kafka":"no broker answers","postgres":"refused"}}""");
    assertThat(json(better).getJsonObject("causes").fieldNames()).containsExactly("kafka");
  }

  @Test
  void isLiveInEveryState() {
    // Given
    health.draining();

    // Then
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void staysDrainingOnceItDrains() {
    // Given
    health.draining();

    // When
    health.ready();

    // Then
    assertThat(health.state()).isEqualTo(Health.State.DRAINING);
  }

  @Test
  void showsMetersOfProcess() {
    // When
    HttpResponse<Buffer> response = get("/metrics");

    // Then
    assertThat(response.getHeader("Content-Type")).startsWith("text/plain; version=0.0.4");
    assertThat(response.bodyAsString())
        .contains("jvm_memory_used_bytes{", "process_uptime_seconds{", "service=\"test\"");
  }

  @Test
  void answersOtherPathsAndMethodsWithProblems() {
    // When
    HttpResponse<Buffer> path = get("/api/v1/devices");
    HttpResponse<Buffer> method = request(HttpMethod.POST, "/metrics");

    // Then
    assertThat(json(path).getString("type")).endsWith("/not-found");
    assertThat(method.statusCode()).isEqualTo(405);
    assertThat(method.getHeader("Allow")).isEqualTo("GET, HEAD");
  }
}
