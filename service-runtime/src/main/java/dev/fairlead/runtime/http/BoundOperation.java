package dev.fairlead.runtime.http;

import io.vertx.json.schema.SchemaRepository;
import io.vertx.openapi.contract.RequestBody;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An operation of the contract together with what it does.
///
/// @param id its `operationId`
/// @param secured whether a key is needed
/// @param parameters the rules of its parameters
/// @param body the rule of its body, if it has one
/// @param operation what it does
record BoundOperation(
    String id,
    boolean secured,
    List<ParameterRule> parameters,
    Optional<BodyRule> body,
    Operation operation) {

  static BoundOperation of(
      io.vertx.openapi.contract.Operation contract, SchemaRepository schemas, Operation operation) {
    @Nullable RequestBody requestBody = contract.getRequestBody();
    return new BoundOperation(
        contract.getOperationId(),
        !contract.getSecurityRequirements().isEmpty(),
        contract.getParameters().stream()
            .map(parameter -> new ParameterRule(parameter, schemas))
            .toList(),
        Optional.ofNullable(requestBody).map(body -> new BodyRule(body, schemas)),
        operation);
  }

  /// @throws dev.fairlead.runtime.problem.ProblemException for a request that does not match the
  ///     contract
  void check(RequestValues values, byte[] bytes) {
    List<Violation> violations =
        Stream.concat(
                parameters.stream().flatMap(rule -> rule.check(values)),
                body.stream()
                    .flatMap(
                        rule -> rule.check(values.headers().get("Content-Type"), bytes).stream()))
            .toList();
    if (!violations.isEmpty()) {
      throw Violation.problem(violations).exception();
    }
  }
}
