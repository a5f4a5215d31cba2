package dev.fairlead.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.command.CommandConfig;
import dev.fairlead.gateway.GatewayConfig;
import dev.fairlead.registry.RegistryConfig;
import dev.fairlead.runtime.process.ProcessSettings;
import dev.fairlead.runtime.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The services understand what they are told, and it fits what Kubernetes is told.
class ManifestSettingsTest {

  private static final int MANAGEMENT_PORT = 9090;

  /// 32 bytes, so that it does as a master key.
  private static final String ANY_SECRET = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

  private static final Map<String, Consumer<Settings>> READERS =
      Map.of(
          "gateway", GatewayConfig::from,
          "registry", RegistryConfig::from,
          "command", CommandConfig::from);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.BASE, Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void everyServiceUnderstandsItsSettings(String tree) throws IOException {
    // Given
    List<Manifest> manifests = Kustomize.render(tree);
    int services = 0;

    // Then
    for (Manifest manifest : manifests) {
      for (JsonNode container : manifest.containers()) {
        Consumer<Settings> reader = READERS.get(container.path("name").asText());
        if (reader != null) {
          services++;
          Settings settings = Settings.of(withFiles(environment(container, manifests)));
          ProcessSettings process = ProcessSettings.from(settings, 1);
          reader.accept(settings);
          assertThatCode(settings::finish).as(manifest.toString()).doesNotThrowAnyException();
          assertThat(process.managementPort()).isEqualTo(MANAGEMENT_PORT);
        }
      }
    }
    assertThat(services).as("three Deployments, and two containers of the Job").isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void onlyTheJobMigrates(String tree) {
    // Given
    List<Manifest> manifests = Kustomize.render(tree);

    // Then
    for (String service : List.of("registry", "command")) {
      assertThat(environment(containerOf(manifests, service), manifests))
          .containsEntry("FAIRLEAD_MIGRATE_ON_START", "false");
    }
    assertThat(manifests)
        .filteredOn(manifest -> manifest.is("Job"))
        .flatExtracting(Manifest::containers)
        .extracting(container -> container.path("args").toString())
        .containsExactly("[\"--migrate\"]", "[\"--migrate\"]");
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void aServiceStopsWithinItsGracePeriod(String tree) throws IOException {
    // Given
    List<Manifest> manifests = Kustomize.render(tree);

    for (String service : READERS.keySet()) {
      // When
      Settings settings =
          Settings.of(withFiles(environment(containerOf(manifests, service), manifests)));
      Duration stop = ProcessSettings.from(settings, 1).stopTimeout();
      JsonNode pod = deployment(manifests, service).pod().orElseThrow();
      long before = pod.at("/containers/0/lifecycle/preStop/sleep/seconds").asLong();

      // Then
      assertThat(before).isPositive();
      assertThat(pod.path("terminationGracePeriodSeconds").asLong())
          .as(service)
          .isGreaterThan(before + stop.toSeconds());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {Kustomize.DEV, Kustomize.PRODUCTION, Kustomize.DENSE})
  void aFullGatewayDrainsAtItsPace(String tree) throws IOException {
    // Given
    List<Manifest> manifests = Kustomize.render(tree);
    Settings settings =
        Settings.of(withFiles(environment(containerOf(manifests, "gateway"), manifests)));

    // When
    GatewayConfig config = GatewayConfig.from(settings);

    // Then
    assertThat(config.drainTimeout()).isLessThan(ProcessSettings.from(settings, 1).stopTimeout());
    assertThat(Duration.ofSeconds(config.connections().all() / config.drainRate()))
        .as("a third of the time is for closing")
        .isLessThanOrEqualTo(config.drainTimeout().dividedBy(3));
    assertThat(
            manifests.stream()
                .filter(manifest -> manifest.is("HorizontalPodAutoscaler"))
                .map(scaler -> scaler.at("/spec/metrics/0/pods/target/averageValue").asInt()))
        .containsExactly(config.connections().all() * 7 / 10);
  }

  /// What a container finds in its environment.
  private static Map<String, String> environment(JsonNode container, List<Manifest> manifests) {
    Map<String, Manifest> configMaps =
        manifests.stream()
            .filter(manifest -> manifest.is("ConfigMap"))
            .collect(Collectors.toMap(Manifest::name, Function.identity()));
    Map<String, String> environment = new TreeMap<>();
    Manifest.items(container.path("envFrom"))
        .map(source -> configMaps.get(source.at("/configMapRef/name").asText()))
        .forEach(map -> environment.putAll(Manifest.texts(map.at("/data"))));
    Manifest.items(container.path("env"))
        .forEach(
            variable ->
                environment.put(
                    variable.path("name").asText(),
                    variable.has("valueFrom")
                        ? "gateway-5d59d67564-abcde"
                        : variable.path("value").asText()));
    return environment;
  }

  /// The same, with files that are there.
  private Map<String, String> withFiles(Map<String, String> environment) throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), ANY_SECRET);
    Map<String, String> changed = new HashMap<>(environment);
    changed.replaceAll((name, value) -> name.endsWith("_FILE") ? secret.toString() : value);
    return changed;
  }

  private static JsonNode containerOf(List<Manifest> manifests, String deployment) {
    return deployment(manifests, deployment).containers().getFirst();
  }

  private static Manifest deployment(List<Manifest> manifests, String name) {
    return manifests.stream()
        .filter(manifest -> manifest.is("Deployment") && manifest.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
