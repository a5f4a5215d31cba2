package dev.fairlead.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.documentation.ReadmeBlock.Expectation;
import dev.fairlead.documentation.ReadmeBlock.Run;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each block of shell in `README.md` and in `docs/api.md` says how it is run.
class ReadmeMarksTest {

  @Test
  void startsOneProcessThenSetsValuesThenTries() {
    // When
    List<Run> runs =
        ReadmeBlock.of(SourceTree.read("README.md")).stream().map(ReadmeBlock::run).toList();

    // Then
    assertThat(runs).startsWith(Run.UP, Run.VALUES, Run.TRY).containsOnlyOnce(Run.UP, Run.VALUES);
  }

  @Test
  void setsValuesThenTriesInTheGuideToTheInterface() {
    // When
    List<Run> runs =
        ReadmeBlock.of(SourceTree.read("docs/api.md")).stream().map(ReadmeBlock::run).toList();

    // Then
    assertThat(runs).startsWith(Run.VALUES, Run.TRY).doesNotContain(Run.NO);
  }

  @Test
  void setsValuesThenTriesOnThePageOfCertificates() {
    // When
    List<Run> runs =
        ReadmeBlock.of(SourceTree.read("docs/certificates.md")).stream()
            .map(ReadmeBlock::run)
            .toList();

    // Then
    assertThat(runs).startsWith(Run.VALUES, Run.TRY).containsOnlyOnce(Run.VALUES);
  }

  @Test
  void setsValuesThenTriesOnThePageOfDockerCompose() {
    // When
    List<Run> runs =
        ReadmeBlock.of(SourceTree.read("docs/docker-compose.md")).stream()
            .map(ReadmeBlock::run)
            .toList();

    // Then
    assertThat(runs).startsWith(Run.UP, Run.VALUES, Run.TRY);
    assertThat(runs).filteredOn(Run.NO::equals).hasSize(2);
  }

  @Test
  void readsMarkWithItsExpectation() {
    // Given
    String document =
        """
        Text
        <!-- run: try until: "online":true -->
        ```sh
        one
        two
        ```
        <!-- run: no -->
        ```sh
        three
        ```
        """;

    // When
    List<ReadmeBlock> blocks = ReadmeBlock.of(document);

    // Then
    assertThat(blocks)
        .containsExactly(
            new ReadmeBlock(
                3, Run.TRY, Optional.of(new Expectation("\"online\":true", true)), "one\ntwo"),
            new ReadmeBlock(8, Run.NO, Optional.empty(), "three"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "```sh\none\n```\n",
        "<!-- run: try -->\n\n```sh\none\n```\n",
        "<!-- run: tray -->\n```sh\none\n```\n",
        "<!-- run: try expects: x -->\n```sh\none\n```\n",
        "<!-- run: try expect: -->\n```sh\none\n```\n",
        "<!-- run: background expect: x -->\n```sh\none\n```\n",
        "<!-- run: try -->\n```sh\none\n"
      })
  void refusesBlockWithoutRightMarkOrEnd(String document) {
    // Then
    assertThatThrownBy(() -> ReadmeBlock.of(document))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line ");
  }
}
