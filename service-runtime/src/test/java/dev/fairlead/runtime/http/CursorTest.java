package dev.fairlead.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
  @Test
  void returnsWhatWentIn() {
    // Given
    List<String> parts = List.of("ünïcode \"quoted\"", "", "42");

    // When
    String cursor = Cursor.encode(parts);

    // Then
    assertThat(cursor).matches("[A-Za-z0-9_-]+");
    assertThat(Cursor.decode(cursor, 3)).isEqualTo(parts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*", "AAAA", "[\"a\"]"})
  void refusesWhatItDidNotMake(String text) {
    // Then
    assertBad(text, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[null]", "{}", "\"a\"", "[{}]", "[\"a\",\"b\"]", "[]"})
  void refusesOtherJson(String json) {
    // Then
    assertBad(Base64.getUrlEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8)), 1);
  }

  @Test
  void refusesCursorThatIsTooLong() {
    // Then
    assertBad("A".repeat(2049), 1);
    assertThatThrownBy(() -> Cursor.encode(List.of("x".repeat(2048))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertBad(String cursor, int size) {
    assertThatThrownBy(() -> Cursor.decode(cursor, size))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().type()).isEqualTo(ProblemType.BAD_CURSOR));
  }
}
