package dev.fairlead.runtime.http;

import static dev.fairlead.runtime.http.ApiFixture.slug;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.abuse.FailureLimit;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
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

  private static ApiResponse claim(ApiRequest request) {
    return switch (request.bodyBytes().length) {
      case 0 -> throw new ProblemException(ProblemType.ENROLMENT_NOT_FOUND, "none");
      case 1 -> throw new ProblemException(ProblemType.UNAUTHORIZED, "no key");
      case 2 -> throw new ProblemException(ProblemType.ENROLMENT_REFUSED, "used up");
      case 5 -> throw new ProblemException(ProblemType.SIGN_IN_FAILED, "made up");
      case 6 -> throw new ProblemException(ProblemType.SIGN_IN_REFUSED, "nobody's guest");
      case 7 -> throw new ProblemException(ProblemType.SIGN_IN_NOT_SET_UP, "no provider");
      default -> ApiResponse.noContent();
    };
  }

  private static HttpResponse<Buffer> claim(ApiFixture api, String secret) {
    return api.anonymous(HttpMethod.POST, "/api/v1/open/claims")
        .sendBuffer(Buffer.buffer(secret))
        .await();
  }

  private static ApiFixture claims(ApiSettings settings) {
    return new ApiFixture(settings, ApiFixture::echo, ApiBansTest::claim);
  }

  @Test
  void countsWrongSecretsOfGuardedOperationsWithTheWrongKeys() {
    try (ApiFixture api = claims(ApiFixture.settings().withSignIns(TWO))) {
      // Given
      assertThat(slug(claim(api, ""))).isEqualTo("enrolment-not-found");
      assertThat(slug(claim(api, "1"))).isEqualTo("unauthorized");
      assertThat(slug(claim(api, "22"))).isEqualTo("enrolment-refused");

      // When
      HttpResponse<Buffer> wrong = claim(api, "");
      HttpResponse<Buffer> wrongKey = with(api, "wrong");
      HttpResponse<Buffer> good = claim(api, "good");

      // Then
      assertThat(slug(wrong)).isEqualTo("too-many-requests");
      assertThat(Integer.parseInt(wrong.getHeader("Retry-After"))).isBetween(290, 300);
      assertThat(slug(wrongKey)).isEqualTo("too-many-requests");
      assertThat(good.statusCode()).isEqualTo(204);
    }
  }

  @Test
  void countsSignInsThatFailOrAreRefused() {
    try (ApiFixture api = claims(ApiFixture.settings().withSignIns(TWO))) {
      // Given
      assertThat(slug(claim(api, "7777777"))).isEqualTo("sign-in-not-set-up");
      assertThat(slug(claim(api, "55555"))).isEqualTo("sign-in-failed");
      assertThat(slug(claim(api, "666666"))).isEqualTo("sign-in-refused");

      // When
      HttpResponse<Buffer> onePast = claim(api, "55555");

      // Then
      assertThat(slug(onePast)).isEqualTo("too-many-requests");
    }
  }

  @Test
  void limitsCallsOfGuardedOperationsAndOfNoOthersByAddress() {
    try (ApiFixture api = claims(ApiFixture.settings().withOpenCalls(20))) {
      // Given
      claim(api, "good");
      claim(api, "good");

      // When
      HttpResponse<Buffer> onePast = claim(api, "good");
      HttpResponse<Buffer> unguarded = api.anonymous(HttpMethod.GET, "/api/v1/open").send().await();

      // Then
      assertThat(slug(onePast)).isEqualTo("too-many-requests");
      assertThat(Integer.parseInt(onePast.getHeader("Retry-After"))).isBetween(1, 3);
      assertThat(unguarded.statusCode()).isEqualTo(200);
      assertThat(api.meters.counter("http.calls.refused", "reason", "address-rate").count())
          .isEqualTo(1);
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
