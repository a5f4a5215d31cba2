package dev.fairlead.runtime.problem;

import java.util.Optional;

/// Knows the failures of one technology, such as a database, and what to tell a caller about them.
@FunctionalInterface
public interface ProblemMapper {
  /// The problem that a failure stands for; empty when the failure is not one that this mapper
  /// knows.
  Optional<Problem> map(Throwable failure);
}
