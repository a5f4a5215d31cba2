package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.settings.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.client.WebClient;
import java.net.BindException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpServersTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void refusesHeaderThatIsTooLarge() {
    // Given
    HttpServer server =
        HttpServers.listen(
                vertx, HttpServerSettings.of("127.0.0.1", 0), request -> request.response().end())
            .await();

    // When
    int small = status(server, 8 * 1024);
    int large = status(server, 17 * 1024);

    // Then
    assertThat(small).isEqualTo(200);
    assertThat(large).isEqualTo(431);
  }

  private int status(HttpServer server, int headerBytes) {
    return WebClient.create(vertx)
        .get(server.actualPort(), "127.0.0.1", "/")
        .putHeader("Filler", "x".repeat(headerBytes))
        .send()
        .await()
        .statusCode();
  }

  @Test
  void failsWhenPortIsTaken() {
    // Given
    HttpServer server =
        HttpServers.listen(
                vertx, HttpServerSettings.of("127.0.0.1", 0), request -> request.response().end())
            .await();
    Vertx other = Vertx.vertx();
    HttpServerSettings taken = HttpServerSettings.of("127.0.0.1", server.actualPort());

    // Then
    assertThatThrownBy(
            () -> HttpServers.listen(other, taken, request -> request.response().end()).await())
        .isInstanceOf(BindException.class);
    other.close().await();
  }

  @Test
  void hasDefaults() {
    // Given
    Settings settings = Settings.of(Map.of());

    // When
    HttpServerSettings http = HttpServerSettings.from(settings, 8080);

    // Then
    settings.finish();
    assertThat(http)
        .isEqualTo(new HttpServerSettings("0.0.0.0", 8080, Duration.ofSeconds(75), 16 * 1024));
    assertThat(ApiSettings.from(settings, "x"))
        .isEqualTo(
            new ApiSettings("x", 1 << 20, 512, Duration.ofSeconds(15))
                .withSignIns(new FailureLimit.Rule(30, Duration.ofMinutes(5), 16_384)));
  }

  @Test
  void mapsEverySetting() {
    // Given
    Settings settings =
        Settings.of(
            Map.of(
                "FAIRLEAD_HTTP_HOST", "127.0.0.1",
                "FAIRLEAD_HTTP_PORT", "1",
                "FAIRLEAD_HTTP_IDLE_TIMEOUT", "2m",
                "FAIRLEAD_HTTP_HEADER_MAX", "8KiB",
                "FAIRLEAD_API_BODY_MAX", "2KiB",
                "FAIRLEAD_API_REQUESTS_MAX", "3",
                "FAIRLEAD_API_TIMEOUT", "4s",
                "FAIRLEAD_SIGN_IN_FAILURES_PER_ADDRESS", "5",
                "FAIRLEAD_BAN_DURATION", "6s"));

    // When
    HttpServerSettings http = HttpServerSettings.from(settings, 8080);
    ApiSettings api = ApiSettings.from(settings, "x");

    // Then
    settings.finish();
    assertThat(http).isEqualTo(new HttpServerSettings("127.0.0.1", 1, Duration.ofMinutes(2), 8192));
    assertThat(api)
        .isEqualTo(
            new ApiSettings("x", 2048, 3, Duration.ofSeconds(4))
                .withSignIns(new FailureLimit.Rule(5, Duration.ofSeconds(6), 16_384)));
  }
}
