package dev.fairlead.runtime.http;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemType;
import io.vertx.json.schema.OutputUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// One way in which a request does not match its contract.
///
/// @param pointer where: a JSON pointer into the body (empty for all of it), or `query/limit`,
///     `path/id`, `header/If-Match`
/// @param message what is wrong there
record Violation(String pointer, String message) {
  /// Longer lists help nobody.
  private static final int SHOWN_MAX = 20;

  /// What a schema says about a value at `root`. The schema's own account begins with the rules
  /// that merely contain the broken one; they are left out.
  static List<Violation> of(String root, OutputUnit output) {
    List<OutputUnit> errors = output.getErrors() == null ? List.of() : output.getErrors();
    return errors.stream()
        .filter(error -> errors.stream().noneMatch(other -> contains(error, other)))
        .map(error -> new Violation(root + pointer(error), error.getError()))
        .distinct()
        .toList();
  }

  static Problem problem(List<Violation> violations) {
    Violation first = violations.getFirst();
    String place = first.pointer().isEmpty() ? "The body" : "'" + first.pointer() + "'";
    return Problem.of(ProblemType.VALIDATION_FAILED, place + " is not right: " + first.message())
        .with(
            "errors",
            violations.stream()
                .limit(SHOWN_MAX)
                .map(v -> Map.of("pointer", v.pointer(), "message", v.message()))
                .toList());
  }

  private static boolean contains(OutputUnit outer, OutputUnit inner) {
    return Stream.of("/properties", "/items", "/allOf", "/anyOf", "/oneOf", "/$ref")
            .anyMatch(rule -> outer.getKeywordLocation().endsWith(rule))
        && inner.getKeywordLocation().length() > outer.getKeywordLocation().length()
        && inner.getKeywordLocation().startsWith(outer.getKeywordLocation());
  }

  private static String pointer(OutputUnit error) {
    String location = error.getInstanceLocation();
    return location.startsWith("#") ? location.substring(1) : location;
  }
}
