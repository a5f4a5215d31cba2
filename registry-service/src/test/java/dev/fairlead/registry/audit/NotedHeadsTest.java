package dev.fairlead.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotedHeadsTest {

  private static final String ONE = "1".repeat(64);
  private static final String TWO = "2".repeat(64);

  @Test
  void readsSeveralChecksInOneFile() {
    // When
    NotedHeads heads =
        NotedHeads.of(
            List.of(
                "# chains: all there",
                "acme 3 " + ONE + " intact, from 1",
                "",
                "# chains: all there",
                "acme 3 " + ONE + " intact, from 2",
                "acme 9 " + TWO + " BROKEN, entry 10 was changed, from 2",
                "other 1 " + TWO));

    // Then
    assertThat(heads.tenants()).containsExactlyInAnyOrder("acme", "other");
    assertThat(heads.of("acme")).containsExactly(entry(3L, ONE), entry(9L, TWO));
    assertThat(heads.of("nobody")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"acme 3", "acme three HASH", "acme 3 HASHHASH", "acme 3 HASHES", "HASH"})
  void refusesWhatIsNoHead(String line) {
    // Given
    List<String> lines = List.of("acme 1 " + ONE, line.replace("HASH", TWO));

    // Then
    assertThatThrownBy(() -> NotedHeads.of(lines))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line 2");
  }

  @Test
  void refusesHeadsThatContradictEachOther() {
    // Given
    List<String> lines = List.of("acme 1 " + ONE, "acme 1 " + TWO);

    // Then
    assertThatThrownBy(() -> NotedHeads.of(lines)).hasMessageContaining("contradicts");
  }
}
