package dev.fairlead.runtime.http;

import static dev.fairlead.runtime.http.ApiFixture.slug;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ApiOverloadTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @Test
  void refusesOneRequestTooManyAndRecovers() throws InterruptedException {
    // Given
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Operation slow =
        request -> {
          entered.countDown();
          release.await();
          return ApiFixture.echo(request);
        };
    try (ApiFixture api = new ApiFixture(new ApiSettings("test", 1024, 1, LONG), slow)) {
      Future<HttpResponse<Buffer>> first = of(api, "acme");
      entered.await();

      // When
      HttpResponse<Buffer> second = of(api, "umbrella").await();
      release.countDown();
      HttpResponse<Buffer> answered = first.await();
      HttpResponse<Buffer> third = api.get("/api/v1/things/3");

      // Then
      assertThat(slug(second)).isEqualTo("unavailable");
      assertThat(second.getHeader("Retry-After")).isEqualTo("1");
      assertThat(answered.statusCode()).isEqualTo(200);
      assertThat(third.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void keepsPlacesFreeForOtherTenants() throws InterruptedException {
    // Given
    CountDownLatch entered = new CountDownLatch(2);
    CountDownLatch release = new CountDownLatch(1);
    Operation slow =
        request -> {
          entered.countDown();
          if (request.tenant().equals("acme")) {
            release.await();
          }
          return ApiFixture.echo(request);
        };
    try (ApiFixture api = new ApiFixture(new ApiSettings("test", 1024, 4, LONG), slow)) {
      Future<HttpResponse<Buffer>> first = of(api, "acme");
      Future<HttpResponse<Buffer>> second = of(api, "acme");
      entered.await();

      // When
      HttpResponse<Buffer> third = of(api, "acme").await();
      HttpResponse<Buffer> others = of(api, "umbrella").await();
      release.countDown();
      first.await();
      second.await();
      HttpResponse<Buffer> fourth = of(api, "acme").await();

      // Then
      assertThat(slug(third)).isEqualTo("too-many-requests");
      assertThat(third.getHeader("Retry-After")).isEqualTo("1");
      assertThat(others.statusCode()).isEqualTo(200);
      assertThat(fourth.statusCode()).isEqualTo(200);
    }
  }

  /// A request of the platform's admin for a tenant.
  private static Future<HttpResponse<Buffer>> of(ApiFixture api, String tenant) {
    return api.anonymous(HttpMethod.GET, "/api/v1/things/1")
        .putHeader("Authorization", "Bearer platform")
        .putHeader("Fairlead-Tenant", tenant)
        .send();
  }

  @Test
  void interruptsOperationThatTakesTooLong() {
    // Given
    Operation endless =
        _ -> {
          new CountDownLatch(1).await();
          return ApiResponse.noContent();
        };
    ApiSettings settings = new ApiSettings("test", 1024, 1, Duration.ofMillis(50));
    try (ApiFixture api = new ApiFixture(settings, endless)) {

      // When
      HttpResponse<Buffer> response = api.get("/api/v1/things/1");

      // Then
      assertThat(slug(response)).isEqualTo("unavailable");
      assertThat(response.bodyAsString()).contains("took too long");
    }
  }
}
