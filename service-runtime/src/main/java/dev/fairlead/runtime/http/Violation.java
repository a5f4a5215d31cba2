package dev.fairlead.runtime.http;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.json.schema.OutputUnit;
import java.util.List;
import java.util.Map;

/// One way in which a request does not match its contract.
///
/// @param pointer where: a JSON pointer into the body (empty for all of it), or `query/limit`,
///     `path/id`, `header/If-Match`
/// @param message what is wrong there
record Violation(String pointer, String message) {
  /// Longer lists help nobody.
  private static final int SHOWN_MAX = 20;

  private static final String UNKNOWN = "it is not known here";

  /// Rules that hold others.
  private static final List<String> CONTAINERS =
      List.of("/properties", "/items", "/allOf", "/anyOf", "/oneOf", "/$ref");

  /// What a schema says about a value at `root`. Beside the broken rule it also names those that
  /// contain it, and takes a member whose value is wrong for one that is unknown; they are left
  /// out.
  static List<Violation> of(String root, OutputUnit output) {
    List<OutputUnit> errors = output.getErrors() == null ? List.of() : output.getErrors();
    return errors.stream()
        .filter(error -> errors.stream().noneMatch(other -> explains(other, error)))
        .map(error -> new Violation(root + pointer(error), message(error)))
        .distinct()
        .toList();
  }

  /// Something is given that the contract does not have.
  static Violation unknown(String pointer) {
    return new Violation(pointer, UNKNOWN);
  }

  static Problem problem(List<Violation> violations) {
    Violation first = violations.getFirst();
    String place = first.pointer().isEmpty() ? "The body" : "'" + first.pointer() + "'";
    return Problem.of(
            ProblemType.VALIDATION_FAILED, place + " is not right: " + first.message() + ".")
        .with(
            "errors",
            violations.stream()
                .limit(SHOWN_MAX)
                .map(v -> Map.of("pointer", v.pointer(), "message", v.message()))
                .toList());
  }

  /// Whether `cause` makes `error` superfluous.
  private static boolean explains(OutputUnit cause, OutputUnit error) {
    String rule = error.getKeywordLocation();
    if (isUnknownMember(error)) {
      return !isUnknownMember(cause)
          && cause.getInstanceLocation().startsWith(error.getInstanceLocation());
    }
    return CONTAINERS.stream().anyMatch(rule::endsWith)
        && cause.getKeywordLocation().length() > rule.length()
        && cause.getKeywordLocation().startsWith(rule);
  }

  private static boolean isUnknownMember(OutputUnit error) {
    return error.getKeywordLocation().endsWith("/additionalProperties");
  }

  private static String message(OutputUnit error) {
    return isUnknownMember(error) ? UNKNOWN : ViolationText.of(error.getError());
  }

  private static String pointer(OutputUnit error) {
    String location = error.getInstanceLocation();
    return location.startsWith("#") ? location.substring(1) : location;
  }
}
