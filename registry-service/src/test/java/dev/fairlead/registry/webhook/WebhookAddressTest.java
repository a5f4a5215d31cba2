package dev.fairlead.registry.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookAddressTest {

  @Test
  void takesUrlApart() {
    assertThat(WebhookAddress.of("https://example.com", false))
        .isEqualTo(new WebhookAddress(true, "example.com", 443, "/"));
    assertThat(WebhookAddress.of("HTTPS://example.com:8443/a%20b?c=d", false))
        .isEqualTo(new WebhookAddress(true, "example.com", 8443, "/a%20b?c=d"));
    assertThat(WebhookAddress.of("http://[::1]:81/x", true))
        .isEqualTo(new WebhookAddress(false, "::1", 81, "/x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "http://example.com/",
        "http://127.0.0.1/",
        "https://",
        "https:///x",
        "https://user@example.com/",
        "https://example.com/#part",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://exa mple.com/"
      })
  void refusesWhatCannotBeOneOfAWebhook(String url) {
    assertThatThrownBy(() -> WebhookAddress.of(url, false)).isInstanceOf(ProblemException.class);
  }

  @Test
  void allowsPlainHttpToTheLoopbackAlone() {
    assertThat(WebhookAddress.of("http://127.0.0.1:8080/", true).encrypted()).isFalse();
    assertThatThrownBy(() -> WebhookAddress.of("http://10.0.0.1/", true))
        .isInstanceOf(ProblemException.class);
  }
}
