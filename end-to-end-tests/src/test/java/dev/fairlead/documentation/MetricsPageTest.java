package dev.fairlead.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Holds `docs/reference/metrics.md` to the meters that the sources make.
class MetricsPageTest {

  /// A meter's name is written out where the meter is made.
  private static final Pattern METER =
      Pattern.compile(
          "(?:\\.(?:counter|timer|summary|gauge)|(?:Counter|Timer|Gauge|DistributionSummary"
              + "|FunctionCounter|TimeGauge)\\s*\\.builder)\\(\\s*\"([a-z]+(?:\\.[a-z]+)+)\"");

  @Test
  void listsEachMeterOnceAndNoOther() {
    // Given
    Set<String> made = new TreeSet<>();
    for (String file : SourceTree.files(MetricsPageTest::isSource)) {
      METER.matcher(SourceTree.read(file)).results().map(MetricsPageTest::name).forEach(made::add);
    }

    // When
    List<String> listed =
        MetricsPage.read().meters().stream().map(MetricsPage.Meter::name).toList();

    // Then
    assertThat(listed).doesNotHaveDuplicates().isSorted().containsExactlyElementsOf(made);
  }

  private static String name(MatchResult match) {
    return match.group(1);
  }

  private static boolean isSource(String file) {
    return file.contains("src/main/java/") && file.endsWith(".java");
  }
}
