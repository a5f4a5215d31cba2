package dev.fairlead.runtime.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.openapi.contract.RequestBody;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An operation of the contract together with what it does.
///
/// @param id its `operationId`
/// @param secured whether a key is needed
/// @param role the least role that it needs, from `x-role` of the contract; nothing means it for an
///     operation that is open to everyone
/// @param scope what a key that is kept to a group may do with it, from `x-scope` of the contract
/// @param mutating whether it may change something, so that the audit hears of it
/// @param page whether a person waits for the answer in front of a browser, who is told problems as
///     a page
/// @param guarded whether it is open to everyone but takes a secret in the request, so that calls
///     of it are limited by address
/// @param streamed whether it takes its body part by part, while it is being sent: its length is
///     then the operation's to bound, and each part may take as long as another request
/// @param bodyBytesMax the largest body that it takes, where that is less than the settings say
/// @param passesKeyOn whether it asks another service in the name of the caller, with the caller's
///     key or token
/// @param parameters the rules of its parameters
/// @param body the rule of its body, if it has one
/// @param operation what it does
record BoundOperation(
    String id,
    boolean secured,
    Role role,
    Scope scope,
    boolean mutating,
    boolean page,
    boolean guarded,
    boolean streamed,
    long bodyBytesMax,
    boolean passesKeyOn,
    List<ParameterRule> parameters,
    Optional<BodyRule> body,
    Operation operation) {

  private static final String ROLE = "x-role";

  /// For an operation that changes something though its method does not say so.
  private static final String MUTATING = "x-mutating";

  private static final String PAGE = "x-page";
  private static final String GUARDED = "x-guarded";
  private static final String STREAMED = "x-streamed";
  private static final String BODY_MAX = "x-body-max";
  private static final String PASSES_KEY_ON = "x-passes-key-on";
  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  static BoundOperation of(
      io.vertx.openapi.contract.Operation contract, SchemaRepository schemas, Operation operation) {
    @Nullable RequestBody requestBody = contract.getRequestBody();
    return new BoundOperation(
        contract.getOperationId(),
        !contract.getSecurityRequirements().isEmpty(),
        role(contract),
        Scope.of(contract.getOpenAPIModel().getString(Scope.NAME, "")),
        !READING.contains(contract.getHttpMethod()) || flag(contract, MUTATING),
        flag(contract, PAGE),
        flag(contract, GUARDED),
        flag(contract, STREAMED),
        contract.getOpenAPIModel().getLong(BODY_MAX, Long.MAX_VALUE),
        flag(contract, PASSES_KEY_ON),
        contract.getParameters().stream()
            .map(parameter -> new ParameterRule(parameter, schemas))
            .toList(),
        Optional.ofNullable(requestBody).map(body -> new BodyRule(body, schemas)),
        operation);
  }

  private static boolean flag(io.vertx.openapi.contract.Operation contract, String name) {
    return contract.getOpenAPIModel().getBoolean(name, false);
  }

  private static Role role(io.vertx.openapi.contract.Operation contract) {
    @Nullable String word = contract.getOpenAPIModel().getString(ROLE);
    if (contract.getSecurityRequirements().isEmpty()) {
      return Role.VIEWER;
    }
    return Arrays.stream(Role.values())
        .filter(role -> role.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the contract must name the role that %s needs as %s"
                        .formatted(contract.getOperationId(), ROLE)));
  }

  /// @throws dev.fairlead.runtime.problem.ProblemException for a request that does not match the
  ///     contract
  void check(RequestValues values, byte[] bytes) {
    List<Violation> violations =
        Stream.of(
                parameters.stream().flatMap(rule -> rule.check(values)),
                unknown(values),
                body.stream()
                    .flatMap(rule -> check(rule, values.headers().get("Content-Type"), bytes)))
            .flatMap(found -> found)
            .toList();
    if (!violations.isEmpty()) {
      throw Violation.problem(violations).exception();
    }
  }

  private Stream<Violation> check(BodyRule rule, @Nullable String contentType, byte[] bytes) {
    if (!streamed) {
      return rule.check(contentType, bytes).stream();
    }
    rule.requireMediaType(contentType);
    return Stream.empty();
  }

  /// What the query has beside the parameters: a filter with a slip in its name would be none.
  /// Whoever sends a browser to a page may add what they like (RFC 6749 §4.1.2).
  private Stream<Violation> unknown(RequestValues values) {
    if (page) {
      return Stream.empty();
    }
    return values.query().keySet().stream()
        .filter(name -> parameters.stream().noneMatch(rule -> rule.isQuery(name)))
        .map(name -> Violation.unknown("query/" + name));
  }
}
