package dev.fairlead.gateway.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTokensTest {

  private static HttpRequest through(HttpRequest request) {
    EmbeddedChannel channel = new EmbeddedChannel(new UrlTokens());
    channel.writeInbound(request);
    return channel.readInbound();
  }

  private static HttpRequest get(String uri) {
    return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri);
  }

  @ParameterizedTest
  @CsvSource({
    "/connect?token=a.b-c_d, /connect",
    "/connect?token=a.b-c_d&last=s, /connect?last=s",
    "/connect?last=s&token=a.b-c_d, /connect?last=s",
    "/connect?token=a.b-c_d&token=other, /connect",
    "/connect?token=a%2Eb-c_d, /connect",
    "/connect/a.b-c_d, /connect",
    "/connect/a.b-c_d?last=s, /connect?last=s",
    "/connect/other?token=a.b-c_d, /connect"
  })
  void movesTheTokenIntoTheHeader(String uri, String stripped) {
    // When
    HttpRequest request = through(get(uri));

    // Then
    assertThat(request.uri()).isEqualTo(stripped);
    assertThat(request.headers().get("Authorization")).isEqualTo("Bearer a.b-c_d");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/connect?token=",
        "/connect?token=%0d%0aX-Header:%20x",
        "/connect?token=%zz",
        "/connect/a%20b",
        "/connect?token=%00"
      })
  void takesOutWhatCannotBeAToken(String uri) {
    // When
    HttpRequest request = through(get(uri));

    // Then
    assertThat(request.uri()).isEqualTo("/connect");
    assertThat(request.headers()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/connect",
        "/connect?last=s",
        "/connect/",
        "/connected?token=a",
        "/api/v1/devices?token=a",
        "/"
      })
  void leavesOtherRequestsAsTheyAre(String uri) {
    // When
    HttpRequest request = through(get(uri));

    // Then
    assertThat(request.uri()).isEqualTo(uri);
    assertThat(request.headers()).isEmpty();
  }

  @Test
  void prefersTheTokenOfTheHeader() {
    // Given
    HttpRequest both = get("/connect?token=from-query");
    both.headers().set("Authorization", "Bearer from-header");

    // When
    HttpRequest request = through(both);

    // Then
    assertThat(request.uri()).isEqualTo("/connect");
    assertThat(request.headers().getAll("Authorization")).containsExactly("Bearer from-header");
  }
}
