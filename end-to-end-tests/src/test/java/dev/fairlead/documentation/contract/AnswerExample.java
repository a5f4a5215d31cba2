package dev.fairlead.documentation.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  /// How the request differs from the one that the contract shows first: `x-request`.
  public JsonNode request() {
    return definition.path("x-request");
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
