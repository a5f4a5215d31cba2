package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.runtime.settings.Secret;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BrowserSessionTest {

  private static BrowserSession session(String id) {
    return new BrowserSession(
        Secret.of(id), new Principal("person-1", "blue", Role.VIEWER), Instant.EPOCH);
  }

  @Test
  void hasATokenOfItsOwn() {
    assertThat(session("one").csrfToken()).hasSize(43).isEqualTo(session("one").csrfToken());
    assertThat(session("one").csrfToken()).isNotEqualTo(session("two").csrfToken());
    assertThat(session("one").isCsrfToken(session("one").csrfToken())).isTrue();
    assertThat(session("one").isCsrfToken(session("two").csrfToken())).isFalse();
  }

  @Test
  void showsItsIdNowhere() {
    assertThat(session("the-id").toString()).doesNotContain("the-id");
  }
}
