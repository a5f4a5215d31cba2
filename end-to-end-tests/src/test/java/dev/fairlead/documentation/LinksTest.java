package dev.fairlead.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Links within the repository lead somewhere, and every document can be found by them.
class LinksTest {

  private static final Pattern FENCED = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern CODE = Pattern.compile("`[^`\\n]*`");
  private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)\\s]+)\\)");
  private static final Pattern SCHEME = Pattern.compile("[a-z]+:.*");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");

  /// @param from the document that has it
  /// @param file what it leads to, relative to the root
  /// @param anchor the heading in it, empty for none
  private record Link(String from, String file, String anchor) {}

  @Test
  void leadSomewhere() {
    // Given
    List<Link> links = new ArrayList<>();
    SourceTree.markdownFiles().forEach(file -> links.addAll(linksOf(file)));

    // When
    List<Link> broken = links.stream().filter(link -> !leadsSomewhere(link)).toList();

    // Then
    assertThat(links).isNotEmpty();
    assertThat(broken).isEmpty();
  }

  @Test
  void leadFromTheReadmeToEveryDocument() {
    // Given
    Set<String> found = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of("README.md"));

    // When
    while (!open.isEmpty()) {
      String document = open.removeFirst();
      if (found.add(document)) {
        linksOf(document).stream()
            .map(Link::file)
            .filter(file -> file.endsWith(".md"))
            .forEach(open::add);
      }
    }

    // Then
    assertThat(found)
        .containsAll(SourceTree.files(file -> file.startsWith("docs/") && file.endsWith(".md")))
        .contains("CONTRIBUTING.md", "CHANGELOG.md");
  }

  private static List<Link> linksOf(String file) {
    String text = FENCED.matcher(SourceTree.read(file)).replaceAll("");
    return LINK.matcher(CODE.matcher(text).replaceAll("code"))
        .results()
        .map(match -> match.group(1))
        .filter(target -> !SCHEME.matcher(target).matches())
        .map(target -> link(file, target))
        .toList();
  }

  private static Link link(String from, String target) {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    String file = path.isEmpty() ? from : Path.of(from).resolveSibling(path).normalize().toString();
    return new Link(from, file, hash < 0 ? "" : target.substring(hash + 1));
  }

  private static boolean leadsSomewhere(Link link) {
    if (!Files.exists(SourceTree.resolve(link.file()))) {
      return false;
    }
    return link.anchor().isEmpty()
        || HEADING
            .matcher(FENCED.matcher(SourceTree.read(link.file())).replaceAll(""))
            .results()
            .anyMatch(heading -> anchor(heading.group(1)).equals(link.anchor()));
  }

  /// The anchor that Markdown renderers make of a heading.
  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }
}
