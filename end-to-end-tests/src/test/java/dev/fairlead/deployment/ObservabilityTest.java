package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.documentation.SourceTree;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Alert rules and dashboards ask for what is there, and each alert has a section in
/// `docs/runbooks.md`.
class ObservabilityTest {

  private static final String DIRECTORY = "deploy/observability";
  private static final String RUNBOOKS = "docs/runbooks.md";
  private static final Pattern HEADING = Pattern.compile("(?m)^## (Fairlead\\w+)$");

  @Test
  void everyAlertAsksForWhatIsThere() {
    // Given
    KnownSeries known = KnownSeries.read();

    // Then
    assertThat(alerts())
        .hasSizeGreaterThan(20)
        .allSatisfy(
            alert ->
                assertThat(known.unknownIn(alert.path("expr").asText())).as(name(alert)).isEmpty());
  }

  @Test
  void everyAlertSaysWhatItIsAndWhatToDo() {
    assertThat(alerts())
        .allSatisfy(
            alert -> {
              assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning");
              assertThat(alert.at("/annotations/summary").asText()).isNotBlank();
              assertThat(alert.at("/annotations/description").asText()).isNotBlank();
              assertThat(alert.at("/annotations/runbook").asText())
                  .isEqualTo(RUNBOOKS + "#" + name(alert).toLowerCase(Locale.ROOT));
            });
    assertThat(
            HEADING.matcher(SourceTree.read(RUNBOOKS)).results().map(heading -> heading.group(1)))
        .containsExactlyElementsOf(alerts().stream().map(ObservabilityTest::name).toList());
  }

  /// That an alert is raised is shown by `alerts-test.yaml`; none is left out there.
  @Test
  void everyAlertIsTested() {
    assertThat(alerts().stream().map(ObservabilityTest::name))
        .allMatch(
            SourceTree.read(DIRECTORY + "/alerts-test.yaml")::contains,
            "named in alerts-test.yaml");
  }

  static List<String> dashboards() {
    return SourceTree.files(
        file -> file.startsWith(DIRECTORY + "/dashboards/") && file.endsWith(".json"));
  }

  @Test
  void thereIsADashboardOfEachConcern() {
    assertThat(dashboards())
        .extracting(file -> file.substring(file.lastIndexOf('/') + 1))
        .containsExactly("commands.json", "fleet.json", "gateway.json", "kafka-lag.json");
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void everyPanelAsksForWhatIsThere(String file) throws IOException {
    // Given
    KnownSeries known = KnownSeries.read();

    // When
    JsonNode dashboard = new JsonMapper().readTree(SourceTree.read(file));

    // Then
    assertThat(dashboard.path("uid").asText())
        .isEqualTo("fairlead-" + file.replaceAll(".*/|[.]json$", ""));
    assertThat(dashboard.path("panels").findValuesAsText("id")).doesNotHaveDuplicates();
    assertThat(dashboard.path("panels").findValuesAsText("expr"))
        .hasSizeGreaterThan(10)
        .allSatisfy(expression -> assertThat(known.unknownIn(expression)).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "sum by (job, topic) (rate(bus_produced_total{topic=~\"a|b{}\"}[5m] offset 1h)) > 0 and up == 1;",
        "sum(rate(bus_produced[5m])) / 2;bus_produced",
        "http_requests_seconds_count{code=\"5..\"};http_requests_seconds_count{code}",
        "sum by (device) (up);by (device)",
        "jvm_memory_used_bytes{area=\"heap\"} or process_cpu;process_cpu"
      })
  void tellsWhatIsNotThere(String expression, String unknown) {
    assertThat(String.join(", ", KnownSeries.read().unknownIn(expression)))
        .isEqualTo(unknown == null ? "" : unknown);
  }

  private static List<JsonNode> alerts() {
    return Kustomize.parse(SourceTree.read(DIRECTORY + "/alerts.yaml"))
        .getFirst()
        .node()
        .findValues("rules")
        .stream()
        .flatMap(Manifest::items)
        .toList();
  }

  private static String name(JsonNode alert) {
    return alert.path("alert").asText();
  }
}
