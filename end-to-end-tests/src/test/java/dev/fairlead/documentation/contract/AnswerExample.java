package dev.fairlead.documentation.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// An answer that a contract shows, and how to come by it.
///
/// @param operation that answers
/// @param status of the answer
/// @param mediaType of its document; empty for an answer without one
/// @param name of the example
/// @param definition the example itself
/// @param response what the contract says of all answers with this status
public record AnswerExample(
    Operation operation,
    int status,
    Optional<String> mediaType,
    String name,
    JsonNode definition,
    JsonNode response) {

  /// Whether the request did what was asked for.
  public boolean isSuccess() {
    return status < 400;
  }

  /// What must be the case before: the `x-given` of the operation, then that of the example.
  public List<String> given() {
    List<String> given = new ArrayList<>();
    Stream.of(operation.definition(), definition)
        .forEach(node -> node.path("x-given").forEach(each -> given.add(each.asText())));
    return given;
  }

  /// How the request differs from the one that the contract shows first: the `x-request` of the
  /// operation, with what that of the example says in its place.
  public JsonNode request() {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    Stream.of(operation.definition(), definition)
        .forEach(
            node ->
                node.path("x-request")
                    .properties()
                    .forEach(member -> request.set(member.getKey(), member.getValue())));
    return request;
  }

  /// The test that executes it in place of the one for all: `x-executed-by`, for what needs more
  /// than can be told here, such as an identity provider and a person.
  public Optional<String> executedBy() {
    return Optional.of(definition.path("x-executed-by").asText()).filter(name -> !name.isEmpty());
  }

  /// The names of the members whose values no example can tell: those of the contract, and those of
  /// `x-generated`.
  public Set<String> generated() {
    Set<String> names = new HashSet<>(operation.contract().generated());
    definition.path("x-generated").forEach(name -> names.add(name.asText()));
    return names;
  }

  /// The document of the answer.
  public JsonNode value() {
    return definition.path("value");
  }

  /// What the document must fit.
  public JsonNode schema() {
    return response.path("content").path(mediaType.orElse("")).path("schema");
  }

  /// The bodies of the requests that are answered so. For a success they are those of the same
  /// name, or of the name that `x-request` tells, in each media type; for a problem it is one, of
  /// these or else the first of all. Empty for an operation without a body, and where there is none
  /// of that name.
  public List<BodyExample> bodies() {
    List<BodyExample> all = operation.bodies();
    String wanted = request().path("example").asText(name);
    List<BodyExample> named = all.stream().filter(body -> body.name().equals(wanted)).toList();
    if (isSuccess()) {
      return named;
    }
    return Stream.concat(named.stream(), all.stream()).limit(1).toList();
  }

  @Override
  public String toString() {
    return operation + " " + status + " " + name;
  }
}
