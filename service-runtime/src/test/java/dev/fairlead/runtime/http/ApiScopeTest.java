package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a key may do that is kept to the devices of a group.
class ApiScopeTest {

  private final AtomicReference<String> asked = new AtomicReference<>("");
  private final ApiFixture api =
      new ApiFixture(
          ApiFixture.settings(),
          request -> {
            asked.set(request.group().orElse("") + "/" + request.path("id"));
            return ApiFixture.echo(request);
          });

  @AfterEach
  void close() {
    api.close();
  }

  private HttpResponse<Buffer> send(HttpMethod method, String path) {
    return api.anonymous(method, path).putHeader("Authorization", "Bearer keeper").send().await();
  }

  @Test
  void reachesTheDevicesOfItsGroupAndNoOthers() {
    // When
    HttpResponse<Buffer> inside = send(HttpMethod.GET, "/api/v1/things/lamp");
    HttpResponse<Buffer> outside = send(HttpMethod.GET, "/api/v1/things/pump");

    // Then
    assertThat(inside.statusCode()).isEqualTo(200);
    assertThat(asked).hasValue("night/lamp");
    assertThat(outside.statusCode()).isEqualTo(404);
    assertThat(ApiFixture.slug(outside)).isEqualTo("device-not-found");
  }

  @Test
  void leavesItToAnOperationThatKeepsToTheGroupItself() {
    // When
    HttpResponse<Buffer> listed = send(HttpMethod.GET, "/api/v1/things");

    // Then
    assertThat(listed.statusCode()).isEqualTo(200);
  }

  @Test
  void mayNotUseWhatTheContractSaysNothingAbout() {
    // When
    HttpResponse<Buffer> made = send(HttpMethod.POST, "/api/v1/things");
    HttpResponse<Buffer> put = send(HttpMethod.PUT, "/api/v1/things/lamp/content");

    // Then
    assertThat(made.statusCode()).isEqualTo(403);
    assertThat(ApiFixture.slug(put)).isEqualTo("forbidden");
    assertThat(api.audit).extracting(entry -> entry.outcome()).containsOnly("forbidden").hasSize(2);
  }

  @Test
  void keepsNobodyElse() {
    // When
    HttpResponse<Buffer> outside = api.get("/api/v1/things/pump");

    // Then
    assertThat(outside.statusCode()).isEqualTo(200);
    assertThat(asked).hasValue("/pump");
  }
}
