package dev.fairlead.registry.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchWordsTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "pump-17, pump 17",
        "North_Pump.2, north pump 2",
        "Überlauf Größe, überlauf größe",
        "3d printer, 3d printer",
        "ポンプ 7, ポンプ 7",
        "a'b\\c:d, a b c d",
        "--, \"\"",
        "𝒜pump, 𝒜pump"
      })
  void takesTextsApart(String text, String words) {
    // When
    String found = String.join(" ", SearchWords.of(Stream.of(text)));

    // Then
    assertThat(found).isEqualTo(words);
  }

  @Test
  void hasEachWordOnce() {
    // When
    var words = SearchWords.of(Stream.of("pump north", "north PUMP 2"));

    // Then
    assertThat(words).containsExactly("pump", "north", "2");
  }
}
