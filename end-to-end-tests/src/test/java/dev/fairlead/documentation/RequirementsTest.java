package dev.fairlead.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds `docs/requirements.md` to the numbers that there are and to the tests that exist.
class RequirementsTest {

  private static final String PAGE = "docs/requirements.md";
  private static final String HEADER = "| Number | Requirement | Shown by |";

  /// How many requirements each group has.
  private static final Map<String, Integer> GROUPS = groups();

  private static final String NOT_YET = "not yet";
  private static final String IN_PART = "in part: ";
  private static final Pattern TEST =
      Pattern.compile("`(dev(?:\\.[a-z]+)+\\.[A-Z]\\w*(?:Test|IT))(?:#(\\w+))?`");

  private static Map<String, Integer> groups() {
    Map<String, Integer> groups = new LinkedHashMap<>();
    groups.put("S0", 33);
    groups.put("S1", 20);
    groups.put("S2", 35);
    groups.put("S3", 17);
    groups.put("S4", 48);
    groups.put("X", 7);
    return groups;
  }

  @Test
  void hasEachNumberOnceInOrder() {
    // Given
    List<String> expected =
        GROUPS.entrySet().stream()
            .flatMap(
                group ->
                    IntStream.rangeClosed(1, group.getValue())
                        .mapToObj(number -> group.getKey() + "." + number))
            .toList();

    // When
    List<String> numbers = rows().stream().map(List::getFirst).toList();

    // Then
    assertThat(numbers).isEqualTo(expected);
  }

  @Test
  void saysForEachWhatIsAskedAndWhatShowsIt() {
    // When
    List<List<String>> rows = rows();

    // Then
    assertThat(rows)
        .allSatisfy(
            row -> {
              assertThat(row).hasSize(3);
              assertThat(row.get(1)).isNotBlank();
              assertThat(row.get(2))
                  .satisfiesAnyOf(
                      cell -> assertThat(cell).isEqualTo(NOT_YET),
                      cell ->
                          assertThat(tests(cell)).isNotEmpty().allMatch(TEST.asMatchPredicate()));
            });
  }

  @Test
  void namesTestsThatExist() {
    // Given
    List<String> sources = SourceTree.files(file -> file.contains("src/test/java/"));

    // When
    List<String> missing = new ArrayList<>();
    for (List<String> row : rows()) {
      TEST.matcher(row.getLast())
          .results()
          .filter(test -> !exists(sources, test.group(1), Optional.ofNullable(test.group(2))))
          .forEach(test -> missing.add(row.getFirst() + ": " + test.group()));
    }

    // Then
    assertThat(missing).isEmpty();
  }

  /// Every other page that names tests.
  @Test
  void namesTestsThatExistOnEveryPage() {
    // Given
    List<String> sources = SourceTree.files(file -> file.contains("src/test/java/"));

    // When
    List<String> missing = new ArrayList<>();
    for (String page : SourceTree.files(file -> file.startsWith("docs/") && file.endsWith(".md"))) {
      TEST.matcher(SourceTree.read(page))
          .results()
          .filter(test -> !exists(sources, test.group(1), Optional.ofNullable(test.group(2))))
          .forEach(test -> missing.add(page + ": " + test.group()));
    }

    // Then
    assertThat(missing).isEmpty();
  }

  private static boolean exists(List<String> sources, String type, Optional<String> method) {
    String path = "src/test/java/" + type.replace('.', '/') + ".java";
    return sources.stream()
        .filter(file -> file.endsWith(path))
        .map(SourceTree::read)
        .anyMatch(
            source ->
                method.isEmpty()
                    || Pattern.compile("\\s(?:void|Stream<.*>) " + method.get() + "\\(")
                        .matcher(source)
                        .find());
  }

  private static List<String> tests(String cell) {
    String tests = cell.startsWith(IN_PART) ? cell.substring(IN_PART.length()) : cell;
    return Stream.of(tests.split(", ", -1)).toList();
  }

  private static List<List<String>> rows() {
    return MarkdownTable.rows(SourceTree.read(PAGE), HEADER);
  }
}
