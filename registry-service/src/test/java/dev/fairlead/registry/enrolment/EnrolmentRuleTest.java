package dev.fairlead.registry.enrolment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnrolmentRuleTest {

  @ParameterizedTest
  @CsvSource({
    "pump, pump, true",
    "pump, pumps, false",
    "pump, pum, false",
    "*, a, true",
    "**, a, true",
    "?, a, true",
    "?, ab, false",
    "??, a, false",
    "pump-*, pump-, true",
    "pump-*, xpump-1, false",
    "*-1, a-1-1, true",
    "*-1, a-1-2, false",
    "a*b*c, a1b2c, true",
    "a*b*c, abcb, false",
    "a.c, abc, false",
    "*a?, aab, true",
  })
  void knowsWhatAPatternStandsFor(String pattern, String text, boolean fits) {
    assertThat(EnrolmentRule.matches(pattern, text)).isEqualTo(fits);
  }

  @Test
  void isQuickAlsoWithTheWorstOfPatterns() {
    // Given
    String pattern = "*a".repeat(64);
    String text = "a".repeat(63) + "b".repeat(65);

    // When
    boolean fits =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(5), () -> EnrolmentRule.matches(pattern, text));

    // Then
    assertThat(fits).isFalse();
  }
}
