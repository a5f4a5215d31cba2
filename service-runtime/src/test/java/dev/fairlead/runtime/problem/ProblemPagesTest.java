package dev.fairlead.runtime.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemPagesTest {
  private static final Path PAGES = Path.of("..", "docs", "problems");

  @Test
  void hasPageForEachTypeAndNoOther() throws IOException {
    // Given
    Set<String> types =
        Stream.of(ProblemType.values())
            .map(type -> type.slug() + ".md")
            .collect(Collectors.toSet());

    // When
    Set<String> pages;
    try (Stream<Path> files = Files.list(PAGES)) {
      pages = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }

    // Then
    assertThat(pages).isEqualTo(types);
  }

  @ParameterizedTest
  @EnumSource
  void explainsType(ProblemType type) throws IOException {
    // When
    String page = Files.readString(PAGES.resolve(type.slug() + ".md"));

    // Then
    assertThat(page)
        .startsWith(
            "# " + type.title() + "\n\n`" + type.uri() + "`, status " + type.status() + "\n")
        .contains("\n## What it means\n\n", "\n## What to do\n\n");
  }

  @Test
  void namesEachTypeOnceAfterItsConstant() {
    // Then
    assertThat(ProblemType.values())
        .allSatisfy(
            type -> assertThat(type.slug().replace('-', '_')).isEqualToIgnoringCase(type.name()));
  }
}
