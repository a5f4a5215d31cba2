package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds what runs in Kubernetes to the rules that `docs/kubernetes.md` gives.
class ManifestPolicyTest {

  /// Volumes that the restricted profile of Kubernetes' pod security standards allows, as far as
  /// we use them.
  private static final Set<String> VOLUMES = Set.of("configMap", "secret", "emptyDir");

  private static final Set<String> SAFE_SYSCTLS = Set.of("net.ipv4.ip_unprivileged_port_start");

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void nothingRunsWithMoreThanTheRestrictedProfileAllows(String tree) {
    // When
    List<Manifest> manifests = withPods(tree);

    // Then
    assertThat(manifests).allSatisfy(ManifestPolicyTest::isRestricted);
    assertThat(manifests.stream().flatMap(manifest -> manifest.containers().stream()))
        .allSatisfy(ManifestPolicyTest::isConfined);
    assertThat(namespace(tree).at("/metadata/labels"))
        .anySatisfy(value -> assertThat(value.asText()).isEqualTo("restricted"));
  }

  private static void isRestricted(Manifest manifest) {
    JsonNode pod = manifest.pod().orElseThrow();
    JsonNode context = pod.path("securityContext");
    assertThat(context.path("runAsNonRoot").asBoolean()).isTrue();
    assertThat(context.path("runAsUser").asInt()).isPositive();
    assertThat(context.path("runAsGroup").asInt()).isPositive();
    assertThat(context.at("/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(Manifest.items(context.path("sysctls")).map(one -> one.path("name").asText()))
        .isSubsetOf(SAFE_SYSCTLS);
    assertThat(pod.has("hostNetwork") || pod.has("hostPID") || pod.has("hostIPC")).isFalse();
    assertThat(Manifest.items(pod.path("volumes")))
        .allSatisfy(
            volume ->
                assertThat(volume.properties().stream().map(Map.Entry::getKey))
                    .filteredOn(key -> !key.equals("name"))
                    .isSubsetOf(VOLUMES));
  }

  private static void isConfined(JsonNode container) {
    JsonNode context = container.path("securityContext");
    assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(context.path("readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(context.path("capabilities").toString()).isEqualTo("{\"drop\":[\"ALL\"]}");
    assertThat(context.has("privileged") || context.has("runAsUser")).isFalse();
    assertThat(Manifest.items(container.path("ports"))).noneMatch(port -> port.has("hostPort"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void nothingMayAskKubernetesForAnything(String tree) {
    // When
    List<Manifest> manifests = Kustomize.render(tree);

    // Then
    assertThat(manifests).noneMatch(manifest -> manifest.kind().contains("Role"));
    assertThat(manifests)
        .filteredOn(manifest -> manifest.is("ServiceAccount"))
        .isNotEmpty()
        .allMatch(account -> !account.at("/automountServiceAccountToken").asBoolean(true));
    assertThat(withPods(tree))
        .extracting(manifest -> manifest.pod().orElseThrow())
        .allMatch(pod -> !pod.path("automountServiceAccountToken").asBoolean(true))
        .allMatch(pod -> pod.has("serviceAccountName"));
  }

  /// The variables that Kubernetes makes of Services could be taken for settings.
  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void nothingIsToldOfServicesByVariables(String tree) {
    assertThat(withPods(tree))
        .extracting(manifest -> manifest.pod().orElseThrow())
        .allMatch(pod -> !pod.path("enableServiceLinks").asBoolean(true));
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void everythingIsBounded(String tree) {
    // When
    List<Manifest> manifests = withPods(tree);

    // Then
    assertThat(manifests.stream().flatMap(manifest -> manifest.containers().stream()))
        .allSatisfy(
            container ->
                assertThat(
                        Stream.of(
                            "/resources/requests/cpu",
                            "/resources/requests/memory",
                            "/resources/limits/cpu",
                            "/resources/limits/memory"))
                    .noneMatch(pointer -> container.at(pointer).isMissingNode()));
    assertThat(
            manifests.stream()
                .flatMap(manifest -> Manifest.items(manifest.pod().orElseThrow().path("volumes"))))
        .filteredOn(volume -> volume.has("emptyDir"))
        .isNotEmpty()
        .allMatch(volume -> volume.path("emptyDir").has("sizeLimit"));
    assertThat(manifests)
        .filteredOn(manifest -> manifest.is("Job"))
        .allMatch(job -> job.at("/spec").has("activeDeadlineSeconds"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void everyDeploymentIsAskedForItsHealthOnTheManagementPort(String tree) {
    assertThat(deployments(tree).stream().flatMap(manifest -> manifest.containers().stream()))
        .isNotEmpty()
        .allSatisfy(
            container -> {
              for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
                assertThat(container.path(probe).at("/httpGet/path").asText())
                    .startsWith("/health");
                assertThat(container.path(probe).at("/httpGet/port").asText())
                    .isEqualTo("management");
              }
              assertThat(container.path("ports").findValuesAsText("name")).contains("management");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void everyDeploymentIsSpreadAndHasABudgetAndItsOwnNetworkPolicy(String tree) {
    // Given
    List<Manifest> manifests = Kustomize.render(tree);

    // Then
    assertThat(deployments(tree))
        .allSatisfy(
            deployment -> {
              assertThat(
                      Manifest.items(
                          deployment.at("/spec/template/spec/topologySpreadConstraints")))
                  .extracting(one -> one.path("topologyKey").asText())
                  .contains("topology.kubernetes.io/zone", "kubernetes.io/hostname");
              assertThat(manifests)
                  .filteredOn(of("PodDisruptionBudget", "/spec/selector", deployment))
                  .hasSize(1);
              assertThat(manifests)
                  .filteredOn(of("NetworkPolicy", "/spec/podSelector", deployment))
                  .extracting(Manifest::name)
                  .contains("default-deny", deployment.name());
            });
  }

  private static Predicate<Manifest> of(String kind, String selector, Manifest deployment) {
    return manifest ->
        manifest.is(kind) && Manifest.selects(manifest.at(selector), deployment.podLabels());
  }

  @Test
  void productionSaysWhichVersionItRuns() {
    assertThat(
            withPods(Kustomize.PRODUCTION).stream()
                .flatMap(manifest -> manifest.containers().stream()))
        .extracting(container -> container.path("image").asText())
        .isNotEmpty()
        .allMatch(image -> image.matches(".+:[0-9].*"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void secretsAreFilesMadeElsewhere(String tree) {
    // When
    List<Manifest> manifests = Kustomize.render(tree);

    // Then
    assertThat(manifests).noneMatch(manifest -> manifest.is("Secret"));
    assertThat(manifests)
        .noneMatch(manifest -> manifest.node().toString().contains("secretKeyRef"));
    assertThat(manifests.stream().flatMap(manifest -> manifest.containers().stream()))
        .noneMatch(container -> container.path("envFrom").toString().contains("secretRef"));
  }

  private static Manifest namespace(String tree) {
    return Kustomize.render(tree).stream()
        .filter(manifest -> manifest.is("Namespace"))
        .findFirst()
        .orElseThrow();
  }

  private static List<Manifest> deployments(String tree) {
    return withPods(tree).stream().filter(manifest -> manifest.is("Deployment")).toList();
  }

  private static List<Manifest> withPods(String tree) {
    List<Manifest> manifests =
        Kustomize.render(tree).stream().filter(manifest -> manifest.pod().isPresent()).toList();
    assertThat(manifests)
        .extracting(Manifest::name)
        .containsExactlyInAnyOrder("gateway", "registry", "command", "edge", "migrate");
    return manifests;
  }
}
