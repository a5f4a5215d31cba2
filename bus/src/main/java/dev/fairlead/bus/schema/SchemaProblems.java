package dev.fairlead.bus.schema;

import dev.fairlead.runtime.problem.Problem;
import dev.fairlead.runtime.problem.ProblemException;
import dev.fairlead.runtime.problem.ProblemType;
import java.util.List;
import java.util.Map;

/// What callers are told of a document that breaks a schema.
public final class SchemaProblems {

  private SchemaProblems() {}

  /// The problem `schema-violation`, with what is wrong as `errors`.
  ///
  /// @param document what it is, such as `The desired document`; goes before "is not right"
  /// @param violations at least one
  public static ProblemException violation(String document, List<Violation> violations) {
    Violation first = violations.getFirst();
    String place =
        first.pointer().isEmpty() ? document : document + " at '" + first.pointer() + "'";
    return Problem.of(
            ProblemType.SCHEMA_VIOLATION, place + " is not right: " + first.message() + ".")
        .with(
            "errors",
            violations.stream()
                .map(one -> Map.of("pointer", one.pointer(), "message", one.message()))
                .toList())
        .exception();
  }
}
