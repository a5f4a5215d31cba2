package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.abuse.FailureLimit;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where a request comes from, as the audit and the limits on wrong keys see it.
class ApiBehindProxyTest {

  private static ApiFixture behind(String proxies) {
    return new ApiFixture(
        ApiFixture.settings().behind(ProxyAddresses.of(List.of(proxies))),
        ApiFixture::echo,
        _ -> ApiResponse.noContent());
  }

  private static HttpResponse<Buffer> delete(ApiFixture api, String key, String forwardedFor) {
    return api.anonymous(HttpMethod.DELETE, "/api/v1/things/a")
        .putHeader("Authorization", "Bearer " + key)
        .putHeader("X-Forwarded-For", forwardedFor)
        .send()
        .await();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "127.0.0.1;    203.0.113.9;                          203.0.113.9",
        "127.0.0.1;    198.51.100.1, 203.0.113.9, 127.0.0.1; 203.0.113.9",
        "127.0.0.1;    198.51.100.1, 203.0.113.9:5000;       203.0.113.9",
        "127.0.0.1;    2001:db8::9;                          2001:db8:0:0:0:0:0:9",
        "127.0.0.1;    198.51.100.1, [2001:db8::9];          2001:db8:0:0:0:0:0:9",
        "127.0.0.1;    198.51.100.1, [2001:db8::9]:5000;     2001:db8:0:0:0:0:0:9",
        "127.0.0.1;    203.0.113.9, 127.0.0.1:5000;          203.0.113.9",
        "127.0.0.1;    198.51.100.1, <script>;               127.0.0.1",
        "127.0.0.1;    198.51.100.1, unknown, 127.0.0.1;     127.0.0.1",
        "127.0.0.1;    198.51.100.1, 203.0.113.9:port;       127.0.0.1",
        "127.0.0.1;    198.51.100.1,;                        127.0.0.1",
        "127.0.0.1;    127.0.0.1, 127.0.0.1;                 127.0.0.1",
        "127.0.0.1;    '';                                   127.0.0.1",
        "192.0.2.0/24; 203.0.113.9;                          127.0.0.1"
      })
  void takesAProxysWordAndNobodyElses(String proxies, String forwardedFor, String address) {
    try (ApiFixture api = behind(proxies)) {
      // When
      delete(api, "platform", forwardedFor);

      // Then
      assertThat(api.audit).singleElement().extracting(e -> e.address()).isEqualTo(address);
    }
  }

  @Test
  void bansWhoeverTriesKeysAndNotTheProxy() {
    // Given
    try (ApiFixture api =
        new ApiFixture(
            ApiFixture.settings()
                .withSignIns(new FailureLimit.Rule(2, Duration.ofMinutes(1), 16))
                .behind(ProxyAddresses.of(List.of("127.0.0.1"))),
            ApiFixture::echo)) {
      // When
      List<Integer> tried =
          List.of(
              delete(api, "wrong-1", "203.0.113.9").statusCode(),
              delete(api, "wrong-2", "203.0.113.9").statusCode(),
              delete(api, "wrong-3", "203.0.113.9").statusCode(),
              delete(api, "wrong-4", "203.0.113.10").statusCode());

      // Then
      assertThat(tried).containsExactly(401, 401, 429, 401);
    }
  }
}
