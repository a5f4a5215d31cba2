package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.documentation.SourceTree;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// HAProxy is configured by the same files in Kubernetes as anywhere else.
class EdgeConfigurationTest {

  private static final String CONFIGURATION = "deploy/haproxy/haproxy.cfg";

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
                "url-map.map", SourceTree.read("deploy/haproxy/url-map.map")));
  }

  /// Kubernetes has another DNS server than a container engine, and HAProxy looks names up as they
  /// stand, without the search list.
  @Test
  void looksUpServersWhereverItRuns() {
    // When
    String text = SourceTree.read(CONFIGURATION);

    // Then
    assertThat(text).contains("parse-resolv-conf").doesNotContain("nameserver");
    assertThat(SERVER.matcher(text).results().map(result -> result.group(1)))
        .isNotEmpty()
        .allMatch(server -> server.matches("\"[a-z]+\\$\\{FAIRLEAD_EDGE_DOMAIN}:8080\""));
  }

  @Test
  void isGivenEveryVariableThatItNeeds() {
    // When
    Manifest edge =
        Kustomize.render(Kustomize.PRODUCTION).stream()
            .filter(manifest -> manifest.is("Deployment") && manifest.name().equals("edge"))
            .findFirst()
            .orElseThrow();

    // Then
    assertThat(edge.at("/spec/template/spec/containers/0/env").findValuesAsText("name"))
        .containsAll(
            VARIABLE
                .matcher(SourceTree.read(CONFIGURATION))
                .results()
                .map((MatchResult result) -> result.group(1))
                .toList());
  }
}
