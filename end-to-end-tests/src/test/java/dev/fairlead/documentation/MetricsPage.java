package dev.fairlead.documentation;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `docs/reference/metrics.md`.
///
/// @param meters in the order of the page
public record MetricsPage(List<Meter> meters) {

  private static final String PAGE = "docs/reference/metrics.md";
  private static final String HEADER = "| Meter | Kind | Tags | Says |";

  /// Copies the meters.
  public MetricsPage {
    meters = List.copyOf(meters);
  }

  /// One row.
  ///
  /// @param name as the code has it
  /// @param kind `counter`, `gauge` or `timer`
  /// @param tags the names of its own tags
  public record Meter(String name, String kind, Set<String> tags) {

    /// Copies the tags.
    public Meter {
      tags = Set.copyOf(tags);
    }

    /// How Prometheus names what it says.
    public Stream<String> series() {
      String plain = name.replace('.', '_');
      return switch (kind) {
        case "counter" -> Stream.of(plain + "_total");
        case "timer" -> Stream.of("_count", "_sum", "_max").map(end -> plain + "_seconds" + end);
        case "gauge" -> Stream.of(plain);
        default -> throw new IllegalStateException("not known here: " + kind);
      };
    }
  }

  /// Reads the page.
  public static MetricsPage read() {
    return new MetricsPage(
        MarkdownTable.rows(SourceTree.read(PAGE), HEADER).stream()
            .map(row -> new Meter(MarkdownTable.uncoded(row.get(0)), row.get(1), tags(row.get(2))))
            .toList());
  }

  private static Set<String> tags(String cell) {
    return Stream.of(MarkdownTable.uncoded(cell).split(",", -1))
        .map(String::strip)
        .filter(tag -> !tag.isEmpty())
        .collect(Collectors.toSet());
  }
}
