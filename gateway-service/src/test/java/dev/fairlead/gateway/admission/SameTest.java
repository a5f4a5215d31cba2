package dev.fairlead.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SameTest {

  private final Same<String> same = new Same<>();

  @Test
  void givesTheFirstForAllThatAreEqual() {
    // Given
    String first = same.same(copyOf("acme"));

    // Then
    assertThat(same.same(copyOf("acme"))).isSameAs(first);
  }

  @Test
  void givesItsOwnToEachOfTwoThatShareAPlace() {
    // Given: their hash codes are the same.
    String first = same.same(copyOf("Aa"));

    // When
    String second = same.same(copyOf("BB"));

    // Then
    assertThat(second).isEqualTo("BB");
    assertThat(same.same(copyOf("Aa"))).isEqualTo(first).isNotSameAs(first);
  }

  private static String copyOf(String text) {
    return String.copyValueOf(text.toCharArray());
  }
}
