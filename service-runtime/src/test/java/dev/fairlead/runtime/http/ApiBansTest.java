package dev.fairlead.runtime.http;

import static dev.fairlead.runtime.http.ApiFixture.slug;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.abuse.FailureLimit;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// Wrong keys as callers meet their end.
class ApiBansTest {

  private static final FailureLimit.Rule TWO = new FailureLimit.Rule(2, Duration.ofMinutes(5), 64);

  private static HttpResponse<Buffer> with(ApiFixture api, String key) {
    return api.anonymous(HttpMethod.GET, "/api/v1/things/1")
        .putHeader("Authorization", "Bearer " + key)
        .send()
        .await();
  }

  @Test
  void answersWrongKeysFromABannedAddressWithTooManyRequestsAndGoodOnesAsEver() {
    try (ApiFixture api =
        new ApiFixture(ApiFixture.settings().withSignIns(TWO), ApiFixture::echo)) {
      // Given
      with(api, "wrong");
      with(api, "wrong");

      // When
      HttpResponse<Buffer> wrong = with(api, "wrong");
      HttpResponse<Buffer> good = with(api, "viewer");
      HttpResponse<Buffer> without =
          api.anonymous(HttpMethod.GET, "/api/v1/things/1").send().await();

      // Then
      assertThat(slug(wrong)).isEqualTo("too-many-requests");
      assertThat(Integer.parseInt(wrong.getHeader("Retry-After"))).isBetween(290, 300);
      assertThat(good.statusCode()).isEqualTo(200);
      assertThat(slug(without)).isEqualTo("unauthorized");
    }
  }

  @Test
  void showsNoKeyToTheOperation() {
    // Given
    List<Optional<String>> seen = new CopyOnWriteArrayList<>();
    Operation operation =
        request -> {
          seen.add(request.header("Authorization"));
          seen.add(Optional.ofNullable(request.http().getHeader("Authorization")));
          return ApiFixture.echo(request);
        };
    try (ApiFixture api = new ApiFixture(ApiFixture.settings(), operation)) {
      // When
      HttpResponse<Buffer> response = with(api, "viewer");

      // Then
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(seen).containsExactly(Optional.empty(), Optional.empty());
    }
  }
}
