package dev.fairlead.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds the index of `docs/adr` to the decisions, and these to their form.
class DecisionsTest {

  private static final String FOLDER = "docs/adr/";
  private static final String HEADER = "| Number | Decision | Status |";
  private static final Pattern NUMBERED = Pattern.compile("docs/adr/(\\d{4})-[a-z0-9-]+\\.md");
  private static final Pattern FORM =
      Pattern.compile(
          "# \\d{4} (?<title>.+)\n\nStatus: (?<status>.+)\n\n## Context\n.+\n## Decision\n.+"
              + "\n## Alternatives\n.+\n## Consequences\n.+",
          Pattern.DOTALL);

  @Test
  void areIndexedByNumberTitleAndStatus() {
    // When
    List<List<String>> index = MarkdownTable.rows(SourceTree.read(FOLDER + "README.md"), HEADER);

    // Then
    assertThat(index)
        .isNotEmpty()
        .isEqualTo(decisions().stream().map(DecisionsTest::indexRow).toList());
  }

  @Test
  void areNumberedWithoutGaps() {
    // When
    List<Integer> numbers =
        decisions().stream()
            .map(file -> Integer.parseInt(file.substring(FOLDER.length(), FOLDER.length() + 4)))
            .toList();

    // Then
    assertThat(numbers)
        .isEqualTo(java.util.stream.IntStream.rangeClosed(1, numbers.size()).boxed().toList());
  }

  private static List<String> indexRow(String file) {
    Matcher form = FORM.matcher(SourceTree.read(file));
    assertThat(form.matches()).as(file).isTrue();
    String name = file.substring(FOLDER.length());
    return List.of(
        "[" + name.substring(0, 4) + "](" + name + ")",
        form.group("title").lines().findFirst().orElse(""),
        form.group("status").lines().findFirst().orElse(""));
  }

  private static List<String> decisions() {
    return SourceTree.files(file -> NUMBERED.matcher(file).matches());
  }
}
