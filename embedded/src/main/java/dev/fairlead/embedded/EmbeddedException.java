package dev.fairlead.embedded;

/// A broker or database that could not be started or used as asked. The message is one sentence
/// that makes sense to an operator without the stack trace.
public sealed class EmbeddedException extends RuntimeException permits DirectoryInUseException {
  private static final long serialVersionUID = 1;

  EmbeddedException(String message) {
    super(message);
  }

  EmbeddedException(String message, Throwable cause) {
    super(message, cause);
  }
}
