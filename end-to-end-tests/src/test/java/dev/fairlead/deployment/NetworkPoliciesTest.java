package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may talk to whom, by the network policies.
class NetworkPoliciesTest {

  private static final Set<String> INSIDE =
      Set.of(
          "edge > gateway:8080",
          "edge > gateway:9090",
          "edge > registry:8080",
          "edge > registry:9090",
          "edge > command:8080",
          "edge > command:9090",
          "command > registry:8080");

  private static final Set<String> OUT =
      Set.of(
          "gateway > fairlead-kafka:9092",
          "gateway > fairlead-kafka:9093",
          "registry > fairlead-kafka:9092",
          "registry > fairlead-kafka:9093",
          "command > fairlead-kafka:9092",
          "command > fairlead-kafka:9093",
          "registry > fairlead-database:5432",
          "command > fairlead-database:5432",
          "migrate > fairlead-database:5432",
          "registry > 0.0.0.0/0:443",
          "registry > 0.0.0.0/0:465",
          "registry > 0.0.0.0/0:587",
          "registry > ::/0:443",
          "registry > ::/0:465",
          "registry > ::/0:587");

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void nothingIsAllowedThatNoPolicyAllows(String tree) {
    assertThat(Kustomize.render(tree))
        .filteredOn(manifest -> manifest.name().equals("default-deny"))
        .extracting(manifest -> manifest.at("/spec").toString())
        .containsExactly("{\"podSelector\":{},\"policyTypes\":[\"Ingress\",\"Egress\"]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void onlyThoseTalkThatMust(String tree) {
    // Given
    Set<String> inside = new TreeSet<>(INSIDE);
    if (tree.equals(Kustomize.DENSE)) {
      inside.add("edge > gateway:8444");
    }

    // When
    List<Manifest> policies = policies(tree);

    // Then
    assertThat(ways(tree, policies, "egress", "to"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(inside.stream(), OUT.stream()).collect(Collectors.toSet()));
    assertThat(ways(tree, policies, "ingress", "from"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(inside.stream(), Stream.of("anybody > edge:443", "anybody > edge:80"))
                .collect(Collectors.toSet()));
  }

  /// The policies but for those of all pods, and that of Prometheus.
  private static List<Manifest> policies(String tree) {
    return Kustomize.render(tree).stream()
        .filter(manifest -> manifest.is("NetworkPolicy"))
        .filter(policy -> !Set.of("default-deny", "dns", "monitoring").contains(policy.name()))
        .toList();
  }

  /// One line for each who, to whom and port.
  private static Set<String> ways(
      String tree, List<Manifest> policies, String direction, String peer) {
    Set<String> ways = new TreeSet<>();
    for (Manifest policy : policies) {
      for (JsonNode rule : policy.at("/spec").path(direction)) {
        for (String self : selected(tree, policy.at("/spec/podSelector"))) {
          for (String other : peers(tree, rule.path(peer))) {
            String way = direction.equals("egress") ? self + " > " + other : other + " > " + self;
            rule.path("ports").forEach(port -> ways.add(way + ":" + port.path("port").asText()));
          }
        }
      }
    }
    return ways;
  }

  private static List<String> peers(String tree, JsonNode peers) {
    return peers.isMissingNode()
        ? List.of("anybody")
        : Manifest.items(peers).flatMap(peer -> names(tree, peer)).toList();
  }

  private static Stream<String> names(String tree, JsonNode peer) {
    if (peer.has("ipBlock")) {
      return Stream.of(peer.at("/ipBlock/cidr").asText());
    }
    if (peer.has("namespaceSelector")) {
      return Stream.of(
          Manifest.texts(peer.at("/namespaceSelector/matchLabels"))
              .get("kubernetes.io/metadata.name"));
    }
    return selected(tree, peer.path("podSelector")).stream();
  }

  private static List<String> selected(String tree, JsonNode selector) {
    return Kustomize.render(tree).stream()
        .filter(manifest -> manifest.pod().isPresent())
        .map(Manifest::podLabels)
        .filter(labels -> Manifest.selects(selector, labels))
        .map((Map<String, String> labels) -> labels.getOrDefault(Manifest.NAME_LABEL, ""))
        .toList();
  }
}
