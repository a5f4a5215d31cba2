package dev.fairlead.runtime.problem;

/// An expected outcome that is told to the caller as a problem. It has no stack trace: it is an
/// answer, not a fault.
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  /// Carries this problem.
  public ProblemException(Problem problem) {
    super(problem.type().slug() + ": " + problem.detail(), null, false, false);
    this.problem = problem;
  }

  /// Carries a problem of this type and detail.
  public ProblemException(ProblemType type, String detail) {
    this(Problem.of(type, detail));
  }

  /// What to tell.
  public Problem problem() {
    return problem;
  }
}
