package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.documentation.SourceTree;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Checks every object that is given to Kubernetes, without one.
class ManifestSchemaTest {

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.BASE, Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void everyObjectIsAsItsTypeAsks(String tree) {
    // When
    List<Manifest> manifests = Kustomize.render(tree);

    // Then
    assertThat(manifests).hasSizeGreaterThan(30).allSatisfy(ManifestSchema::check);
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void whatMustBeTextIsText(String tree) {
    // When
    Stream<JsonNode> texts =
        Kustomize.render(tree).stream()
            .flatMap(
                manifest ->
                    Stream.of(
                            manifest.at("/metadata/labels"),
                            manifest.at("/data"),
                            manifest.at("/spec/template/metadata/labels"))
                        .flatMap(Manifest::items));
    Stream<JsonNode> values =
        Kustomize.render(tree).stream()
            .flatMap(manifest -> manifest.containers().stream())
            .flatMap(container -> Manifest.items(container.path("env")))
            .filter(variable -> !variable.has("valueFrom"))
            .map(variable -> variable.path("value"));

    // Then
    assertThat(Stream.concat(texts, values)).isNotEmpty().allMatch(JsonNode::isTextual);
  }

  @ParameterizedTest
  @CsvSource({
    "'spec: {selector: {}, template: {}, replica: 1}', replica",
    "'spec: {template: {}}', selector",
    "'spec: {selector: {}, template: {spec: {containers: [{image: x}]}}}', name",
    "'spec: {selector: {}, template: {spec: {containers: [{name: x, args: x}]}}}', args"
  })
  void tellsWhatIsWrongWithADeployment(String rest, String field) {
    // Given
    Manifest manifest =
        Kustomize.parse("{apiVersion: apps/v1, kind: Deployment, " + rest + "}").getFirst();

    // Then
    assertThatThrownBy(() -> ManifestSchema.check(manifest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(field);
  }

  @Test
  void theExampleOfKafkaIsAsItsOperatorAsks() {
    // When
    List<Manifest> manifests = Kustomize.parse(SourceTree.read("k8s/examples/kafka.yaml"));

    // Then
    assertThat(manifests).hasSize(3).allSatisfy(ManifestSchema::check);
  }

  /// `docs/kubernetes.md` makes a PrometheusRule of the file in the same way.
  @Test
  void theAlertRulesAreRulesForTheOperatorOfPrometheus() {
    // When
    String yaml =
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n"
            + SourceTree.read("deploy/observability/alerts.yaml").indent(2);

    // Then
    assertThat(Kustomize.parse(yaml)).hasSize(1).allSatisfy(ManifestSchema::check);
  }

  @ParameterizedTest
  @CsvSource({
    "monitoring.coreos.com/v1, ServiceMonitor, 'spec: {endpoint: []}', endpoint",
    "monitoring.coreos.com/v1, ServiceMonitor, 'spec: {endpoints: [{honorLabels: [1]}]}', honorLabels",
    "kafka.strimzi.io/v1, Kafka, 'spec: {kafka: {listener: []}}', listener",
    "kafka.strimzi.io/v1, KafkaNodePool, 'spec: {replicas: three}', replicas"
  })
  void tellsWhatIsWrongForAnOperator(String group, String kind, String rest, String field) {
    // Given
    Manifest manifest =
        Kustomize.parse("{apiVersion: %s, kind: %s, %s}".formatted(group, kind, rest)).getFirst();

    // Then
    assertThatThrownBy(() -> ManifestSchema.check(manifest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasStackTraceContaining(field);
  }

  @Test
  void knowsNoOtherTypes() {
    // Given
    Manifest manifest = Kustomize.parse("{apiVersion: v1, kind: Pod}").getFirst();

    // Then
    assertThatThrownBy(() -> ManifestSchema.check(manifest)).hasMessageContaining("v1/Pod");
  }
}
