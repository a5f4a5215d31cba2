package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.documentation.MarkdownTable;
import dev.fairlead.documentation.SourceTree;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What one object says of another is so.
class ManifestReferencesTest {

  private static final String GUIDE = "docs/kubernetes.md";
  private static final String SECRETS_HEADER = "| Secret | Keys | What |";

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void whatPodsReferToIsThere(String tree) {
    // Given
    List<Manifest> manifests = Kustomize.render(tree);

    // Then
    assertThat(manifests)
        .filteredOn(manifest -> manifest.pod().isPresent())
        .allSatisfy(
            manifest -> {
              assertThat(namesOf(manifests, "ServiceAccount"))
                  .contains(manifest.at("/spec/template/spec/serviceAccountName").asText());
              assertThat(namesOf(manifests, "ConfigMap")).containsAll(configMaps(manifest));
              assertThat(volumes(manifest)).containsAll(mounts(manifest));
            });
  }

  /// The Job is applied before the rest, by a label.
  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void whatTheJobNeedsIsAppliedFirst(String tree) {
    // When
    List<Manifest> first =
        Kustomize.render(tree).stream()
            .filter(manifest -> manifest.at("/metadata/labels").has("fairlead.dev/apply"))
            .toList();

    // Then
    Manifest job = first.stream().filter(one -> one.is("Job")).findFirst().orElseThrow();
    assertThat(namesOf(first, "ConfigMap")).containsExactlyInAnyOrderElementsOf(configMaps(job));
    assertThat(namesOf(first, "ServiceAccount")).containsExactly("migrate");
    assertThat(namesOf(first, "NetworkPolicy"))
        .containsExactlyInAnyOrder("default-deny", "dns", "migrate");
    assertThat(namesOf(first, "Namespace")).hasSize(1);
    assertThat(namesOf(first, "Deployment")).isEmpty();
  }

  /// The hash that kustomize puts behind a ConfigMap's name makes pods new when it changes.
  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void aChangedConfigurationMakesNewPods(String tree) {
    assertThat(namesOf(Kustomize.render(tree), "ConfigMap"))
        .isNotEmpty()
        .allMatch(name -> name.matches("[a-z]+-[a-z0-9]{10}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void theGuideTellsOfEverySecretThatMustBeGiven(String tree) {
    // Given
    Map<String, String> told =
        MarkdownTable.rows(SourceTree.read(GUIDE), SECRETS_HEADER).stream()
            .collect(Collectors.toMap(row -> MarkdownTable.uncoded(row.get(0)), row -> row.get(1)));

    // When
    List<JsonNode> secrets =
        Kustomize.render(tree).stream()
            .flatMap(manifest -> manifest.pod().stream())
            .flatMap(pod -> Manifest.items(pod.path("volumes")))
            .filter(volume -> volume.has("secret"))
            .map(volume -> volume.path("secret"))
            .toList();

    // Then
    assertThat(secrets)
        .extracting(secret -> secret.path("secretName").asText())
        .isNotEmpty()
        .isSubsetOf(told.keySet());
    assertThat(secrets)
        .allSatisfy(
            secret ->
                assertThat(Manifest.items(secret.path("items")))
                    .isNotEmpty()
                    .allSatisfy(
                        item ->
                            assertThat(told.get(secret.path("secretName").asText()))
                                .contains("`" + item.path("key").asText() + "`")));
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void selectorsSelect(String tree) {
    // Given
    List<Manifest> manifests = Kustomize.render(tree);

    // Then
    assertThat(manifests)
        .filteredOn(manifest -> manifest.is("Deployment"))
        .allMatch(one -> Manifest.selects(one.at("/spec/selector"), one.podLabels()))
        .allMatch(
            one ->
                Manifest.items(one.at("/spec/template/spec/topologySpreadConstraints"))
                    .allMatch(
                        spread -> Manifest.selects(spread.path("labelSelector"), one.podLabels())));
    assertThat(manifests)
        .filteredOn(manifest -> manifest.is("Service"))
        .allSatisfy(service -> hasItsPorts(service, manifests));
    assertThat(manifests)
        .filteredOn(manifest -> manifest.is("PodDisruptionBudget"))
        .allMatch(budget -> selectsSome(budget.at("/spec/selector"), manifests));
    assertThat(manifests)
        .filteredOn(manifest -> manifest.is("NetworkPolicy"))
        .allMatch(policy -> selectsSome(policy.at("/spec/podSelector"), manifests));
    assertThat(manifests)
        .filteredOn(manifest -> manifest.is("HorizontalPodAutoscaler"))
        .extracting(scaler -> scaler.at("/spec/scaleTargetRef/name").asText())
        .containsExactly("gateway");
  }

  @Test
  void prometheusFindsEveryManagementPort() {
    // Given
    List<Manifest> manifests = Kustomize.render(Kustomize.PRODUCTION);

    // When
    Stream<String> watched =
        manifests.stream()
            .filter(manifest -> manifest.is("ServiceMonitor"))
            .flatMap(
                monitor ->
                    manifests.stream()
                        .filter(service -> service.is("Service"))
                        .filter(
                            service ->
                                Manifest.selects(
                                    monitor.at("/spec/selector"),
                                    Manifest.texts(service.at("/metadata/labels"))))
                        .filter(
                            service ->
                                service
                                    .at("/spec/ports")
                                    .findValuesAsText("name")
                                    .contains(monitor.at("/spec/endpoints/0/port").asText())))
            .map(Manifest::name);

    // Then
    assertThat(watched)
        .containsExactlyInAnyOrder("gateway", "registry", "command", "edge-management");
  }

  private static boolean selectsSome(JsonNode selector, List<Manifest> manifests) {
    return manifests.stream()
        .filter(manifest -> manifest.pod().isPresent())
        .anyMatch(manifest -> Manifest.selects(selector, manifest.podLabels()));
  }

  private static void hasItsPorts(Manifest service, List<Manifest> manifests) {
    Map<String, String> selector = Manifest.texts(service.at("/spec/selector"));
    Set<String> offered =
        manifests.stream()
            .filter(manifest -> manifest.pod().isPresent())
            .filter(manifest -> manifest.podLabels().entrySet().containsAll(selector.entrySet()))
            .flatMap(manifest -> manifest.containers().stream())
            .flatMap(container -> container.path("ports").findValuesAsText("name").stream())
            .collect(Collectors.toSet());
    assertThat(offered)
        .as(service.toString())
        .containsAll(service.at("/spec/ports").findValuesAsText("targetPort"));
  }

  private static Set<String> namesOf(List<Manifest> manifests, String kind) {
    return manifests.stream()
        .filter(manifest -> manifest.is(kind))
        .map(Manifest::name)
        .collect(Collectors.toSet());
  }

  private static Set<String> configMaps(Manifest manifest) {
    JsonNode pod = manifest.pod().orElseThrow();
    Set<String> names = new TreeSet<>();
    pod.findValues("configMapRef").forEach(one -> names.add(one.path("name").asText()));
    pod.findValues("configMap").forEach(one -> names.add(one.path("name").asText()));
    return names;
  }

  private static Set<String> volumes(Manifest manifest) {
    return Manifest.items(manifest.pod().orElseThrow().path("volumes"))
        .map(volume -> volume.path("name").asText())
        .collect(Collectors.toSet());
  }

  private static Set<String> mounts(Manifest manifest) {
    return manifest.containers().stream()
        .flatMap(container -> Manifest.items(container.path("volumeMounts")))
        .map(mount -> mount.path("name").asText())
        .collect(Collectors.toSet());
  }
}
