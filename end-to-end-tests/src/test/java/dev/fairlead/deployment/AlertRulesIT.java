package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.documentation.SourceTree;
import dev.fairlead.endtoend.harness.DebianProgram;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Prometheus's own tool takes the alert rules and the configuration, and raises what
/// `alerts-test.yaml` says.
@Tag("slow")
class AlertRulesIT {

  private static final class Promtool {
    private static final Optional<DebianProgram> FOUND =
        DebianProgram.find("prometheus", "bin/promtool");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "check rules alerts.yaml",
        "test rules alerts-test.yaml",
        "check config prometheus.yaml"
      })
  void prometheusAgrees(String check) throws IOException, InterruptedException {
    // Given
    assumeTrue(Promtool.FOUND.isPresent(), "no promtool on the PATH, and none by apt-get download");

    // Then
    assertThat(
            Tool.run(
                SourceTree.resolve("deploy/observability"),
                Stream.concat(
                        Stream.of(Promtool.FOUND.orElseThrow().path().toString()),
                        Stream.of(check.split(" ", -1)))
                    .toList()))
        .contains("SUCCESS");
  }
}
