package dev.fairlead.registry.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.bus.identity.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttemptTest {

  @Test
  void comesBackFromItsCookie() {
    // Given
    Attempt attempt = Attempt.begin(Optional.of(new TenantId("acme")), "/devices?health=red#top");

    // When
    Attempt back = Attempt.of(attempt.cookie()).orElseThrow();

    // Then
    assertThat(back).isEqualTo(attempt);
    assertThat(back.isState(attempt.state().getValue())).isTrue();
    assertThat(back.nonce()).isEqualTo(attempt.nonce());
    assertThat(back.verifier()).isEqualTo(attempt.verifier());
  }

  @Test
  void isAnotherEachTimeAndTellsNothingOfItself() {
    // Given
    Attempt one = Attempt.begin(Optional.empty(), "/");
    Attempt two = Attempt.begin(Optional.empty(), "/");

    // Then
    assertThat(one.isState(two.state().getValue())).isFalse();
    assertThat(one.state().getValue())
        .isNotEqualTo(one.nonce().getValue())
        .isNotEqualTo(one.verifier().getValue());
    assertThat(one.verifier().getValue()).hasSize(43).isNotEqualTo(one.nonce().getValue());
    assertThat(one.toString()).doesNotContain(one.secret().reveal());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/a b",
        "/a\nb",
        "/\t/evil.example"
      })
  void leadsNowhereElse(String returnTo) {
    assertThatThrownBy(() -> Attempt.begin(Optional.empty(), returnTo))
        .isInstanceOf(IllegalArgumentException.class);
    String cookie = Attempt.begin(Optional.empty(), "/").cookie();
    String forged =
        cookie.substring(0, cookie.lastIndexOf('.') + 1)
            + Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(returnTo.getBytes(StandardCharsets.UTF_8));
    assertThat(Attempt.of(forged)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.b.c", "..", "short..Lw"})
  void isNotFoundInOtherCookies(String cookie) {
    assertThat(Attempt.of(cookie)).isEmpty();
  }

  @Test
  void leadsToPathsOfBoundedLength() {
    // Given
    String longest = "/" + "a".repeat(511);

    // Then
    assertThat(Attempt.begin(Optional.empty(), longest).returnTo()).isEqualTo(longest);
    assertThatThrownBy(() -> Attempt.begin(Optional.empty(), longest + "a"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
