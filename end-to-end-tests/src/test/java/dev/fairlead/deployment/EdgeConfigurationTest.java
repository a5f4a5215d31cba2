package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.documentation.SourceTree;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// HAProxy is configured by the same files in Kubernetes as anywhere else.
class EdgeConfigurationTest {

  private static final String CONFIGURATION = "deploy/haproxy/haproxy.cfg";
  private static final String DENSE = "deploy/haproxy/dense.cfg";

  /// Only asked for where it is given.
  private static final String NAMESERVER = "FAIRLEAD_EDGE_NAMESERVER";

  /// One that nothing is taken for where it is not set.
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)}");
  private static final Pattern SERVER =
      Pattern.compile("(?m)^\\s*server-template \\S+ \\d+ (\\S+)");

  @Test
  void hasTheVerySameFiles() {
    // When
    Manifest configMap =
        Kustomize.render(Kustomize.PRODUCTION).stream()
            .filter(manifest -> manifest.is("ConfigMap") && manifest.name().startsWith("haproxy-"))
            .findFirst()
            .orElseThrow();

    // Then
    assertThat(Manifest.texts(configMap.at("/data")))
        .isEqualTo(
            Map.of(
                "haproxy.cfg", SourceTree.read(CONFIGURATION),
                "dense.cfg", SourceTree.read(DENSE),
                "url-map.map", SourceTree.read("deploy/haproxy/url-map.map")));
  }

  /// Kubernetes has another DNS server than a container engine, and HAProxy looks names up as they
  /// stand, without the search list.
  @Test
  void looksUpServersWhereverItRuns() {
    // When
    String text = SourceTree.read(CONFIGURATION);

    // Then
    assertThat(text).contains(".if defined(" + NAMESERVER + ")", "parse-resolv-conf");
    assertThat(SERVER.matcher(text + SourceTree.read(DENSE)).results().map(one -> one.group(1)))
        .hasSize(4)
        .allMatch(
            server ->
                server.matches(
                    "\"[a-z]+\\$\\{FAIRLEAD_EDGE_DOMAIN}:\\$\\{FAIRLEAD_EDGE_[A-Z]+_PORT-8\\d+}\""));
  }

  @ParameterizedTest
  @CsvSource({
    Kustomize.PRODUCTION + ", " + CONFIGURATION,
    Kustomize.DENSE + ", " + CONFIGURATION + " " + DENSE
  })
  void isGivenEveryVariableThatItNeeds(String tree, String files) {
    // Given
    List<String> needed =
        Stream.of(files.split(" ", -1))
            .flatMap(file -> VARIABLE.matcher(withoutConditions(file)).results())
            .map((MatchResult result) -> result.group(1))
            .toList();

    // When
    Manifest edge =
        Kustomize.render(tree).stream()
            .filter(manifest -> manifest.is("Deployment") && manifest.name().equals("edge"))
            .findFirst()
            .orElseThrow();
    JsonNode container = edge.at("/spec/template/spec/containers/0");

    // Then
    assertThat(needed).contains("FAIRLEAD_EDGE_DOMAIN");
    assertThat(container.path("env").findValuesAsText("name")).containsAll(needed);
    assertThat(container.path("args").toString().contains("dense.cfg"))
        .isEqualTo(needed.contains("FAIRLEAD_DEVICE_NAME"));
  }

  private static String withoutConditions(String file) {
    return SourceTree.read(file).replaceAll("(?s)\\.if defined\\(.*?\\.endif", "");
  }
}
