package dev.fairlead.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// One object of Kubernetes.
///
/// @param node all of it
record Manifest(JsonNode node) {

  /// The label that names the program of a pod.
  static final String NAME_LABEL = "app.kubernetes.io/name";

  String type() {
    return node.path("apiVersion").asText() + "/" + kind();
  }

  String kind() {
    return node.path("kind").asText();
  }

  String name() {
    return at("/metadata/name").asText();
  }

  boolean is(String kind) {
    return kind().equals(kind);
  }

  JsonNode at(String pointer) {
    return node.at(pointer);
  }

  /// Where it makes pods: what these are made of.
  Optional<JsonNode> pod() {
    return is("Deployment") || is("Job")
        ? Optional.of(at("/spec/template/spec"))
        : Optional.empty();
  }

  /// The labels of its pods.
  Map<String, String> podLabels() {
    return texts(at("/spec/template/metadata/labels"));
  }

  List<JsonNode> containers() {
    return pod().stream()
        .flatMap(
            pod -> Stream.concat(items(pod.path("initContainers")), items(pod.path("containers"))))
        .toList();
  }

  /// Whether a label selector takes pods with these labels.
  static boolean selects(JsonNode selector, Map<String, String> labels) {
    return labels.entrySet().containsAll(texts(selector.path("matchLabels")).entrySet())
        && items(selector.path("matchExpressions")).allMatch(one -> takes(one, labels));
  }

  private static boolean takes(JsonNode expression, Map<String, String> labels) {
    if (!expression.path("operator").asText().equals("In")) {
      throw new AssertionError("not known here: " + expression);
    }
    String value = labels.getOrDefault(expression.path("key").asText(), "");
    return items(expression.path("values")).anyMatch(one -> one.asText().equals(value));
  }

  /// The members of a list; none where there is no list.
  static Stream<JsonNode> items(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  /// The members of an object of texts.
  static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new HashMap<>();
    object.properties().forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
    return texts;
  }

  @Override
  public String toString() {
    return kind() + " " + name();
  }
}
