package dev.fairlead.bus.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimsTest {

  private static String part(String json) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
  }

  private static Claims with(String value) {
    return Claims.of(part("{\"member\":" + value + "}"));
  }

  @Test
  void tellsWhatIsOfTheTypeThatIsAskedFor() {
    assertThat(with("\"a\"").text("member")).isEqualTo("a");
    assertThat(with("\"a\"").textIfAny("member")).contains("a");
    assertThat(with("0").number("member")).isZero();
    assertThat(with("9007199254740991").number("member")).isEqualTo(9_007_199_254_740_991L);
    assertThat(with("null").has("member")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "7", "[\"a\"]", "{\"a\":\"a\"}", "true", "1e30", "1e999"})
  void takesNothingElseForAText(String value) {
    // Given
    Claims claims = with(value);

    // Then
    assertThatIllegalArgumentException().isThrownBy(() -> claims.text("member"));
    assertThatIllegalArgumentException().isThrownBy(() -> claims.textIfAny("member"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "\"7\"",
        "[7]",
        "{\"a\":7}",
        "true",
        "-1",
        "7.0",
        "1e3",
        "9007199254740992",
        "9223372036854775807",
        "18446744073709551623",
        "1e999"
      })
  void takesNothingElseForANumber(String value) {
    // Given
    Claims claims = with(value);

    // Then
    assertThatIllegalArgumentException().isThrownBy(() -> claims.number("member"));
  }

  @Test
  void missesWhatIsNotThere() {
    // Given
    Claims claims = Claims.of(part("{}"));

    // Then
    assertThat(claims.has("member")).isFalse();
    assertThat(claims.textIfAny("member")).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> claims.text("member"));
    assertThatIllegalArgumentException().isThrownBy(() -> claims.number("member"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "7", "[]", "\"a\"", "{", "{}{}", "{\"a\":1,}", "\u0000"})
  void isAnObjectOrNothing(String json) {
    assertThatIllegalArgumentException().isThrownBy(() -> Claims.of(part(json)));
    assertThat(Claims.unverified("." + part(json) + ".")).isEmpty();
  }

  @Test
  void isNothingThatIsNestedTooDeeply() {
    // Given
    String deep = part("{\"a\":" + "[".repeat(1_500) + "]".repeat(1_500) + "}");

    // When
    Optional<Claims> claims = Claims.unverified("." + deep + ".");

    // Then
    assertThat(claims).isEmpty();
  }

  @Test
  void readsATokenThatNobodyHasChecked() {
    assertThat(Claims.unverified("." + part("{\"sub\":\"d\"}") + ".").orElseThrow().text("sub"))
        .isEqualTo("d");
    assertThat(Claims.unverified(part("{}"))).isEmpty();
    assertThat(Claims.unverified("a." + part("{}"))).isEmpty();
    assertThat(Claims.unverified("a.=." + part("{}"))).isEmpty();
    assertThat(Claims.unverified("." + part("{}") + "." + "a".repeat(4_096))).isEmpty();
  }
}
