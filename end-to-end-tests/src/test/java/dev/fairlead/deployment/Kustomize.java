package dev.fairlead.deployment;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fairlead.endtoend.harness.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Renders the trees below `k8s`, with kustomize itself or with the one in kubectl. A test that
/// asks for it is left out where neither is on the `PATH`.
final class Kustomize {
  static final String BASE = "k8s/base";
  static final String DEV = "k8s/overlays/dev";
  static final String PRODUCTION = "k8s/overlays/production";
  static final String DENSE = "k8s/overlays/dense";

  private static final YAMLMapper YAML = new YAMLMapper(new YAMLFactory());
  private static final ConcurrentMap<String, List<Manifest>> RENDERED = new ConcurrentHashMap<>();

  private Kustomize() {}

  /// What a directory is rendered to.
  static List<Manifest> render(String directory) {
    boolean kustomize = Tool.isHere("kustomize");
    assumeTrue(kustomize || Tool.isHere("kubectl"), "neither kustomize nor kubectl is on the PATH");
    return RENDERED.computeIfAbsent(
        directory,
        tree ->
            parse(
                run(
                    kustomize
                        ? List.of("kustomize", "build", tree)
                        : List.of("kubectl", "kustomize", tree))));
  }

  /// The objects of a file.
  static List<Manifest> parse(String yaml) {
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      return documents.readAll().stream().map(Manifest::new).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String run(List<String> command) {
    try {
      return Tool.run(Checkout.root(), command);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
