package dev.fairlead.documentation.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// An operation of a contract.
///
/// @param contract that it stands in
/// @param method in small letters
/// @param path its template, `/api/v1/things/{id}`
/// @param shared the parameters of every operation of the path
/// @param definition the operation itself
public record Operation(
    Contract contract, String method, String path, JsonNode shared, JsonNode definition) {

  /// Its `operationId`.
  public String id() {
    return definition.path("operationId").asText();
  }

  /// The role that it needs, `x-role`; empty for one that is open to everyone.
  public Optional<String> role() {
    return Optional.of(definition.path("x-role").asText()).filter(role -> !role.isEmpty());
  }

  /// What a key may do with it that is kept to a group, `x-scope`; empty for nothing.
  public Optional<String> scope() {
    return Optional.of(definition.path("x-scope").asText()).filter(scope -> !scope.isEmpty());
  }

  /// Whether it asks for no key.
  public boolean isOpen() {
    return definition.path("security").isArray() && definition.path("security").isEmpty();
  }

  /// All parameters, resolved.
  public List<JsonNode> parameters() {
    return Stream.of(shared, definition.path("parameters"))
        .flatMap(list -> StreamSupport.stream(list.spliterator(), false))
        .map(contract::resolve)
        .toList();
  }

  /// Whether there is a parameter of that name in that place.
  public boolean hasParameter(String in, String name) {
    return parameters().stream()
        .anyMatch(
            parameter ->
                parameter.path("in").asText().equals(in)
                    && parameter.path("name").asText().equals(name));
  }

  /// The first example of each parameter in that place that has any, by name.
  public Map<String, String> parameterExamples(String in) {
    Map<String, String> examples = new LinkedHashMap<>();
    for (JsonNode parameter : parameters()) {
      JsonNode example = contract.resolve(parameter.path("schema")).path("examples").path(0);
      if (parameter.path("in").asText().equals(in) && !example.isMissingNode()) {
        examples.put(parameter.path("name").asText(), example.asText());
      }
    }
    return examples;
  }

  /// The bodies that the examples show, in the order of the document.
  public List<BodyExample> bodies() {
    List<BodyExample> bodies = new ArrayList<>();
    requestContent()
        .forEach(
            (mediaType, content) ->
                content
                    .path("examples")
                    .properties()
                    .forEach(
                        example ->
                            bodies.add(
                                new BodyExample(
                                    mediaType,
                                    example.getKey(),
                                    contract.resolve(example.getValue()).path("value"),
                                    content.path("schema")))));
    return bodies;
  }

  /// What the body may be, by media type.
  public Map<String, JsonNode> requestContent() {
    return members(contract.resolve(definition.path("requestBody")).path("content"));
  }

  /// The answers, resolved, by status.
  public Map<String, JsonNode> responses() {
    Map<String, JsonNode> responses = new LinkedHashMap<>();
    members(definition.path("responses"))
        .forEach((status, response) -> responses.put(status, contract.resolve(response)));
    return responses;
  }

  /// The named examples of the answers: those of documents, and under `x-examples` those of answers
  /// without one.
  public List<AnswerExample> answers() {
    List<AnswerExample> answers = new ArrayList<>();
    responses()
        .forEach(
            (status, response) -> {
              members(response.path("content"))
                  .forEach(
                      (mediaType, content) ->
                          add(
                              answers,
                              status,
                              Optional.of(mediaType),
                              content.path("examples"),
                              response));
              add(answers, status, Optional.empty(), response.path("x-examples"), response);
            });
    return answers;
  }

  private void add(
      List<AnswerExample> answers,
      String status,
      Optional<String> mediaType,
      JsonNode examples,
      JsonNode response) {
    members(examples)
        .forEach(
            (name, example) ->
                answers.add(
                    new AnswerExample(
                        this,
                        Integer.parseInt(status),
                        mediaType,
                        name,
                        contract.resolve(example),
                        response)));
  }

  private static Map<String, JsonNode> members(JsonNode object) {
    Map<String, JsonNode> members = new LinkedHashMap<>();
    object.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
    return members;
  }

  @Override
  public String toString() {
    return contract.service() + " " + id();
  }
}
